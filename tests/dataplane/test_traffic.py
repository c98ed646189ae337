"""Traffic through real Envoys that run what the product renders. Needs root, iptables and iproute2."""

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Ran, run
from tests.dataplane.client import Client, growth, likely
from tests.dataplane.network import APP_USER, HUB, Network
from tests.dataplane.scenario import ADDRESSES, APPLICATIONS
from tests.dataplane.shop import ASKED
from tests.proxy.recording import record

TELLERS = {name: f"cluster.cds_egress_apps_{name}_http_9080.upstream_rq_total" for name in ("white", "black")}


def test_weights_are_kept(client: Client) -> None:
    """Counted at the applications and in the statistics of the caller's Envoy. One run in a thousand lies outside of
    the bounds though the weights are right: so there may be a second one."""
    for _ in range(2):
        told: list[dict[str, Any]] = []
        grown = growth(
            lambda: {
                **{f"{name} served": client.served(name, 9080) for name in TELLERS},
                **{f"{name} sent": client.counted("client", stat) for name, stat in TELLERS.items()},
            },
            lambda: told.extend(client.many("client", "teller.local", 9080, count=2000)),  # noqa: B023
        )
        assert Counter(each["status"] for each in told) == {200: 2000}
        assert grown["white served"] == grown["white sent"]
        assert grown["black served"] == grown["black sent"]
        assert grown["white served"] + grown["black served"] == 2000
        if grown["white served"] in likely(2000, 0.8):
            return
    pytest.fail(f"80 to 20 became {grown}")


@pytest.mark.parametrize(
    ("path", "more", "name"),
    [
        ("/plain", {}, "white"),
        ("/plain", {"headers": {"x-color": "black"}}, "black"),
        ("/plain", {"headers": {"x-color": "white"}}, "white"),
        ("/plain", {"method": "POST"}, "black"),
        ("/black", {}, "black"),
        ("/plain?color=black", {}, "black"),
    ],
)
def test_routes_match(client: Client, path: str, more: dict[str, Any], name: str) -> None:
    assert client.one("client", "routed.local", 9080, path, **more)["name"] == name


def test_what_no_route_matches_is_not_found(client: Client) -> None:
    assert client.one("client", "routed.local", 9080, "/unknown")["status"] == 404


def test_a_request_that_takes_too_long_is_ended(client: Client) -> None:
    told = client.one("client", "hasty.local", 9080, "/slow")
    assert told["status"] == 504
    assert 0.4 < told["seconds"] < 2


def test_grpc(network: Network) -> None:
    assert network.ask("client", "call", "rpc.local", "50051", "/pkg.Known/Get") == "rpc /pkg.Known/Get"
    assert network.ask("client", "call", "rpc.local", "50051", "/pkg.Other/Get") == "UNIMPLEMENTED"


def test_http2(client: Client, network: Network) -> None:
    """gRPC is HTTP/2, and so is a client of it; the mesh knows this one as http2."""
    connections = "cluster.cds_egress_apps_binary_http2_50052.upstream_cx_http2_total"
    assert network.ask("client", "call", "binary.local", "50052", "/pkg.Binary/Get") == "binary /pkg.Binary/Get"
    assert network.ask("client", "call", "binary.local", "50052", "/pkg.Other/Get") == "UNIMPLEMENTED"
    assert client.counted("client", connections) > 0


def test_a_server_that_speaks_first_is_not_kept_waiting(network: Network) -> None:
    told = network.ask("client", "greeted", "db.local", "3306")
    assert (told["line"], told["echo"]) == ("db here", "ping")
    assert told["seconds"] < 1


def test_mutual_tls(client: Client) -> None:
    assert client.one("client", "secure.local", 9443)["name"] == "secure"
    assert client.counted("client", "cluster.cds_egress_apps_secure_http_9443.ssl.handshake") > 0
    assert client.one("anonymous", "secure.local", 9443)["status"] == 503


def test_the_servers_name_is_checked(client: Client) -> None:
    assert client.one("anonymous", "half.local", 9444)["name"] == "half"
    assert client.counted("anonymous", "cluster.cds_egress_apps_half_http_9444.ssl.handshake") > 0
    assert client.one("anonymous", "misnamed.local", 9444)["status"] == 503


def test_strict_tls_refuses_plain_text_and_permissive_takes_it(client: Client) -> None:
    assert client.one("hub", ADDRESSES["secure"], 9443)["status"] == 0
    assert client.one("hub", ADDRESSES["half"], 9444)["name"] == "half"


