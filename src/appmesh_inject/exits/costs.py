"""What each exit costs a month, with the formula of each sum."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.exits.limit_use import rules_of_alb
from appmesh_inject.exits.mesh_files import Declared
from appmesh_inject.exits.rows import MeshIndex
from appmesh_inject.exits.traffic import ServiceTraffic, Traffic
from appmesh_inject.exits.verdicts import Exit
from appmesh_inject.limits import ALB_RULES

SECONDS = 3600


class Cost(NamedTuple):
    """A part of the sum. formula: with its numbers. amount: US dollars a month."""

    what: str
    formula: str
    amount: float


class Sum(NamedTuple):
    """What an exit costs a month. without: what the sum leaves out, in words."""

    exit: Exit
    parts: tuple[Cost, ...]
    without: str = ""

    @property
    def amount(self) -> float:
        return sum(part.amount for part in self.parts)


def sums(traffic: Traffic, declared: Sequence[Declared]) -> tuple[Sum, ...]:
    """The sum of each exit. A service that the file does not name carries nothing; a node that it does not name has one
    task."""
    index = MeshIndex(declared)
    prices = traffic.prices
    nodes = _tasks(traffic, index, "VirtualNode")
    gateways = _tasks(traffic, index, "VirtualGateway")
    names = [service.name.text for service in index.of("VirtualService")]
    carried = {name: traffic.services.get(name, ServiceTraffic()) for name in names}
    beside = (_sidecars("sidecars of gateways, which stay", prices, gateways),) if gateways else ()
    sidecars = _sidecars("sidecars", prices, nodes + gateways)
    rules = max(1, len(rules_of_alb(index)))
    return (
        Sum(Exit.STANDALONE, (sidecars,)),
        Sum(Exit.SERVICE_CONNECT, (sidecars,), "TLS: a certificate of AWS Private CA for each service"),
        Sum(
            Exit.ALB,
            (*_alb(prices, list(carried.values()), rules), _zones(prices, len(names))),
            "traffic between zones",
        ),
        Sum(Exit.LATTICE, (*_lattice(prices, carried), _zones(prices, len(names)), *beside), "access logs"),
    )


def _tasks(traffic: Traffic, index: MeshIndex, kind: str) -> float:
    return sum(traffic.tasks.get(each.name.text, 1) for each in index.of(kind))


def _sidecars(what: str, prices: Mapping[str, float], tasks: float) -> Cost:
    vcpu, gb, hours = prices["sidecar_vcpu"], prices["sidecar_gb"], prices["hours"]
    vcpu_hour, gb_hour = prices["fargate_vcpu_hour"], prices["fargate_gb_hour"]
    task = "task" if tasks == 1 else "tasks"
    formula = (
        f"{_n(tasks)} {task} x ({_n(vcpu)} vCPU x ${_n(vcpu_hour)} + {_n(gb)} GB x ${_n(gb_hour)}) x {_n(hours)} h"
    )
    return Cost(what, formula, tasks * (vcpu * vcpu_hour + gb * gb_hour) * hours)


def _alb(prices: Mapping[str, float], carried: Collection[ServiceTraffic], rules: int) -> Iterator[Cost]:
    hours, balancers = prices["hours"], math.ceil(rules / ALB_RULES)
    formula = f"{balancers} x ${_n(prices['alb_hour'])} x {_n(hours)} h"
    yield Cost("load balancers", formula, balancers * prices["alb_hour"] * hours)
    gb = sum(each.gb for each in carried) / hours
    requests = sum(each.requests for each in carried)
    evaluated = max(0, rules - prices["alb_free_rules"])
    dimensions = {
        f"{_n(gb)} GB an hour / {_n(prices['alb_lcu_gb'])}": gb / prices["alb_lcu_gb"],
        f"{_n(requests)} requests a second / {_n(prices['requests_per_connection'])} a connection"
        f" / {_n(prices['alb_lcu_connections'])}": requests
        / prices["requests_per_connection"]
        / prices["alb_lcu_connections"],
        f"{_n(requests)} requests a second x {_n(evaluated)} rules / {_n(prices['alb_lcu_rules'])}": requests
        * evaluated
        / prices["alb_lcu_rules"],
    }
    units = max(dimensions.values())
    formula = f"the most of ({'; '.join(dimensions)}) x ${_n(prices['alb_lcu_hour'])} x {_n(hours)} h"
    yield Cost("capacity units", formula, units * prices["alb_lcu_hour"] * hours)


def _lattice(prices: Mapping[str, float], carried: Mapping[str, ServiceTraffic]) -> Iterator[Cost]:
    hours, count = prices["hours"], len(carried)
    formula = f"{count} x ${_n(prices['lattice_service_hour'])} x {_n(hours)} h"
    yield Cost("services", formula, count * prices["lattice_service_hour"] * hours)
    gb = sum(each.gb for each in carried.values())
    yield Cost("traffic", f"{_n(gb)} GB x ${_n(prices['lattice_gb'])}", gb * prices["lattice_gb"])
    free, price = prices["lattice_free_requests"], prices["lattice_million_requests"]
    above = sum(max(0, each.requests * SECONDS - free) for each in carried.values())
    formula = (
        f"{_n(above)} requests an hour above {_n(free)} of each service x {_n(hours)} h x ${_n(price)} / 1,000,000"
    )
    yield Cost("requests", formula, above * hours / 1_000_000 * price)


def _zones(prices: Mapping[str, float], names: int) -> Cost:
    return Cost("private zones", f"{names} x ${_n(prices['zone_month'])}", names * prices["zone_month"])


def _n(number: float) -> str:
    """A number as short as it can be written."""
    return f"{number:,.6f}".rstrip("0").rstrip(".") if number < 10 else f"{number:,.2f}".rstrip("0").rstrip(".")
