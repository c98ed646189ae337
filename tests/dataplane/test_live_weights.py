"""Weights that follow their parameters: three real Envoys, and the function that the template gets.

The function's code is what CloudFormation would fill in. Lambda's API and the credentials of the task's role are
stand-ins, which check signatures with botocore. The interval is a tenth of the shipped one.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.mesh.compiling.live_layer import REFRESH_DELAY
from appmesh_inject.mesh.live_function import FUNCTION
from tests.cli.command import run
from tests.dataplane.client import Client, likely
from tests.dataplane.network import HUB, Network
from tests.dataplane.task import Task
from tests.deployed import ATTRIBUTES, defaults, deployed
from tests.proxy.recording import record

TEMPLATE = Path(__file__).with_name("live_weights.yaml")
APIS = Path(__file__).with_name("aws_apis.py")
ARN = ATTRIBUTES[f"{FUNCTION}.Arn"]
LAMBDA = "lambda.us-east-1.amazonaws.com"
CREDENTIALS = "169.254.170.2"
WEBS = ("web1", "web2", "web3")
ADDRESSES = {name: f"10.99.0.{number}" for number, name in enumerate((*WEBS, "v1", "v2"), 50)}
ZONE = {f"{name}.internal": [address] for name, address in ADDRESSES.items()}
ZONE |= {"cart.local": ["10.10.10.10"], LAMBDA: [HUB]}
INTERVAL = 2.0
TWICE = 2 * INTERVAL
BASELINE = 0.9
ENOUGH = 100
"""Requests that all go to one node only if its weight is 100: with 70, that is chance once in 10^15 times."""


class Mesh:
    """The network, and a stack whose parameters can be updated. folder: where the stand-ins read and write."""

    def __init__(self, network: Network, template: dict[str, Any], folder: Path, certificates: Path) -> None:
        self.network = network
        self.client = Client(network)
        self._template = template
        self._folder = folder
        self._certificates = certificates
        self.set_mode("function")
        self.update("90", "10")

    def update(self, stable: str, canary: str) -> None:
        """What a stack update does: CloudFormation fills the parameters into the function's code."""
        function = self._template["Resources"][FUNCTION]["Properties"]["Code"]["ZipFile"]
        self._write("function.py", deployed(function, {"Stable": stable, "Canary": canary}))

    def set_mode(self, mode: str) -> None:
        self._write("mode", mode)

    def _write(self, name: str, text: str) -> None:
        """All at once, since the stand-in may be reading."""
        (self._folder / "new").write_text(text)
        (self._folder / "new").rename(self._folder / name)

    def start_lambda(self) -> None:
        pair = (str(self._certificates / "lambda.pem"), str(self._certificates / "lambda.key"))
        self.network.start("hub", "lambda", [sys.executable, str(APIS), "invoke", str(self._folder), HUB, *pair, ARN])

    def calls(self) -> list[dict[str, Any]]:
        file = self._folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def wait_for_calls(self, mode: str) -> None:
        """Until each Envoy has had an answer in this mode, and has taken it in."""
        deadline = time.monotonic() + 4 * TWICE
        while {call["peer"] for call in self.calls() if call["mode"] == mode} < {ADDRESSES[web] for web in WEBS}:
            assert time.monotonic() < deadline, f"not all have asked: {self.calls()[-5:]}"
            time.sleep(0.1)
        time.sleep(0.5)

    def wait_for_weights(self, web: str, weight: str) -> None:
        """Until Envoy's runtime has this one among its values."""
        deadline = time.monotonic() + 4 * TWICE
        while f'"{weight}"' not in self.client.one(web, "127.0.0.1", 9901, "/runtime")["body"]:
            assert time.monotonic() < deadline, f"{web} does not follow: {self.network.log(web)[-2000:]}"
            time.sleep(0.1)

    def split(self, web: str, count: int = 40) -> Counter[str]:
        """Who answered. A request that is lost counts by its status."""
        told = self.client.many(web, "cart.local", 9080, count=count)
        return Counter(json.loads(each["body"])["name"] if each["status"] == 200 else each["status"] for each in told)

    def seconds_until_all(self, name: str) -> float:
        """Seconds until each Envoy leads all requests to one node."""
        began = time.monotonic()
        for web in WEBS:
            while self.split(web, ENOUGH) != {name: ENOUGH}:
                assert time.monotonic() - began < 60, f"{web} does not follow: {self.network.log(web)[-2000:]}"
        return time.monotonic() - began

    def check_split(self, web: str, chance: float) -> None:
        """One run in a thousand lies outside of the bounds though the weights are right: so there may be another."""
        for _ in range(2):
            split = self.split(web, 2000)
            assert set(split) <= {"v1", "v2"}, f"requests are lost: {split}"
            if split["v1"] in likely(2000, chance):
                return
        pytest.fail(f"{chance} became {split}")


def _faster(task: Task) -> Task:
    text = json.dumps(task.definition)
    asked = f"refresh_delay: {REFRESH_DELAY}"
    assert text.count(asked) <= 1
    return replace(task, definition=json.loads(text.replace(asked, f"refresh_delay: {INTERVAL:g}s")))


@pytest.fixture(scope="module")
def mesh(namespaces: None, tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Mesh]:
    ran = run("render", str(TEMPLATE), "--output-format", "json", "--parameter=Stable=0", "--parameter=Canary=100")
    assert ran.code == 0, ran.err
    template = json.loads(ran.out)
    tasks = {name: template["Resources"][f"{name.capitalize()}Task"]["Properties"] for name in ("web", "v1", "v2")}
    of = {name: _faster(Task(deployed(definition, defaults(template)))) for name, definition in tasks.items()}
    folder = tmp_path_factory.mktemp("lambda")
    with Network(tmp_path_factory.mktemp("logs"), ZONE, authority=certificates / "ca.pem") as network:
        network.run("hub", ["ip", "addr", "add", f"{CREDENTIALS}/32", "dev", "lo"])
        network.start("hub", "credentials", [sys.executable, str(APIS), "credentials", CREDENTIALS])
        for name, address in ADDRESSES.items():
            network.task(name, address, of["web" if name in WEBS else name])
        for name in ("v1", "v2"):
            network.start_app(name, "http", name, "9080")
            network.start_envoy(name)
        network.wait_until_healthy("v1", "v2")
        yield Mesh(network, template, folder, certificates)


