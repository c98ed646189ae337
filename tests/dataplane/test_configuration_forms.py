"""The real Envoy runs the same configuration, whichever form it stands in."""

import json
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.envoy_command import command
from tests.dataplane.alone import config_dump, open_folder, running, with_admin_on_a_socket
from tests.dataplane.network import ROOT
from tests.dataplane.test_validate import VALUES, files  # noqa: F401
from tests.deployed import deployed
from tests.mesh import cases as mesh
from tests.mesh.thousand import thousand_backends

IGNORED_USER = "1337"

FITS_PLAIN = r"""a"b\c \n $d ${e} $(f) `g` %s @1@ # : - {}[],&*!|> é 😀 ~ """
HOSTILE = FITS_PLAIN + "it's '' \n\n new\r\nline\ttab \x1f0\x1f \x01\x04\x1b\x7f\x85\u2028\ufeff "

pytestmark = pytest.mark.usefixtures("namespaces")


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


def parameters(text: str) -> dict[str, str]:
    """Of the golden cases; `text` are those that Envoy takes any text for, names above all."""
    return {**VALUES, **dict.fromkeys(("Hostile", "Other", "Env", "NodeName", "Door"), text)}


def bootstraps(case: mesh.Case, certificates: Path, folder: Path) -> Iterator[Mapping[str, Any]]:
    """The configurations of a case, with values of all kinds in them."""
    shutil.copytree(certificates, folder / "certs")
    for file in (folder / "certs").iterdir():
        file.chmod(0o644)
    (folder / "logs").mkdir()
    (folder / "logs").chmod(0o777)
    for compiled in case.compiled().compiled.values():
        bootstrap = json.loads(re.sub('"/(certs|logs)/', rf'"{folder}/\1/', json.dumps(compiled.bootstrap)))
        metadata: Json = {
            "ref": {"Ref": "Hostile"},
            "sub": [{"Fn::Sub": "x'\"\\ ${Hostile}${Hostile} ${!x}"}, {"Fn::Sub": ["${A}", {"A": {"Ref": "Hostile"}}]}],
            "join": {"Fn::Join": ["@0@", [{"Ref": "Hostile"}, "'", {"Ref": "Other"}]]},
            "if": {"Fn::If": ["C", {"Fn::Sub": "it's ${Hostile}"}, "x"]},
            "absent": {"Fn::Join": ["", ["x", {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, "x"]}]]},
            "again": {"Ref": "Hostile"},
        }
        bootstrap["node"]["metadata"] = metadata
        yield with_admin_on_a_socket(bootstrap, folder)


def as_json(bootstrap: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
    """The form of earlier versions, which has no part of this in it."""
    return ["--config-yaml", json.dumps(deployed(bootstrap, values), ensure_ascii=False)]


@pytest.mark.parametrize("case", mesh.cases(), ids=mesh.name)
def test_every_mesh_is_the_same_in_every_form(case: mesh.Case, files: Path, folder: Path) -> None:  # noqa: F811
    for bootstrap in bootstraps(case, files / "certs", folder):
        mild, hostile = parameters(FITS_PLAIN), parameters(HOSTILE)
        plain = deployed(list(command(bootstrap).command), mild)
        assert config_dump(plain, folder, IGNORED_USER) == config_dump(as_json(bootstrap, mild), folder)
        compressed = deployed(list(command(bootstrap, form="compressed").command), hostile)
        expected = config_dump(as_json(bootstrap, hostile), folder)
        assert expected["configs"][0]["bootstrap"]["node"]["metadata"]["ref"] == HOSTILE
        assert config_dump(compressed, folder, ROOT) == expected
        assert config_dump(compressed, folder, IGNORED_USER) == expected


each_example_starts_an_envoy = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)

_texts = st.one_of(
    st.text(),
    st.text(alphabet="'\"\\\n\t :,#[]{}&*!|>%@`~-+.0123456789xXoOaAeEyYnN"),
    st.sampled_from(["true", "Yes", "off", "NULL", "~", "010", "0x1F", "+5", "1e3", ".inf", "<<", "---", "...", "1_0"]),
)


@pytest.mark.parametrize("form", ["plain", "compressed"])
@each_example_starts_an_envoy
@given(texts=st.lists(_texts, min_size=20, max_size=60))
def test_envoy_reads_every_text_as_it_is(form: str, texts: list[str]) -> None:
    with open_folder() as folder:
        metadata: dict[str, Any] = {"texts": texts, "again": [texts, *texts], "keys": dict.fromkeys(texts, "x")}
        bootstrap = with_admin_on_a_socket({"node": {"id": "a", "cluster": "a", "metadata": metadata}}, folder)
        found = config_dump(command(bootstrap, form=form).command, folder)
        assert found["configs"][0]["bootstrap"]["node"]["metadata"] == metadata


