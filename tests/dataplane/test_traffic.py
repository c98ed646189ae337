"""Traffic through real Envoys that run compiled configurations. Needs root, iptables and iproute2."""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from appmesh_inject.intrinsics import Scope
from appmesh_inject.mesh import compiling, parsing
from tests.dataplane.network import APP_USER, APPS, HUB, Network, is_possible

pytestmark = pytest.mark.skipif(not is_possible(), reason="needs root, ip, iptables and setpriv")

NOWHERE = "10.10.10.10"
"""The names of virtual services lead to an address where nothing listens: Envoy takes the traffic before."""

ADDRESSES = {
    "client": "10.99.0.10",
    "white": "10.99.0.11",
    "black": "10.99.0.12",
    "pair": "10.99.0.13",
    "pair2": "10.99.0.14",
    "db": "10.99.0.15",
    "rpc": "10.99.0.16",
    "secure": "10.99.0.17",
    "half": "10.99.0.18",
    "anonymous": "10.99.0.19",
    "door": "10.99.0.20",
    "free": "10.99.0.21",
}
SERVICES = ("teller", "routed", "pair", "hasty", "db", "rpc", "secure", "misnamed", "half", "open")
ZONE = {
    **{f"{name}.internal": [address] for name, address in ADDRESSES.items()},
    "pair.internal": [ADDRESSES["pair"], ADDRESSES["pair2"]],
    **{f"{name}.local": [NOWHERE] for name in SERVICES},
    "outside.example": [HUB],
}
APPLICATIONS = {
    "white": ("http", "white", "9080"),
    "black": ("http", "black", "9080"),
    "pair": ("http", "pair", "9081"),
    "pair2": ("http", "pair2", "9081"),
    "db": ("banner", "db", "3306"),
    "rpc": ("grpc_server", "rpc", "50051"),
    "secure": ("http", "secure", "9443"),
    "half": ("http", "half", "9444"),
}


@pytest.fixture(scope="module")
def certificates() -> Iterator[Path]:
    """An authority, and what it signed for the servers and for the client. They lie where Envoy's user can read
    them: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="appmesh-certs-") as folder:
        signed(Path(folder))
        yield Path(folder)


def signed(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name, hosts in {"server": "DNS:secure.internal,DNS:half.internal", "client": "DNS:client.internal"}.items():
        openssl("req", *new[:3], "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "extension").write_text(f"subjectAltName={hosts}")
        by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extension")
        openssl("x509", "-req", "-in", f"{name}.csr", *by, "-out", f"{name}.pem")
    for file in folder.iterdir():
        file.chmod(0o644)
    folder.chmod(0o755)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Network]:
    text = Path(__file__).with_name("mesh.yaml").read_text().replace("/certs/", f"{certificates}/")
    parsed = parsing.parse(yaml.safe_load(text)["Resources"], Scope())
    assert parsed.findings == ()
    compiler = compiling.Compiler(parsed.model, compiling.Options())
    with Network(tmp_path_factory.mktemp("logs"), ZONE) as made:
        made.start("hub", "outside", [sys.executable, str(APPS), "http", "outside", "8081"], APP_USER)
        made.start("hub", "aws", [sys.executable, str(APPS), "banner", "aws", "443"])
        for name, address in ADDRESSES.items():
            compiled = compiler.gateway("door") if name == "door" else compiler.node(name.removesuffix("2"))
            assert not any(finding.is_error for finding in compiled.findings)
            made.task(name, address, compiled, APPLICATIONS.get(name, ()), redirects=name != "door")
        made.wait_until_healthy(*ADDRESSES)
        yield made


class Client:
    """Sends requests from a task, or from the hub: from outside."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def many(self, name: str, host: str, port: int, path: str = "/", **more: Any) -> list[dict[str, Any]]:
        request = {"host": host, "port": port, "path": path, "method": "GET", "headers": {}, "count": 1, **more}
        told: list[dict[str, Any]] = self._network.ask(name, "ask", json.dumps(request))
        return told

    def one(self, name: str, host: str, port: int, path: str = "/", **more: Any) -> dict[str, Any]:
        (told,) = self.many(name, host, port, path, **more)
        return {**told, **(json.loads(told["body"]) if told["body"].startswith("{") else {})}


@pytest.fixture
def client(network: Network) -> Client:
    return Client(network)


