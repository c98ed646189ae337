"""The page "Operate": its commands ask a real Envoy of the colour app. What it quotes of Envoy's log is written."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.dataplane.client import Client
from tests.dataplane.colour_app import ADDRESSES, colour_app
from tests.dataplane.network import Network, as_entrypoint
from tests.dataplane.shop import ASKED
from tests.dataplane.shop import TEMPLATE as SHOP
from tests.dataplane.task import Task, rendered
from tests.docs.following import ENVOYS, followed
from tests.docs.running import Shell, reader
from tests.proxy.recording import as_one_file

PAGE = REPOSITORY / "docs/guides/operate.md"
STAND_IN = Path(__file__).with_name("aws_stand_in.py")
CALLS = 60
"""So many that each colour gets some."""


@pytest.fixture(scope="module")
def network(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with colour_app(tmp_path_factory.mktemp("logs")) as made:
        client = Client(made)
        client.many("hub", ADDRESSES["ingress"], 8080, "/color", count=CALLS)
        client.one("hub", ADDRESSES["ingress"], 8080, "/tcpecho")
        yield made


def test_the_page_asks_an_envoy(network: Network, tmp_path: Path, update_golden: bool) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    programs = tmp_path / "bin"
    programs.mkdir()
    stand_in = [sys.executable, str(STAND_IN), network.space("gateway"), str(network.log_file("gateway"))]
    (programs / "aws").write_text(f'#!/bin/sh\nexec {shlex.join(stand_in)} "$@"\n')
    (programs / "aws").chmod(0o755)
    environment = reader(tmp_path, tmp_path)
    with Shell(tmp_path, {**environment, "PATH": f"{programs}:{environment['PATH']}"}) as shell:
        assert followed(PAGE, tmp_path, shell, reached=ENVOYS) == PAGE.read_text()
        _, certificates = shell.run("ask certs")
        assert '"certificates"' in certificates
        _, level = shell.run("ask 'logging?level=debug' POST")
        assert "main: debug" in level
    if update_golden:
        answers = {
            file: Client(network).one("gateway", "127.0.0.1", 9901, path)["body"] for file, path in ASKED.items()
        }
        (REPOSITORY / "examples/standalone/answers.txt").write_text(as_one_file(answers))


def test_the_collector_selects_statistics_that_there_are(network: Network) -> None:
    served = Client(network).one("gateway", "127.0.0.1", 9901, "/stats/prometheus")["body"]
    selectors = re.findall(r"^ +- (\^envoy_\w+)$", PAGE.read_text(), re.MULTILINE)
    assert len(selectors) > 5
    assert [each for each in selectors if not re.search(rf"{each}\b", served, re.MULTILINE)] == []
    of_clusters = re.findall(r"^ +- (\^envoy_cluster_\w+)$", PAGE.read_text(), re.MULTILINE)
    assert all(re.search(rf'{each}\{{envoy_cluster_name="cds_egress_', served, re.MULTILINE) for each in of_clusters)


def busy(port: int) -> str:
    """A shell's command: something listens on a port."""
    listen = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(20)"
    return f"{sys.executable} -c {shlex.quote(listen)} & sleep 1"


def last_words(task: Task, before: str = ":") -> str:
    """The last line of an Envoy that cannot start."""
    script = f'ip link set lo up && mount -t tmpfs tmpfs /dev/shm; {before}; timeout 10 "$@"; kill %1 2>/dev/null'
    run = ["unshare", "--net", "--mount", "bash", "-mc", script, "bash", *as_entrypoint(task.command)]
    return subprocess.run(run, capture_output=True, text=True, check=False).stderr.strip().splitlines()[-1]


def test_the_log_of_an_envoy_that_cannot_start(namespaces: None) -> None:
    """The table of the page quotes the lines."""
    tasks = rendered(SHOP, {"Certificates": "/certificates"})
    page = PAGE.read_text()
    assert f"| `{last_words(tasks['WebTask'])}` |" in page
    key = last_words(tasks["PaymentTask"])
    assert key == "Failed to load incomplete private key from path: /certificates/payment.key"
    assert f"| `{key.partition('/')[0]}...` |" in page
    assert f"| `{last_words(tasks['PricesTask'], busy(9901))}` |" in page
    quoted = rendered(SHOP, {"Domain": "shop.local"})["PricesTask"].definition
    text = re.sub(r"mesh/shop/virtualNode/prices", "'it's'", str(quoted["ContainerDefinitions"][-1]["Command"][1]))
    spoilt = Task({"ContainerDefinitions": [{"Name": "envoy", "Command": ["--config-yaml", text]}]})
    assert last_words(spoilt).startswith("yaml-cpp: error at line 1, ")
    assert "| `yaml-cpp: error at line 1, ...` |" in page