@each_example_starts_an_envoy
@given(
    values=st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=20, max_size=60
    )
)
def test_envoy_reads_every_value_as_it_is(values: list[str]) -> None:
    with open_folder() as folder:
        metadata: Json = {f"v{n}": {"Fn::Sub": f"'\"\\@{n}@ ${{P{n}}}"} for n in range(len(values))}
        bootstrap = with_admin_on_a_socket({"node": {"id": "a", "cluster": "a", "metadata": metadata}}, folder)
        given_values = {f"P{n}": value for n, value in enumerate(values)}
        run = deployed(list(command(bootstrap, form="compressed").command), given_values)
        found = config_dump(run, folder)["configs"][0]["bootstrap"]["node"]["metadata"]
        assert found == {f"v{n}": f"'\"\\@{n}@ {value}" for n, value in enumerate(values)}


def compressed_thousand(folder: Path) -> list[Any]:
    """More text than an argument takes."""
    bootstrap = with_admin_on_a_socket(thousand_backends(), folder)
    return list(deployed(list(command(bootstrap, form="compressed").command), {"Domain": "shop.local"}))


def clusters(dump: Any) -> int:
    return next(len(each["static_clusters"]) for each in dump["configs"] if "static_clusters" in each)


READ_ONLY = "mount --bind {folder} {folder} && mount -o remount,ro,bind / && ! touch /tmp/x 2>/dev/null"


@pytest.mark.parametrize("user", [ROOT, IGNORED_USER])
def test_a_long_configuration_goes_through_a_file(folder: Path, user: str) -> None:
    private_tmp = f"mkdir {folder}/tmp && chmod 1777 {folder}/tmp && mount --bind {folder}/tmp /tmp"
    assert clusters(config_dump(compressed_thousand(folder), folder, user, private_tmp)) == 2002
    (made,) = (folder / "tmp").iterdir()
    assert (made.name, made.stat().st_mode & 0o777) == ("envoy.yaml", 0o600)


@pytest.mark.parametrize("user", [ROOT, IGNORED_USER])
def test_the_root_file_system_may_be_read_only(folder: Path, user: str) -> None:
    read_only = READ_ONLY.format(folder=folder)
    assert clusters(config_dump(compressed_thousand(folder), folder, user, read_only)) == 2002


def test_a_configuration_that_can_be_an_argument_needs_no_file(folder: Path) -> None:
    bootstrap = with_admin_on_a_socket({"node": {"id": "a", "cluster": "a", "metadata": {"x": "y" * 100_000}}}, folder)
    read_only = f"{READ_ONLY.format(folder=folder)} && mount -o remount,ro /dev/shm"
    run = command(bootstrap, form="compressed", extra=("--disable-hot-restart",)).command
    assert config_dump(run, folder, IGNORED_USER, read_only)["configs"]


def test_without_a_place_for_the_file_it_is_said(folder: Path) -> None:
    read_only = f"{READ_ONLY.format(folder=folder)} && mount -o remount,ro /dev/shm"
    with running(compressed_thousand(folder), folder, IGNORED_USER, read_only) as envoy:
        assert envoy.process.wait(60) == 1
        assert "appmesh-inject: Envoy's configuration needs a writable /tmp or /dev/shm" in envoy.log


@pytest.mark.parametrize("text", ["!", "aGVsbG8="])
def test_a_text_that_cannot_be_unpacked_ends_the_container(folder: Path, text: str) -> None:
    run = list(command({"node": {"id": "a"}}, form="compressed").command)
    run[4] = text
    with running(run, folder) as envoy:
        assert envoy.process.wait(60) != 0


@pytest.mark.parametrize("form", ["plain", "compressed"])
def test_signals_reach_envoy(folder: Path, form: str) -> None:
    bootstrap = with_admin_on_a_socket({"node": {"id": "a", "cluster": {"Ref": "Name"}}}, folder)
    with running(deployed(list(command(bootstrap, form=form).command), {"Name": "a"}), folder) as envoy:
        envoy.wait_until_live()
        assert envoy.program == "envoy"
        envoy.process.send_signal(signal.SIGTERM)
        assert envoy.process.wait(20) == 0
