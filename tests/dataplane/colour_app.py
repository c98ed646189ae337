"""The colour app of the examples in a network, as it is rendered: the gateway's own program, stand-ins for images."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.dataplane.network import APP_USER, Network
from tests.dataplane.task import rendered

TEMPLATE = REPOSITORY / "examples/standalone/template.yaml"
COLOURS = ("white", "black", "blue", "red")
TASKS = {"ingress": "IngressTask", "gateway": "GatewayTask", "tcpecho": "TcpechoTask"}
TASKS |= {f"colorteller-{colour}": f"Colorteller{colour.capitalize()}Task" for colour in COLOURS}
ADDRESSES = {name: f"10.99.0.{number}" for number, name in enumerate(TASKS, 30)}
ZONE = {f"{name}.colorapp.local": [address] for name, address in ADDRESSES.items()}
ZONE |= {"colorteller.colorapp.local": ["10.10.10.10"]}


@contextmanager
def colour_app(folder: Path, *options: str) -> Iterator[Network]:
    """folder: for logs. options: of the command line."""
    tasks = rendered(TEMPLATE, {"WhiteWeight": "70"}, *options)
    with Network(folder, ZONE) as network:
        for name, key in TASKS.items():
            network.task(name, ADDRESSES[name], tasks[key])
        for colour in COLOURS:
            network.start_app(f"colorteller-{colour}", "http", colour, "9080")
        network.start_app("tcpecho", "echo", "2701")
        app = tasks["GatewayTask"].container("app")
        variables = {each["Name"]: each["Value"] for each in app["Environment"]}
        network.start("gateway", "app", [sys.executable, *app["Command"][1:]], APP_USER, **variables)
        for name in TASKS:
            network.start_envoy(name)
        network.wait_until_healthy(*TASKS)
        yield network
