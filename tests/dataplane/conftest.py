"""The network that the traffic of one test module runs in."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataplane.client import Client
from tests.dataplane.network import APP_USER, APPS, Network, obstacle
from tests.dataplane.scenario import ADDRESSES, APPLICATIONS, ZONE
from tests.dataplane.task import rendered

NAMES = {
    "server": "DNS:secure.internal,DNS:half.internal",
    "client": "DNS:client.internal",
    "payment": "DNS:payment.shop.local",
    "lambda": "DNS:lambda.us-east-1.amazonaws.com",
}
"""Whose certificates the authority signs, and their names in DNS."""


@pytest.fixture(scope="session")
def namespaces() -> None:
    """What needs network namespaces is skipped where there can be none."""
    if why := obstacle():
        pytest.skip(why)


@pytest.fixture(scope="session")
def certificates() -> Iterator[Path]:
    """An authority, and what it signed for the servers and for the client. They lie where Envoy's user can read
    them: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="appmesh-certs-") as folder:
        _sign(Path(folder))
        yield Path(folder)


def _sign(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name, hosts in NAMES.items():
        openssl("req", *new[:3], "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "extension").write_text(f"subjectAltName={hosts}")
        by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extension")
        openssl("x509", "-req", "-in", f"{name}.csr", *by, "-out", f"{name}.pem")
    for file in folder.iterdir():
        file.chmod(0o644)
    folder.chmod(0o755)


@pytest.fixture(scope="module")
def network(namespaces: None, tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Network]:
    parameters = {"Domain": "internal", "Certificates": str(certificates)}
    tasks = rendered(Path(__file__).with_name("template.yaml"), parameters)
    with Network(tmp_path_factory.mktemp("logs"), ZONE) as made:
        for port, name in {"8081": "outside", "8082": "beside"}.items():
            made.start("hub", name, [sys.executable, str(APPS), "http", name, port], APP_USER)
        made.start("hub", "aws", [sys.executable, str(APPS), "banner", "aws", "443"])
        for name, address in ADDRESSES.items():
            made.task(name, address, tasks[f"{name.removesuffix('2').capitalize()}Task"])
        sick = [name for name in ADDRESSES if made.is_healthy(name)]
        assert not sick, "healthy before Envoy has started"
        for name in ADDRESSES:
            if name in APPLICATIONS:
                made.start_app(name, *APPLICATIONS[name])
            made.start_envoy(name)
        made.wait_until_healthy(*ADDRESSES)
        yield made


@pytest.fixture
def client(network: Network) -> Client:
    return Client(network)