def test_envoy_starts_with_the_baseline_while_the_function_is_away(mesh: Mesh) -> None:
    """Nothing listens there yet."""
    for web in WEBS:
        began = time.monotonic()
        mesh.network.start_envoy(web, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/v2/credentials/task")
        mesh.network.wait_until_healthy(web)
        assert time.monotonic() - began < 4
    mesh.check_split("web1", BASELINE)
    assert not mesh.calls()


def test_all_follow_within_twice_the_interval(mesh: Mesh) -> None:
    mesh.start_lambda()
    mesh.wait_for_calls("function")
    mesh.check_split("web1", BASELINE)
    mesh.update("0", "100")
    assert mesh.seconds_until_all("v2") < TWICE + 1
    mesh.update("100", "0")
    assert mesh.seconds_until_all("v1") < TWICE + 1


def test_no_request_is_lost_while_the_weights_change(mesh: Mesh) -> None:
    with ThreadPoolExecutor(len(WEBS)) as threads:
        asking = [threads.submit(mesh.split, web, 3000) for web in WEBS]
        for weights in (("0", "100"), ("100", "0"), ("30", "70")):
            mesh.update(*weights)
            time.sleep(TWICE)
        splits = [asked.result() for asked in asking]
    assert all(set(split) <= {"v1", "v2"} and split.total() == 3000 for split in splits), splits
    mesh.check_split("web2", 0.3)


@pytest.mark.parametrize("mode", ["429", "403", "500", "error", "garbage"])
def test_bad_answers_change_nothing(mesh: Mesh, mode: str) -> None:
    mesh.update("0", "100")
    mesh.seconds_until_all("v2")
    mesh.set_mode(mode)
    try:
        mesh.wait_for_calls(mode)
        for web in WEBS:
            assert mesh.split(web, 100) == {"v2": 100}
    finally:
        mesh.set_mode("function")


@pytest.mark.parametrize("mode", ["empty layer", "unknown cluster"])
def test_a_layer_without_the_weights_leads_back_to_the_baseline(mesh: Mesh, mode: str) -> None:
    mesh.set_mode(mode)
    try:
        mesh.wait_for_calls(mode)
        mesh.check_split("web3", BASELINE)
    finally:
        mesh.set_mode("function")
    mesh.seconds_until_all("v2")


@pytest.mark.parametrize("weights", [("0", "0"), ("101", "0"), ("-1", "5"), ("x", "5")])
def test_the_function_leaves_out_a_route_that_it_could_not_split(mesh: Mesh, weights: tuple[str, str]) -> None:
    """The macro refuses such values. So this is what a function would do that somebody has changed by hand."""
    mesh.update(*weights)
    deadline = time.monotonic() + 2 * TWICE
    while (split := mesh.split("web1", 200))["v1"] < 150 and time.monotonic() < deadline:
        assert set(split) <= {"v1", "v2"}
    mesh.check_split("web1", BASELINE)
    mesh.update("0", "100")
    mesh.seconds_until_all("v2")


def test_calls_are_signed_and_short_and_credentials_are_renewed(mesh: Mesh) -> None:
    deadline = time.monotonic() + 30
    for web in WEBS:
        while len({call["key"] for call in mesh.calls() if call["peer"] == ADDRESSES[web]}) < 2:
            assert time.monotonic() < deadline, f"{web} keeps its credentials"
            time.sleep(0.2)
    calls = mesh.calls()
    assert {call["problem"] for call in calls} == {""}
    assert {call["path"] for call in calls} == {f"/2015-03-31/functions/{ARN}/invocations"}
    assert max(call["bytes"] for call in calls) < 1000


def test_proxy_tells_the_weights_that_hold(mesh: Mesh, tmp_path: Path, update_golden: bool) -> None:
    """Those that /runtime tells, if it was asked; else those of the task definition, which may hold no more."""
    mesh.update("30", "70")
    mesh.wait_for_weights("web1", "70")
    names = {"config_dump.json": "/config_dump", "runtime.json": "/runtime"}
    answers = {name: mesh.client.one("web1", "127.0.0.1", 9901, path)["body"] for name, path in names.items()}
    for name, text in answers.items():
        (tmp_path / name).write_text(text)
    options = ("--template", str(TEMPLATE), "--parameter=Stable=30", "--parameter=Canary=70")
    ran = run("proxy", *(str(tmp_path / name) for name in names), *options)
    assert "  cart.local, prefix /: v1 30, v2 70 (live)" in ran.out.splitlines()
    ran = run("proxy", str(tmp_path / "config_dump.json"))
    assert "  cart.local, prefix /: v1 90, v2 10 (from the task definition; they are live, and" in ran.out
    if update_golden:
        record("live", answers, tmp_path)


def test_an_outage_later_changes_nothing(mesh: Mesh) -> None:
    """The hub's programs end, and DNS starts again without the function."""
    mesh.update("0", "100")
    mesh.seconds_until_all("v2")
    mesh.network.stop("hub")
    mesh.network.start_dns()
    time.sleep(2 * TWICE)
    assert {web: mesh.split(web, 100) for web in WEBS} == {web: {"v2": 100} for web in WEBS}