def test_the_egress_filter(client: Client) -> None:
    assert client.one("client", "outside.example", 8081)["status"] == 0
    assert client.one("free", "outside.example", 8081)["name"] == "outside"


def test_an_ignored_port_bypasses_envoy(client: Client) -> None:
    assert client.one("anonymous", "outside.example", 8082)["name"] == "beside"
    assert client.one("client", "outside.example", 8082)["status"] == 0


def test_aws_stays_within_reach_by_the_name_that_the_client_asks_for(network: Network) -> None:
    """The server speaks no TLS, which only a client that reaches it can tell."""
    assert network.ask("client", "shake_hands", HUB, "s3.us-east-1.amazonaws.com") == "WRONG_VERSION_NUMBER"
    assert network.ask("client", "shake_hands", HUB, "example.com") in ("EOF", "ConnectionResetError")
    assert network.ask("free", "shake_hands", HUB, "example.com") == "WRONG_VERSION_NUMBER"


def test_all_traffic_goes_through_both_envoys(client: Client) -> None:
    told: list[dict[str, Any]] = []
    grown = growth(
        lambda: {
            "client": client.counted("client", TELLERS["white"]),
            # StatsPort takes 9901 in this task, so Envoy's admin interface has the next port.
            "white": client.counted("white", "http.ingress.downstream_rq_total", admin_port=9902),
        },
        lambda: told.extend(client.many("client", "routed.local", 9080, "/plain", count=7)),
    )
    assert grown == {"client": 7, "white": 7}
    assert all("x-request-id" in json.loads(each["body"])["headers"] for each in told)


def test_the_access_log(client: Client, network: Network) -> None:
    client.one("client", "routed.local", 9080, "/plain/logged")
    deadline = time.monotonic() + 30  # Envoy writes its log every ten seconds
    while "/plain/logged" not in network.log("client") and time.monotonic() < deadline:
        time.sleep(0.05)
    lines = [json.loads(line) for line in network.log("client").splitlines() if line.startswith('{"')]
    assert {"path": "/plain/logged", "to": "cds_egress_apps_white_http_9080"} in lines


@pytest.mark.parametrize(("name", "port"), [("white", 9901), ("door", 9090)])
def test_the_outside_reads_statistics_and_nothing_else_of_admin(client: Client, name: str, port: int) -> None:
    """On `white` the port is the one where admin would be, so admin has moved."""
    there = ("hub", ADDRESSES[name], port)
    assert client.one(*there, "/ready")["body"] == "LIVE\n"
    metrics = client.one(*there, "/stats/prometheus?usedonly")
    assert metrics["status"] == 200
    assert "envoy_server_live" in metrics["body"]
    for path in ("/config_dump", "/server_info", "/stats", "/", "/ready/", "/ready/../config_dump"):
        assert client.one(*there, path)["status"] == 404, path
    for path in ("/quitquitquit", "/healthcheck/fail", "/logging?level=trace"):
        assert client.one(*there, path, method="POST")["status"] == 404, path
    for path in ("/ready", "/stats/prometheus"):
        assert client.one(*there, path, method="POST")["status"] == 405, path
    assert client.one(*there, "/ready")["status"] == 200


@pytest.mark.parametrize("port", [15001, 9901])
def test_nothing_but_the_ingress_listens_to_the_outside(client: Client, port: int) -> None:
    assert "ConnectionRefused" in client.one("hub", ADDRESSES["free"], port)["body"]


@pytest.mark.parametrize(
    ("path", "to", "names"),
    [
        ("/tell/x/y", "/x/y", {"white", "black"}),
        ("/tell", "/", {"white", "black"}),
        ("/old/x", "/new/x", {"pair", "pair2"}),
        ("/old", "/new", {"pair", "pair2"}),
        ("/r/12", "/number", {"pair", "pair2"}),
    ],
)
def test_a_gateway_rewrites_paths(client: Client, path: str, to: str, names: set[str]) -> None:
    told = client.one("hub", ADDRESSES["door"], 8088, path)
    assert told["path"] == to
    assert told["name"] in names
    assert told["host"].endswith(".local")


def test_a_gateway_tells_hosts_apart_and_can_keep_them(client: Client) -> None:
    told = client.one("hub", ADDRESSES["door"], 8088, "/any", headers={"Host": "www.example.com"})
    assert (told["host"], told["path"]) == ("www.example.com", "/any")
    assert "x-app-mesh-virtual-service" not in told["headers"]
    assert client.one("hub", ADDRESSES["door"], 8088, "/any")["status"] == 404


