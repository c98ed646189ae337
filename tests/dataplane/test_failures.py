"""What still works when tasks end, one after the other. Who was stopped by a test stays so for the next ones."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.dataplane.client import Client
from tests.dataplane.network import Network


def test_the_health_check_passes_only_while_envoy_is_live(client: Client, network: Network) -> None:
    """Before there is an Envoy, it fails: the network's fixture sees to that."""
    assert network.is_healthy("free")
    client.one("free", "127.0.0.1", 9901, "/healthcheck/fail", method="POST")
    assert not network.is_healthy("free")
    client.one("free", "127.0.0.1", 9901, "/healthcheck/ok", method="POST")
    assert network.is_healthy("free")
    network.stop("free")
    assert not network.is_healthy("free")


def test_retries_find_the_instance_that_lives(client: Client, network: Network) -> None:
    """One of two instances is killed while requests are under way."""
    both = {json.loads(each["body"])["name"] for each in client.many("client", "retried.local", 9081, count=20)}
    assert both == {"pair", "pair2"}
    with ThreadPoolExecutor(1) as thread:
        served = client.served("pair2", 9081)
        asking = thread.submit(client.many, "client", "retried.local", 9081, count=1000)
        while client.served("pair2", 9081) < served + 20:
            assert not asking.done()
        network.stop("pair2")
        told = asking.result()
    assert Counter(each["status"] for each in told) == {200: 1000}
    told = client.many("client", "retried.local", 9081, count=200)
    assert Counter((each["status"], json.loads(each["body"])["name"]) for each in told) == {(200, "pair"): 200}


def test_app_meshs_own_retries_find_it_too(client: Client, network: Network) -> None:
    network.stop("pair2")
    told = client.many("client", "pair.local", 9081, count=200)
    assert Counter((each["status"], json.loads(each["body"])["name"]) for each in told) == {(200, "pair"): 200}


def test_without_retries_requests_are_lost(client: Client, network: Network) -> None:
    """So it is the retries that save them."""
    network.stop("pair2")
    assert {each["status"] for each in client.many("client", "once.local", 9081, count=40)} == {200, 503}


def test_retries_never_change_the_weighted_choice(client: Client, network: Network) -> None:
    network.stop("black")
    told = client.many("client", "teller.local", 9080, count=300)
    split = Counter(each["status"] for each in told)
    assert set(split) == {200, 503}
    assert {json.loads(each["body"])["name"] for each in told if each["status"] == 200} == {"white"}
