"""The colour app of the examples, as it is rendered: its gateway's own program, and stand-ins for images."""

import json
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.conftest import REPOSITORY
from tests.dataplane.client import Client, likely
from tests.dataplane.network import APP_USER, Network
from tests.dataplane.task import rendered

COLOURS = ("white", "black", "blue", "red")
TASKS = {"ingress": "IngressTask", "gateway": "GatewayTask", "tcpecho": "TcpechoTask"}
TASKS |= {f"colorteller-{colour}": f"Colorteller{colour.capitalize()}Task" for colour in COLOURS}
ADDRESSES = {name: f"10.99.0.{number}" for number, name in enumerate(TASKS, 30)}
ZONE = {f"{name}.colorapp.local": [address] for name, address in ADDRESSES.items()}
ZONE |= {"colorteller.colorapp.local": ["10.10.10.10"]}


@pytest.fixture(scope="module", params=["plain", "compressed"])
def client(
    request: pytest.FixtureRequest, namespaces: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    form = ("--configuration", request.param)
    tasks = rendered(REPOSITORY / "examples/standalone/template.yaml", {"WhiteWeight": "70"}, *form)
    with Network(tmp_path_factory.mktemp("logs"), ZONE) as network:
        for name, key in TASKS.items():
            network.task(name, ADDRESSES[name], tasks[key])
        for colour in COLOURS:
            network.start_app(f"colorteller-{colour}", "http", colour, "9080")
        network.start_app("tcpecho", "echo", "2701")
        app = tasks["GatewayTask"].container("app")
        variables = {each["Name"]: each["Value"] for each in app["Environment"]}
        network.start("gateway", "app", [sys.executable, *app["Command"][1:]], APP_USER, **variables)
        for name in TASKS:
            network.start_envoy(name)
        network.wait_until_healthy(*TASKS)
        yield Client(network)


def test_the_load_balancer_finds_it_healthy(client: Client) -> None:
    told = client.one("hub", ADDRESSES["ingress"], 8080, "/ping")
    assert (told["status"], told["body"]) == (200, "ok\n")


def test_each_colour_is_told_by_its_weight(client: Client) -> None:
    """One run in a thousand lies outside of the bounds though the weights are right: so there may be a second one."""
    for _ in range(2):
        told = client.many("hub", ADDRESSES["ingress"], 8080, "/color", count=500)
        assert {each["status"] for each in told} == {200}
        split = Counter(json.loads(each["body"])["name"] for each in told)
        assert set(split) == set(COLOURS)
        if split["white"] in likely(500, 0.7):
            return
    pytest.fail(f"70 to 30 became {split}")


def test_tcpecho(client: Client) -> None:
    assert client.one("hub", ADDRESSES["ingress"], 8080, "/tcpecho")["body"] == "hello\n"
