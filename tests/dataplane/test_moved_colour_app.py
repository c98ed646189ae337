"""The colour app of the examples after its move to Service Connect: the same URL, through what stays and what is new.

ingress is the one Envoy that is left. Names of virtual services that DNS knows lead to an address where nobody listens.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.colour_app import STANDALONE, TAKING_PART, moved, with_one_colour
from tests.dataplane.client import Client
from tests.dataplane.colour_app import ADDRESSES, COLOURS, TASKS, ZONE
from tests.dataplane.managed_proxy import ManagedTask, connected
from tests.dataplane.network import APP_USER, Network
from tests.dataplane.task import rendered_template

PARAMETERS = {"WhiteWeight": "70"}
IN_CONNECT = {name for name, key in TASKS.items() if key.removesuffix("Task") in TAKING_PART}
STARTED = {"ingress", *IN_CONNECT}
"""Black, blue and red have no sidecar, and nobody calls them."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("moved") / "template.yaml"
    path.write_text(moved(with_one_colour(STANDALONE)))
    return rendered_template(path, PARAMETERS)


@contextmanager
def running(template: Mapping[str, Any], folder: Path) -> Iterator[Client]:
    addresses = {key: [ADDRESSES[name]] for name, key in TASKS.items()}
    tasks = connected(template, PARAMETERS, addresses)
    assert {name for name, key in TASKS.items() if isinstance(tasks[key], ManagedTask)} == IN_CONNECT
    with Network(folder, ZONE) as network:
        for name, key in TASKS.items():
            network.task(name, ADDRESSES[name], tasks[key])
        for colour in COLOURS:
            network.start_app(f"colorteller-{colour}", "http", colour, "9080")
        network.start_app("tcpecho", "echo", "2701")
        app = tasks["GatewayTask"].container("app")
        variables = {each["Name"]: each["Value"] for each in app["Environment"]}
        network.start("gateway", "app", [sys.executable, *app["Command"][1:]], APP_USER, **variables)
        for name in STARTED:
            network.start_envoy(name)
        network.wait_until_healthy(*STARTED)
        yield Client(network)


def answers(client: Client) -> dict[str, tuple[int, str]]:
    """What a user of the load balancer gets."""
    told = {path: client.one("hub", ADDRESSES["ingress"], 8080, path) for path in ("/ping", "/color", "/tcpecho")}
    return {path: (each["status"], each.get("name", each["body"])) for path, each in told.items()}


RIGHT = {"/ping": (200, "ok\n"), "/color": (200, "white"), "/tcpecho": (200, "hello\n")}


def test_its_url_keeps_working(template: dict[str, Any], namespaces: None, tmp_path: Path) -> None:
    with running(template, tmp_path) as client:
        assert answers(client) == RIGHT
        told = client.many("hub", ADDRESSES["ingress"], 8080, "/color", count=50)
        assert {(each["status"], json.loads(each["body"])["name"]) for each in told} == {(200, "white")}
        for name, count in {"gateway": 53, "colorteller-white": 51}.items():
            assert client.counted(name, "http.ingress.downstream_rq_completed") == count
        assert client.counted("tcpecho", "tcp.ingress.downstream_cx_total") == 1


def entry(template: dict[str, Any], service: str) -> Any:
    (found,) = template["Resources"][f"{service}Service"]["Properties"]["ServiceConnectConfiguration"]["Services"]
    return found


def mapping(template: dict[str, Any], task: str) -> Any:
    (app,) = template["Resources"][f"{task}Task"]["Properties"]["ContainerDefinitions"]
    return app["PortMappings"][0]


MISTAKES: Mapping[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "alias": ("/color", lambda it: entry(it, "ColortellerWhite")["ClientAliases"][0].update(DnsName="white.local")),
    "port of the alias": ("/color", lambda it: entry(it, "ColortellerWhite")["ClientAliases"][0].update(Port=9081)),
    "port of the container": ("/tcpecho", lambda it: mapping(it, "Tcpecho").update(ContainerPort=2702)),
    "protocol": ("/tcpecho", lambda it: mapping(it, "Tcpecho").update(AppProtocol="http")),
    "configuration of the caller": (
        "/color",
        lambda it: it["Resources"]["GatewayService"]["Properties"]["ServiceConnectConfiguration"].update(
            Namespace="other"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_what_is_written_breaks_it(
    mistake: str, template: dict[str, Any], namespaces: None, tmp_path: Path
) -> None:
    """So these tests would notice one."""
    broken, make = MISTAKES[mistake]
    wrong = json.loads(json.dumps(template))
    make(wrong)
    assert wrong != template
    with running(wrong, tmp_path) as client:
        told = answers(client)
    assert told[broken] != RIGHT[broken]
    assert told["/ping"] == RIGHT["/ping"]
