"""A shop in a network: web calls cart, whose requests are split, prices, which has two instances, and payment, by TLS.

Something goes wrong with one of them, and web's Envoy is asked at its admin interface.
"""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.dataplane.client import Client
from tests.dataplane.network import Network
from tests.dataplane.task import rendered

TEMPLATE = Path(__file__).with_name("shop.yaml")
ASKED = {
    "config_dump.json": "/config_dump",
    "clusters.json": "/clusters?format=json",
    "stats.txt": "/stats",
    "server_info.json": "/server_info",
}
"""What the admin interface is asked, by the file for its answer."""

TASKS = {"cart-v1": "Cart1Task", "cart-v2": "Cart2Task", "prices": "PricesTask", "prices2": "PricesTask"}
TASKS |= {"payment": "PaymentTask", "web": "WebTask"}
ADDRESSES = {name: f"10.99.0.{number}" for number, name in enumerate(TASKS, 60)}
ZONE = {f"{name}.shop.local": [address] for name, address in ADDRESSES.items()}
ZONE |= {"prices.shop.local": [ADDRESSES["prices"], ADDRESSES["prices2"]]}
ZONE |= {f"{name}.local": ["10.10.10.10"] for name in ("cart", "prices", "payment")}
PORTS = {"payment": 8443}
CALLED = {"cart": 8080, "prices": 8080, "payment": 8443}
"""The virtual services, each with its port."""


class Shop:
    """certificates: what the tasks have in their volumes, for this shop alone."""

    def __init__(self, network: Network, certificates: Path) -> None:
        self.network = network
        self.certificates = certificates
        self.client = Client(network)

    def call(self, count: int = 30) -> None:
        """Web's application calls each service."""
        for name, port in CALLED.items():
            self.client.many("web", f"{name}.local", port, count=count)

    def answer(self, path: str, name: str = "web") -> str:
        """What web's Envoy answers at its admin interface, or another task's."""
        return str(self.client.one(name, "127.0.0.1", 9901, path)["body"])

    def start(self, *names: str) -> None:
        """Starts tasks one after the other, or starts them again. Envoy checks the health of what it calls as soon as
        it starts, and then not for a minute: so what it calls has to answer before."""
        for name in names:
            port = PORTS.get(name, 8080)
            self.network.stop(name)
            self.network.start_app(name, "http", name, str(port))
            while self.client.one(name, "127.0.0.1", port)["status"] != 200:
                time.sleep(0.1)
            self.network.start_envoy(name)
            self.network.wait_until_healthy(name)

    def show(self, certificate: str) -> None:
        """Payment shows another certificate of those that lie there."""
        for ending in ("pem", "key"):
            shutil.copy(self.certificates / f"{certificate}.{ending}", self.certificates / f"payment.{ending}")
        self.start("payment", "web")

    def forget(self, *names: str) -> None:
        """The names are gone from DNS, and web starts anew."""
        self._start_dns({name: known for name, known in ZONE.items() if name not in names})

    def empty(self, *names: str) -> None:
        """The names are in DNS without an address, and web starts anew."""
        self._start_dns({**ZONE, **{name: [] for name in names}})

    def _start_dns(self, zone: Mapping[str, Sequence[str]]) -> None:
        self.network.stop("hub")
        self.network.start_dns(zone)
        self.start("web")


@contextmanager
def shop(folder: Path, certificates: Path) -> Iterator[Shop]:
    """folder: for logs. certificates: in a folder that is open to every user, and that this shop may change."""
    tasks = rendered(TEMPLATE, {"Certificates": str(certificates)})
    with Network(folder, ZONE) as network:
        for name, address in ADDRESSES.items():
            network.task(name, address, tasks[TASKS[name]])
        made = Shop(network, certificates)
        made.start(*TASKS)
        yield made
