"""The limits of each listener of a gateway, where statistics go, and which requests are traced."""

import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.dataplane.client import Client
from tests.dataplane.network import APP_USER, APPS, Network
from tests.dataplane.task import rendered

ADDRESSES = {"watched": "10.99.0.10", "door": "10.99.0.11"}
TRACED = {"description": "traced", "host": "*", "http_method": "*", "url_path": "/traced", "fixed_target": 0, "rate": 1}
RULES = {"version": 2, "rules": [TRACED], "default": {"fixed_target": 0, "rate": 0}}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """What is mounted in the container, where Envoy's user can read it."""
    with tempfile.TemporaryDirectory(prefix="appmesh-agents-") as made:
        Path(made).chmod(0o755)
        Path(made, "rules.json").write_text(json.dumps(RULES))
        yield Path(made)


@pytest.fixture(scope="module")
def statsd(folder: Path) -> Iterator[socket.socket]:
    """The socket of an agent."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as agent:
        agent.bind(str(folder / "statsd.socket"))
        (folder / "statsd.socket").chmod(0o777)
        agent.settimeout(30)
        yield agent


@pytest.fixture(scope="module")
def network(
    namespaces: None, tmp_path_factory: pytest.TempPathFactory, folder: Path, statsd: object
) -> Iterator[Network]:
    tasks = rendered(Path(__file__).with_name("limits_and_telemetry.yaml"), {"Folder": str(folder)})
    zone = {f"{name}.internal": [address] for name, address in ADDRESSES.items()}
    with Network(tmp_path_factory.mktemp("logs"), zone) as made:
        for name, address in ADDRESSES.items():
            made.task(name, address, tasks[f"{name.capitalize()}Task"])
        made.start("watched", "x-ray", [sys.executable, str(APPS), "datagrams", "2000"], APP_USER)
        made.start_app("watched", "http", "watched", "9080")
        for name in ADDRESSES:
            made.start_envoy(name)
        made.wait_until_healthy(*ADDRESSES)
        yield made


@pytest.mark.parametrize(("port", "answered"), [(8080, 2), (8081, 4), (8082, 6)])
def test_each_listener_of_a_gateway_has_its_own_limits(client: Client, port: int, answered: int) -> None:
    """Of six requests at once: as many as there may be connections, one that waits, and the others are refused. Envoy's
    threads count one after another, so that one more may slip through."""
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(client.one, "hub", ADDRESSES["door"], port, "/slow") for _ in range(6)]
        told = Counter(each.result()["status"] for each in asked)
    assert set(told) <= {200, 503}
    assert told[200] in (answered, min(answered + 1, 6))


def test_statistics_go_to_the_agents_socket(client: Client, statsd: socket.socket) -> None:
    client.many("hub", ADDRESSES["watched"], 9080, count=3)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = statsd.recv(65536).decode().splitlines()
        if any(line.startswith("envoy.http.downstream_rq_total:") and "|c" in line for line in lines):
            return
    pytest.fail("no count of requests has come")


def test_the_manifest_chooses_what_is_traced(client: Client, network: Network) -> None:
    """All of one path, and nothing of another. Without a manifest it would be one request in twenty of either."""
    for path in ("/quiet", "/traced"):
        client.many("hub", ADDRESSES["watched"], 9080, path, count=20)
    deadline = time.monotonic() + 30
    while network.log("watched", "x-ray").count(":9080/traced") < 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    traced = network.log("watched", "x-ray")
    assert (traced.count(":9080/traced"), traced.count(":9080/quiet")) == (20, 0)
