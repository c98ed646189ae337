"""Each IpPreference where there is no IPv6, and those of IPv6 where there is nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dataplane.client import Client
from tests.dataplane.network import Network
from tests.dataplane.task import rendered

NAMES = ("caller", "called", "door")


@contextmanager
def running(folder: Path, preference: str, prefix: str, nowhere: str, app_host: str) -> Iterator[Network]:
    """The tasks of ip_versions.yaml, all live, with addresses that begin with `prefix`."""
    tasks = rendered(Path(__file__).with_name("ip_versions.yaml"), {"IpPreference": preference})
    addresses = {name: f"{prefix}{number}" for number, name in enumerate(NAMES, 10)}
    zone = {**{f"{name}.internal": [address] for name, address in addresses.items()}, "called.local": [nowhere]}
    is_6 = ":" in prefix
    with Network(folder, zone, has_4=not is_6, has_6=is_6) as made:
        for name, address in addresses.items():
            made.task(name, address, tasks[f"{name.capitalize()}Task"])
            made.start_envoy(name)
        made.start_app("called", "http", "called", "9080", app_host)
        made.wait_until_healthy(*NAMES)
        yield made


def check_traffic(network: Network, door: str) -> None:
    """From task to task, and through the gateway; both ways end at the application that is called."""
    client = Client(network)
    for name, host, port in (("caller", "called.local", 9080), ("hub", door, 8080)):
        told = client.one(name, host, port, "/here")
        assert (told["status"], told.get("name"), told.get("path")) == (200, "called", "/here")
    assert client.counted("caller", r"cluster\.cds_egress_apps_called_http_9080\.upstream_rq_200") == 1
    assert client.counted("called", r"http\.ingress\.downstream_rq_2xx") == 2


@pytest.mark.parametrize("preference", ["IPv4_ONLY", "IPv4_PREFERRED"])
def test_ipv4_needs_no_ipv6(namespaces: None, tmp_path: Path, preference: str) -> None:
    with running(tmp_path, preference, "10.99.0.", "10.10.10.10", "127.0.0.1") as network:
        check_traffic(network, "10.99.0.12")


def test_where_ipv6_is_off_ipv4_takes_its_place(namespaces: None, tmp_path: Path) -> None:
    with running(tmp_path, "IPv6_PREFERRED", "10.99.0.", "10.10.10.10", "127.0.0.1") as network:
        check_traffic(network, "10.99.0.12")


def test_where_ipv6_is_off_an_envoy_of_ipv6_alone_starts(namespaces: None, tmp_path: Path) -> None:
    """And takes what comes by IPv4: it is the way on that is missing."""
    with running(tmp_path, "IPv6_ONLY", "10.99.0.", "10.10.10.10", "127.0.0.1") as network:
        client = Client(network)
        assert client.one("hub", "10.99.0.11", 9080)["status"] == 503
        assert client.counted("called", r"http\.ingress\.downstream_rq_5xx") == 1
        assert client.one("caller", "called.local", 9080)["status"] == 503
        assert client.counted("caller", r"http\.egress\.downstream_rq_5xx") == 1


@pytest.mark.parametrize("preference", ["IPv6_ONLY", "IPv6_PREFERRED"])
def test_ipv6_needs_no_ipv4(namespaces: None, tmp_path: Path, preference: str) -> None:
    with running(tmp_path, preference, "fd00:99::", "fd00:10::10", "::1") as network:
        check_traffic(network, "fd00:99::12")