@pytest.mark.parametrize(
    ("host", "path", "to", "keeps_host"),
    [
        ("host-prefix", "/orders/1?a=b", "/v2/orders/1?a=b", False),
        ("host-prefix", "/", "/v2/", False),
        ("host-open", "/orders", "/v3/orders", False),
        ("host-default", "/orders", "/orders", False),
        ("host-off", "/orders", "/orders", False),
        ("host-path", "/orders/1", "/healthz", False),
        ("host-path", "/?a=b", "/healthz?a=b", False),
        ("host-path-kept", "/orders", "/healthz", True),
        ("host-prefix-kept", "/orders", "/v2/orders", True),
        ("x.suffix", "/orders", "/healthz", False),
    ],
)
def test_a_gateway_rewrites_paths_that_it_does_not_match(
    client: Client, host: str, path: str, to: str, keeps_host: bool
) -> None:
    name = f"{host}.example.com"
    told = client.one("hub", ADDRESSES["door"], 8088, path, headers={"Host": name})
    assert told["path"] == to
    assert told["name"] in ("pair", "pair2")
    assert told["host"] == (name if keeps_host else "pair.local")


def test_a_client_cannot_choose_the_service(client: Client) -> None:
    told = client.one("hub", ADDRESSES["door"], 8088, "/kept/x", headers={"Host": "teller.local"})
    assert told["name"] in ("pair", "pair2")
    told = client.one("hub", ADDRESSES["door"], 8088, "/tell/x", headers={"x-app-mesh-virtual-service": "pair.local"})
    assert told["name"] in ("white", "black")
    assert "x-app-mesh-virtual-service" not in told["headers"]


def test_a_gateway_keeps_the_weights(client: Client) -> None:
    for _ in range(2):
        told = client.many("hub", ADDRESSES["door"], 8088, "/tell/", count=500)
        split = Counter(json.loads(each["body"])["name"] for each in told)
        if split["white"] in likely(500, 0.8):
            return
    pytest.fail(f"80 to 20 became {split}")


@pytest.mark.parametrize(("name", "user"), [("white", "1337"), ("black", "1400"), ("door", "101")])
def test_envoy_runs_as_the_user_of_its_container(network: Network, name: str, user: str) -> None:
    assert network.users(name) == {user} | ({APP_USER} if name in APPLICATIONS else set())


def proxy(client: Client, folder: Path, name: str, case: str, update_golden: bool) -> Ran:
    """What `appmesh-inject proxy` says of a task's Envoy, against the template."""
    answers = {file: client.one(name, "127.0.0.1", 9901, path)["body"] for file, path in ASKED.items()}
    certificates = re.search(r"/tmp/appmesh-certs-\w+", answers["config_dump.json"])
    where = certificates[0] if certificates else "/certificates"
    for file, text in answers.items():
        (folder / file).write_text(text)
    if update_golden:
        record(case, answers, Path(where))
    template = ("--template", str(Path(__file__).with_name("template.yaml")), f"--parameter=Certificates={where}")
    return run("proxy", *(str(folder / file) for file in ASKED), *template)


def test_proxy_reads_a_gateway(client: Client, tmp_path: Path, update_golden: bool) -> None:
    """It names virtual services in a header, so each of its routes is there several times."""
    client.many("hub", ADDRESSES["door"], 8088, "/tell/", count=30)
    ran = proxy(client, tmp_path, "door", "gateway", update_golden)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("Virtual gateway door of mesh apps: Envoy ")
    assert [line for line in lines if "teller.local" in line] == [
        "  teller.local, prefix /: white 80, black 20 (from the task definition)"
    ]
    assert "  It runs what the template compiles to." in lines


def test_proxy_says_why_a_node_refuses_a_caller(client: Client, tmp_path: Path, update_golden: bool) -> None:
    """A caller without a certificate does not know why. The node that it calls does."""
    client.one("anonymous", "secure.local", 9443)
    ran = proxy(client, tmp_path, "anonymous", "refused", update_golden)
    assert ran.code == 1
    assert "error: virtual node secure (http 9443): no TLS connection with it succeeds (" in ran.out
    ran = proxy(client, tmp_path, "secure", "refusing", update_golden)
    assert ran.code == 0
    assert "warning: the listeners of this Envoy: refused callers that showed no certificate (" in ran.out
