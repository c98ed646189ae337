"""How much the mesh carries, as its owners say it: the file of `--traffic`, and a template of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits.mesh_files import Declared
from appmesh_inject.exits.prices import DAY, PRICES
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import UserError
from appmesh_inject.settings.types import closest

TASKS, SERVICES, OVERRIDES = "tasks", "services", "prices"
GB, REQUESTS = "gb_per_month", "requests_per_second"


class ServiceTraffic(NamedTuple):
    """What one virtual service carries. gb: a month, both ways. requests: a second, on average."""

    gb: float = 0
    requests: float = 0


class Traffic(NamedTuple):
    """tasks: how many tasks run each node and gateway, by name. services: by the name of the virtual service. prices:
    those of `PRICES`, or what replaces them."""

    tasks: Mapping[str, float]
    services: Mapping[str, ServiceTraffic]
    prices: Mapping[str, float]


def traffic(document: Document, declared: Sequence[Declared]) -> Traffic:
    """Reads the file. Raises UserError for what it cannot be, and for a name that the mesh does not have."""
    content = _map(document, document.content, ())
    _check(document, (), content, (TASKS, SERVICES, OVERRIDES))
    tasks = _map(document, content.get(TASKS), (TASKS,))
    _check(document, (TASKS,), tasks, list(_names(declared, "VirtualNode", "VirtualGateway")))
    services = _map(document, content.get(SERVICES), (SERVICES,))
    _check(document, (SERVICES,), services, list(_names(declared, "VirtualService")))
    overrides = _map(document, content.get(OVERRIDES), (OVERRIDES,))
    _check(document, (OVERRIDES,), overrides, list(PRICES))
    given = {name: _number(document, overrides[name], (OVERRIDES, name)) for name in overrides}
    return Traffic(
        {name: _number(document, tasks[name], (TASKS, name)) for name in tasks},
        {name: _service(document, services[name], name) for name in services},
        {**{name: price.value for name, price in PRICES.items()}, **given},
    )


def template(declared: Sequence[Declared]) -> str:
    """A file for `--traffic` with the names of the mesh, to fill in."""
    lines = [
        "# What the mesh carries: fill in, and pass it with --traffic.",
        "# How many tasks run each virtual node and gateway",
        f"{TASKS}:",
        *(f"  {_key(name)}: 1" for name in _names(declared, "VirtualNode", "VirtualGateway")),
        "# What each virtual service carries: GB a month, both ways, and requests a second, on average",
        f"{SERVICES}:",
        *(f"  {_key(name)}: {{{GB}: 0, {REQUESTS}: 0}}" for name in _names(declared, "VirtualService")),
        f"# Prices of us-east-1 in US dollars, as of {DAY}: take the # away and write your own",
        f"{OVERRIDES}:",
        *(f"  # {name}: {price.value}  # {price.unit}" for name, price in PRICES.items()),
    ]
    return "\n".join(lines) + "\n"


def _names(declared: Sequence[Declared], *kinds: str) -> Iterator[str]:
    return iter(dict.fromkeys(each.name.text for each in declared if each.kind in kinds))


def _key(name: str) -> str:
    is_plain = name.replace(".", "").replace("-", "").isalnum() and not name.replace(".", "").isdigit()
    return name if is_plain else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _service(document: Document, value: Json, name: str) -> ServiceTraffic:
    members = _map(document, value, (SERVICES, name))
    _check(document, (SERVICES, name), members, (GB, REQUESTS))
    amounts = {member: _number(document, members[member], (SERVICES, name, member)) for member in members}
    return ServiceTraffic(amounts.get(GB, 0), amounts.get(REQUESTS, 0))


def _map(document: Document, value: Json, path: tuple[str, ...]) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UserError(f"{path[-1] if path else 'a traffic file'} must be a map", document.name, document.place(path))
    return value


def _check(document: Document, path: tuple[str, ...], members: Mapping[str, Json], known: Sequence[str]) -> None:
    for name in members:
        if name not in known:
            guess = closest(name, known)
            hint = f": did you mean '{guess}'?" if guess else f". There are: {', '.join(known)}"
            where = path[-1] if path else "a traffic file"
            raise UserError(f"{where} has no '{name}'{hint}", document.name, document.place((*path, name)))


def _number(document: Document, value: Json, path: tuple[str, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise UserError(f"{path[-1]} must be a number of 0 or more", document.name, document.place(path))
    return value