def test_weights_are_kept(client: Client) -> None:
    told = client.many("client", "teller.local", 9080, count=2000)
    assert [each for each in told if each["status"] != 200] == []
    split = Counter(json.loads(each["body"])["name"] for each in told)
    # Six standard deviations to either side: 2,000 throws of 0.8 differ by more once in five hundred million.
    assert abs(split["white"] - 1600) < 108
    assert split["white"] + split["black"] == 2000


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


def test_a_server_that_speaks_first_is_not_kept_waiting(network: Network) -> None:
    told = network.ask("client", "greeted", "db.local", "3306")
    assert (told["line"], told["echo"]) == ("db here", "ping")
    assert told["seconds"] < 1


def test_mutual_tls(client: Client) -> None:
    assert client.one("client", "secure.local", 9443)["name"] == "secure"
    assert client.one("anonymous", "secure.local", 9443)["status"] == 503


def test_the_servers_name_is_checked(client: Client) -> None:
    assert client.one("anonymous", "half.local", 9444)["name"] == "half"
    assert client.one("anonymous", "misnamed.local", 9444)["status"] == 503


def test_strict_tls_refuses_plain_text_and_permissive_takes_it(client: Client) -> None:
    assert client.one("hub", ADDRESSES["secure"], 9443)["status"] == 0
    assert client.one("hub", ADDRESSES["half"], 9444)["name"] == "half"


def test_the_egress_filter(client: Client) -> None:
    assert client.one("client", "outside.example", 8081)["status"] == 0
    assert client.one("free", "outside.example", 8081)["name"] == "outside"


def counted(client: Client, name: str, stat: str) -> int:
    """A counter of a task's Envoy."""
    told = client.one(name, "127.0.0.1", 9901, f"/stats?filter={stat}")["body"]
    return int(told.rpartition(": ")[2])


def test_aws_stays_within_reach_by_the_name_that_the_client_asks_for(network: Network) -> None:
    """The server speaks no TLS, which only a client that reaches it can tell."""
    assert network.ask("client", "shake_hands", HUB, "s3.us-east-1.amazonaws.com") == "WRONG_VERSION_NUMBER"
    assert network.ask("client", "shake_hands", HUB, "example.com") in ("EOF", "ConnectionResetError")
    assert network.ask("free", "shake_hands", HUB, "example.com") == "WRONG_VERSION_NUMBER"


def test_all_traffic_goes_through_both_envoys(client: Client) -> None:
    stats = {"client": "cds_egress_apps_white_http_9080.upstream_rq_total", "white": "http.ingress.downstream_rq_total"}
    before = {name: counted(client, name, stat) for name, stat in stats.items()}
    told = client.many("client", "routed.local", 9080, "/plain", count=7)
    assert all("x-request-id" in json.loads(each["body"])["headers"] for each in told)
    assert {name: counted(client, name, stat) - before[name] for name, stat in stats.items()} == {
        "client": 7,
        "white": 7,
    }


def test_the_access_log(client: Client, network: Network) -> None:
    client.one("client", "routed.local", 9080, "/plain/logged")
    deadline = time.monotonic() + 10
    while "/plain/logged" not in network.log("client") and time.monotonic() < deadline:
        time.sleep(0.05)
    lines = [json.loads(line) for line in network.log("client").splitlines() if line.startswith('{"')]
    assert {"path": "/plain/logged", "to": "cds_egress_apps_white_http_9080"} in lines


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


def test_a_client_cannot_choose_the_service(client: Client) -> None:
    told = client.one("hub", ADDRESSES["door"], 8088, "/kept/x", headers={"Host": "teller.local"})
    assert told["name"] in ("pair", "pair2")
    told = client.one("hub", ADDRESSES["door"], 8088, "/tell/x", headers={"x-app-mesh-virtual-service": "pair.local"})
    assert told["name"] in ("white", "black")
    assert "x-app-mesh-virtual-service" not in told["headers"]


def test_a_gateway_keeps_the_weights(client: Client) -> None:
    told = client.many("hub", ADDRESSES["door"], 8088, "/tell/", count=500)
    split = Counter(json.loads(each["body"])["name"] for each in told)
    assert abs(split["white"] - 400) < 54


def test_retries_find_the_instance_that_lives(client: Client, network: Network) -> None:
    """Runs last: it stops a task."""
    both = {json.loads(each["body"])["name"] for each in client.many("client", "pair.local", 9081, count=20)}
    assert both == {"pair", "pair2"}
    network.stop("pair2")
    told = client.many("client", "pair.local", 9081, count=200)
    assert Counter((each["status"], json.loads(each["body"])["name"]) for each in told) == {(200, "pair"): 200}
    assert not network.is_healthy("pair2")
