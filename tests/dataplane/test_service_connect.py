"""Traffic over Service Connect, as the documented behaviour of its proxy lets it be: see `managed_proxy`."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dataplane.client import Client, growth
from tests.dataplane.managed_proxy import ManagedTask, connected
from tests.dataplane.network import APP_USER, APPS, Network
from tests.dataplane.task import rendered_template

ADDRESSES = {
    "caller": "10.99.0.60",
    "shop": "10.99.0.61",
    "hasty": "10.99.0.62",
    "pair": "10.99.0.63",
    "pair2": "10.99.0.64",
    "db": "10.99.0.65",
    "queue": "10.99.0.66",
    "rpc": "10.99.0.67",
    "door": "10.99.0.68",
}
APPLICATIONS = {
    "shop": ("http", "shop", "8080"),
    "hasty": ("http", "hasty", "8080"),
    "pair": ("http", "pair", "8080"),
    "pair2": ("http", "pair2", "8080"),
    "db": ("banner", "db", "3306"),
    "queue": ("banner", "queue", "3306"),
    "rpc": ("grpc_server", "rpc", "50051"),
}
ZONE = {f"{name}.internal": [address] for name, address in ADDRESSES.items()}
"""The names of virtual services are not there: only Service Connect has them."""


def task_name(name: str) -> str:
    return f"{name.removesuffix('2').capitalize()}Task"


@pytest.fixture(scope="module")
def network(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    addresses: dict[str, list[str]] = {}
    for name, address in ADDRESSES.items():
        addresses.setdefault(task_name(name), []).append(address)
    tasks = connected(rendered_template(Path(__file__).with_name("service_connect.yaml"), {}), {}, addresses)
    assert [name for name, task in tasks.items() if not isinstance(task, ManagedTask)] == ["DoorTask"]
    with Network(tmp_path_factory.mktemp("logs"), ZONE) as made:
        for name, address in ADDRESSES.items():
            made.task(name, address, tasks[task_name(name)])
            if name in APPLICATIONS:
                made.start_app(name, *APPLICATIONS[name])
            made.start_envoy(name)
        made.start("shop", "metrics", [sys.executable, str(APPS), "http", "metrics", "8081"], APP_USER)
        made.wait_until_healthy(*ADDRESSES)
        yield made


@pytest.fixture
def client(network: Network) -> Client:
    return Client(network)


@pytest.mark.parametrize(("host", "port"), [("shop.local", 80), ("old-shop.local", 8080)])
def test_the_url_of_a_virtual_service_leads_to_its_node(client: Client, host: str, port: int) -> None:
    told = client.one("caller", host, port, "/some/path?query")
    assert (told["status"], told["name"], told["path"]) == (200, "shop", "/some/path?query")
    assert told["host"].partition(":")[0] == host


def test_it_passes_both_proxies(client: Client) -> None:
    grown = growth(
        lambda: {
            "caller": client.counted("caller", "cluster.shop.local_80.upstream_rq_completed"),
            "shop": client.counted("shop", "http.ingress.downstream_rq_completed"),
        },
        lambda: client.many("caller", "shop.local", 80, count=7),
    )
    assert grown == {"caller": 7, "shop": 7}


@pytest.mark.parametrize(("host", "port"), [("shop.local", 8080), ("shop.local", 8081), ("old-shop.local", 80)])
def test_a_name_answers_on_its_own_port_alone(client: Client, host: str, port: int) -> None:
    """All of the name's traffic is led to the proxy, which knows nothing of another port (AM462)."""
    assert client.one("caller", host, port)["status"] == 0


def test_other_names_and_ports_stay_in_reach(client: Client) -> None:
    assert client.one("caller", "shop.internal", 8081)["name"] == "metrics"


def test_a_request_that_takes_too_long_is_ended(client: Client) -> None:
    """`/slow` takes three seconds. The timeout is the one that the template's 900 ms became."""
    told = client.one("caller", "hasty.local", 8080, "/slow")
    assert told["status"] == 504
    assert 0.9 < told["seconds"] < 2.5
    assert client.one("caller", "shop.local", 80, "/slow")["status"] == 200


def test_a_server_that_speaks_first_is_not_kept_waiting(network: Network) -> None:
    told = network.ask("caller", "greeted", "queue.local", "3306")
    assert (told["line"], told["echo"]) == ("queue here", "ping")
    assert told["seconds"] < 1


def test_a_connection_without_traffic_is_ended(network: Network) -> None:
    assert 0.9 < network.ask("caller", "silent", "db.local", "3306", "4") < 3
    assert network.ask("caller", "silent", "queue.local", "3306", "3") is None


def test_grpc(network: Network) -> None:
    assert network.ask("caller", "call", "rpc.local", "50051", "/pkg.Any/Get") == "rpc /pkg.Any/Get"


def test_a_gateway_that_stayed_standalone_finds_it_by_dns(client: Client) -> None:
    """Through the proxy of the node that it calls."""
    told: list[dict[str, Any]] = []
    grown = growth(
        lambda: {"shop": client.counted("shop", "http.ingress.downstream_rq_completed")},
        lambda: told.append(client.one("hub", ADDRESSES["door"], 8088, "/old/things")),
    )
    assert (told[0]["status"], told[0]["name"], told[0]["path"]) == (200, "shop", "/things")
    assert grown == {"shop": 1}


def test_tasks_take_turns(client: Client) -> None:
    told = client.many("caller", "pair.local", 8080, count=20)
    assert {json.loads(each["body"])["name"] for each in told} == {"pair", "pair2"}


def test_another_task_answers_for_one_that_cannot(client: Client, network: Network) -> None:
    """First an application alone ends, and its proxy says 503; then its whole task. Both stay so for the next test."""
    retries = "cluster.pair.local_8080.upstream_rq_retry"
    for end in (network.stop_app, network.stop):
        before = client.counted("caller", retries)
        end("pair2")
        told = client.many("caller", "pair.local", 8080, count=20)
        assert Counter((each["status"], json.loads(each["body"])["name"]) for each in told) == {(200, "pair"): 20}
        assert client.counted("caller", retries) > before


def test_there_are_two_retries(client: Client, network: Network) -> None:
    network.stop_app("pair")
    told: list[dict[str, Any]] = []
    grown = growth(
        lambda: {"retries": client.counted("caller", "cluster.pair.local_8080.upstream_rq_retry")},
        lambda: told.append(client.one("caller", "pair.local", 8080)),
    )
    assert (told[0]["status"], grown["retries"]) == (503, 2)
