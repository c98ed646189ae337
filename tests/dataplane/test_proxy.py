"""`appmesh-inject proxy` on what a real Envoy answers, while something is wrong with the services that it calls.

With --update-golden, what it answered becomes the cases of tests/proxy/golden.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appmesh_inject.proxy.bootstrap import Bootstrap, in_one_form, running
from appmesh_inject.proxy.comparison import comparison
from tests.cli.command import Ran, run
from tests.dataplane.alone import config_dump, open_folder
from tests.dataplane.shop import ADDRESSES, ASKED, TEMPLATE, Shop, shop
from tests.dataplane.test_configuration_forms import as_json, bootstraps
from tests.dataplane.test_validate import VALUES, files  # noqa: F401
from tests.deployed import deployed
from tests.mesh import cases as mesh
from tests.proxy.recording import record

STRANGER = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -addext subjectAltName=DNS:payment.shop.local"


@pytest.fixture(scope="module")
def called(namespaces: None, tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory(prefix="appmesh-certs-") as name:
        folder = Path(name)
        shutil.copytree(certificates, folder, dirs_exist_ok=True)
        for ending in ("pem", "key"):
            shutil.copy(folder / f"payment.{ending}", folder / f"right.{ending}")
        files = ["-keyout", "stranger.key", "-out", "stranger.pem"]
        subprocess.run(["openssl", *STRANGER.split(), *files], cwd=folder, check=True, capture_output=True)
        for file in folder.iterdir():
            file.chmod(0o644)
        folder.chmod(0o755)
        with shop(tmp_path_factory.mktemp("logs"), folder) as made:
            yield made


@pytest.fixture
def asked(called: Shop, tmp_path: Path, update_golden: bool) -> "Asked":
    return Asked(called, tmp_path, update_golden)


class Asked:
    """Asks web's Envoy, or another, and tells what `proxy` makes of it."""

    def __init__(self, of: Shop, folder: Path, update_golden: bool) -> None:
        self._shop = of
        self.folder = folder
        self._records = update_golden

    def proxy(self, case: str, *options: str, of: str = "web") -> Ran:
        answers = {name: self._shop.answer(path, of) for name, path in ASKED.items()}
        for name, text in answers.items():
            (self.folder / name).write_text(text)
        if self._records:
            record(case, answers, self._shop.certificates)
        return run("proxy", *(str(self.folder / name) for name in ASKED), *options)


def test_a_shop_where_nothing_is_wrong(called: Shop, asked: Asked) -> None:
    called.call()
    options = ("--template", str(TEMPLATE), "--parameter", f"Certificates={called.certificates}")
    ran = asked.proxy("healthy", *options)
    assert (ran.code, ran.err) == (0, "")
    assert "Virtual node web of mesh shop: Envoy 1." in ran.out
    assert "It runs what the template compiles to." in ran.out
    assert "Nothing is wrong" in ran.out


def test_an_older_revision(called: Shop, asked: Asked) -> None:
    """The stack's parameters have changed since this task started."""
    options = ("--template", str(TEMPLATE), "--parameter", f"Certificates={called.certificates}")
    ran = asked.proxy("older", *options, "--parameter=Stable=50", "--parameter=Canary=50")
    assert ran.code == 0
    runs = "leads to: runs cart-v1 90, cart-v2 10; the template has cart-v1 50, cart-v2 50"
    assert f"  route cart.local, prefix /: {runs}" in ran.out.splitlines()
    assert ran.out.splitlines()[-1] == "1 difference"
    assert run("proxy", "--strict", str(asked.folder / "config_dump.json"), *options, "--parameter=Stable=1").code == 1


def test_instances_are_killed(called: Shop, asked: Asked) -> None:
    called.network.stop("prices2")
    called.network.stop("cart-v2")
    called.call()
    ran = asked.proxy("killed")
    assert ran.code == 1
    assert "error: virtual node cart-v2 (http 8080): its endpoint is not usable: " in ran.out
    assert "warning: virtual node prices (http 8080): 1 of 2 endpoints is not usable: " in ran.out
    assert f"connections failed, and none is open ({ADDRESSES['prices2']}:8080)" in ran.out
    assert "warning: route cart.local, prefix /: leads 10 of 100 requests to virtual node cart-v2" in ran.out
    called.start("prices2", "cart-v2")


