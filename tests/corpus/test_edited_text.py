"""Public templates keep their byte order marks, line ends, tabs and comments where `adopt` and `remove` edit them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from appmesh_inject.cfn.document import Json, append, replace
from appmesh_inject.files import documents
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.errors import UserError
from appmesh_inject.resource_types import TASK_DEFINITION
from tests.cli.command import run
from tests.corpus.templates import CORPUS, PUBLIC
from tests.migrate.bends import with_mark, with_returns, with_tabs, with_windows_ends

needs_corpus = pytest.mark.skipif(not PUBLIC, reason=f"there are no public templates in {CORPUS}")

IMAGE = "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod"
ENVOY: dict[str, Json] = {
    "Name": "envoy",
    "Image": IMAGE,
    "Essential": True,
    "User": "1337",
    "Environment": [{"Name": "APPMESH_RESOURCE_ARN", "Value": "mesh/apps/virtualNode/web"}],
}
REDIRECT = {"IgnoredUID": "1337", "ProxyIngressPort": "15000", "ProxyEgressPort": "15001", "AppPorts": "8080"}
PROXY: dict[str, Json] = {
    "Type": "APPMESH",
    "ContainerName": "envoy",
    "ProxyConfigurationProperties": [{"Name": name, "Value": value} for name, value in REDIRECT.items()],
}


def public_text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def with_tab_comments(text: str) -> str:
    """YAML with tabs, and characters that end a line for YAML alone, in its comments."""
    text = re.sub(r"(?m)^( *)# ", "\\1#\t", text)
    return f"#\ta tab\u2028#\tmore\n{text}" if not text.startswith(("---", "%")) else text


def bends_of(text: str) -> list[Callable[[str], str]]:
    tabs = with_tabs if text.lstrip().startswith(("{", "[")) else with_tab_comments
    return [with_mark, with_windows_ends, with_returns, tabs, lambda plain: with_mark(with_windows_ends(tabs(plain)))]


def with_sidecars(text: str) -> tuple[str, str] | None:
    """A template that fits the mesh, and the same with sidecars in its first task definition; None if it has none that
    can have some."""
    try:
        document = documents.parsed("public", text)
    except UserError:
        return None
    resources = document.content.get("Resources") if isinstance(document.content, dict) else None
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        containers = properties.get("ContainerDefinitions") if isinstance(properties, dict) else None
        if resource.get("Type") == TASK_DEFINITION and isinstance(containers, list):
            place = ("Resources", name, "Properties")
            fitting = [replace((*place, "NetworkMode"), "awsvpc"), replace((*place, "Memory"), "2048")]
            plain = edited_text(document, fitting)
            own = [append((*place, "ContainerDefinitions"), ENVOY), replace((*place, "ProxyConfiguration"), PROXY)]
            sidecars = edited_text(documents.parsed("public", plain), own)
            if not text.lstrip().startswith("{"):
                sidecars = sidecars.replace(f"{IMAGE}\n", f"{IMAGE}   #\ttested\u2028#\tin June\n            #\tmore\n")
            return plain, sidecars
    return None


def edited_bytes(command: str, text: str, folder: Path) -> str:
    file = folder / "edited"
    file.unlink(missing_ok=True)
    ran = run(command, "-", "-o", str(file), stdin=text.encode())
    assert ran.code == 0, ran.err
    return file.read_bytes().decode()


@needs_corpus
def test_public_templates_keep_every_byte_that_is_not_of_the_sidecars(tmp_path: Path) -> None:
    """Sidecars that the test wrote into a template leave it as it was, directly and by way of a mark."""
    adopted_files = 0
    for path in PUBLIC:
        text = public_text(path)
        both = with_sidecars(text) if TASK_DEFINITION in text else None
        if both is None:
            continue
        adopted_files += 1
        for bend in bends_of(text):
            plain, sidecars = (bend(each) for each in both)
            adopted = edited_bytes("adopt", sidecars, tmp_path)
            assert IMAGE.partition(":")[0] not in adopted.partition("ContainerDefinitions")[2], path
            assert adopted.count("#") == sidecars.count("#"), (path, "no comment is lost")
            assert edited_bytes("remove", sidecars, tmp_path) == plain, path
            # One Transform beside ours becomes a list, and stays one.
            left = re.sub(r"(?<=Transform:)\s+- ", " ", edited_bytes("remove", adopted, tmp_path))
            assert left == plain, path
    assert adopted_files > 10


@needs_corpus
def test_public_templates_without_sidecars_keep_every_byte(tmp_path: Path) -> None:
    kept = 0
    for path in PUBLIC:
        text = public_text(path)
        bend = bends_of(text)[-1]
        for command in ("adopt", "remove"):
            ran = run(command, "-", "-o", str(tmp_path / "edited"), stdin=bend(text).encode())
            if ran.code == 0:
                kept += 1
                assert (tmp_path / "edited").read_bytes().decode() == bend(text), (path, command)
    assert kept > len(PUBLIC)
