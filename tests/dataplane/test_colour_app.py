"""Requests through the colour app of the examples."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.dataplane.client import Client, likely
from tests.dataplane.colour_app import ADDRESSES, COLOURS, colour_app


@pytest.fixture(scope="module", params=["plain", "compressed"])
def client(
    request: pytest.FixtureRequest, namespaces: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    with colour_app(tmp_path_factory.mktemp("logs"), "--configuration", request.param) as network:
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