def test_an_application_has_ended(called: Shop, asked: Asked) -> None:
    """Its Envoy goes on taking connections. It knows why it answers 503, and its callers do not."""
    os.kill(called.network.pid("cart-v1", "python"), signal.SIGKILL)
    called.start("web")
    called.call()
    ran = asked.proxy("ended")
    assert ran.code == 0
    assert re.search(
        r"warning: virtual node cart-v1 \(http 8080\): answered (\d+) of \1 requests with an error", ran.out
    )
    ran = asked.proxy("ended-itself", of="cart-v1")
    assert ran.code == 1
    assert "error: the application of this task: takes no connection on port 8080: " in ran.out
    called.start("cart-v1", "web")


def test_an_envoy_that_drains(called: Shop, asked: Asked) -> None:
    called.client.one("web", "127.0.0.1", 9901, "/healthcheck/fail", method="POST")
    ran = asked.proxy("draining")
    assert ran.code == 1
    assert "error: this Envoy: is DRAINING, so its health check fails. " in ran.out
    called.client.one("web", "127.0.0.1", 9901, "/healthcheck/ok", method="POST")


def test_a_health_check_fails(called: Shop, asked: Asked) -> None:
    called.network.stop("prices")
    called.network.stop("prices2")
    called.start("web")
    time.sleep(1)
    ran = asked.proxy("unhealthy")
    assert ran.code == 1
    assert "error: virtual node prices (http 8080): none of its 2 endpoints is usable: fails the health" in ran.out
    assert "error: route prices.local, prefix /: leads nowhere: virtual node prices takes no requests" in ran.out
    called.start("prices", "prices2")


def test_a_certificate_is_for_another_name(called: Shop, asked: Asked) -> None:
    called.show("server")
    called.call()
    ran = asked.proxy("misnamed")
    assert ran.code == 1
    assert "virtual node payment (http 8443): its certificate is for another name than payment.shop.local" in ran.out
    assert "error: route payment.local, prefix /: leads nowhere" in ran.out
    served = asked.folder / "prometheus.txt"
    served.write_text(called.client.one("hub", ADDRESSES["web"], 9090, "/stats/prometheus")["body"])
    ran = run("proxy", str(asked.folder / "config_dump.json"), str(served))
    assert "its certificate is for another name than payment.shop.local (90 connections refused)" in ran.out


def test_a_certificate_is_signed_by_a_stranger(called: Shop, asked: Asked) -> None:
    called.show("stranger")
    called.call()
    ran = asked.proxy("stranger")
    assert ran.code == 1
    assert f"signed by none of the authorities in {called.certificates}/ca.pem" in ran.out
    called.show("right")


def test_a_name_does_not_resolve(called: Shop, asked: Asked) -> None:
    called.forget("cart-v1.shop.local", "cart-v2.shop.local")
    called.call()
    ran = asked.proxy("unresolved")
    assert ran.code == 1
    assert "virtual node cart-v2 (http 8080): has no endpoint: cart-v2.shop.local does not resolve" in ran.out
    nodes = "virtual nodes cart-v1 and cart-v2 take no requests"
    assert f"error: route cart.local, prefix /: leads nowhere: {nodes}" in ran.out


def test_a_name_without_an_address(called: Shop, asked: Asked) -> None:
    """To Envoy that is a failure, too."""
    called.empty("cart-v2.shop.local")
    called.call()
    ran = asked.proxy("empty")
    assert ran.code == 1
    assert "virtual node cart-v2 (http 8080): has no endpoint: cart-v2.shop.local does not resolve (1 of 1" in ran.out


@pytest.mark.parametrize("case", mesh.cases(), ids=mesh.name)
def test_every_mesh_is_seen_to_run_as_it_was_compiled(case: mesh.Case, files: Path) -> None:  # noqa: F811
    """Envoy prints its configuration in its own words: numbers, durations, without what it would do anyway."""
    values = {**VALUES, **dict.fromkeys(("Hostile", "Other", "Env", "NodeName", "Door"), "a-name")}
    with open_folder() as folder:
        for bootstrap in bootstraps(case, files / "certs", folder):
            dump = config_dump(as_json(bootstrap, values), folder)
            compiled = Bootstrap(in_one_form(deployed(bootstrap, values)))
            found = comparison(running(dump, "dump"), compiled, "apps")
            assert [str(each) for each in found.differences] == []
