"""Conditions on a property or resource, for features that depend on more than a property's presence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits.properties import GivenProperty, properties_of

ROUTE_TYPES = ("HttpRoute", "Http2Route", "GrpcRoute", "TcpRoute")


@dataclass(frozen=True, slots=True)
class Condition:
    """words: completes `where`, for the reference page."""

    words: str
    holds: Callable[[GivenProperty], bool]

    def or_else(self, other: "Condition") -> "Condition":
        return Condition(f"{self.words}, or {other.words}", lambda each: self.holds(each) or other.holds(each))


def is_one_of(*values: str) -> Condition:
    return Condition(f"it is {' or '.join(values)}", lambda each: each.text in values)


def is_not(*values: str) -> Condition:
    """Also holds if the value is not known."""
    return Condition(f"it is not {' or '.join(values)}", lambda each: each.text not in values)


def lacks(word: str, *paths: str) -> Condition:
    """The resource has a route of type http, http2 or grpc, and none of these paths in it."""
    return Condition(f"the route gives no {word}", lambda each: is_request_route(each) and not _has(each, paths))


def is_request_route(each: GivenProperty) -> bool:
    spec = _map(each.properties.get("Spec"))
    return any(name in spec for name in ROUTE_TYPES if name != "TcpRoute")


def has_route(*types: str) -> Condition:
    named = " or ".join(types)
    return Condition(f"it is a {named}", lambda each: any(name in _map(each.properties.get("Spec")) for name in types))


def weights(properties: Mapping[str, Json]) -> list[Json]:
    """The weights of a route's targets, in order; 1 for a target that has none."""
    found: list[Json] = []
    for route in _map(properties.get("Spec")).values():
        targets = _map(_map(route).get("Action")).get("WeightedTargets")
        found += [_map(each).get("Weight", 1) for each in (targets if isinstance(targets, list) else ())]
    return found


def positive(found: Iterable[Json]) -> list[Json]:
    """The weights that are not zero, or not known."""
    return [weight for weight in found if str(weight) != "0"]


SPLITS = Condition("several targets have a weight above 0", lambda each: len(positive(weights(each.properties))) > 1)
IS_ZERO_BESIDE_OTHERS = Condition("it is 0", lambda each: each.text == "0")
HAS_NO_MATCH = Condition("it has no Match beside it", lambda each: "Match" not in each.parent)

_TLS = {"Listeners": "TLS.Mode", "ClientPolicy": "TLS.Enforce"}


def _switch(each: GivenProperty, name: str) -> str | None:
    """The value of Mode or Enforce in the TLS block around a property; None if it is not given or not known."""
    here: Json = each.properties
    for step in each.place:
        if isinstance(here, Mapping) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
        if step == "TLS":
            value = _map(here).get(name)
            return str(value).lower() if isinstance(value, str | bool) else None
    return None


TLS_IS_OFF = Condition("TLS.Mode is DISABLED", lambda each: _switch(each, "Mode") == "disabled")
TLS_IS_OPTIONAL = Condition("TLS.Enforce is false", lambda each: _switch(each, "Enforce") == "false")

RETRIES_ARE_OFF = Condition(
    "MaxRetries is 0",
    lambda each: any(
        str(_map(_map(route).get("RetryPolicy")).get("MaxRetries")) == "0"
        for route in _map(each.properties.get("Spec")).values()
    ),
)

HAS_NO_PROVIDER = Condition("Spec has no Provider", lambda each: not _map(each.properties.get("Spec")).get("Provider"))
HAS_NO_EGRESS_FILTER = Condition(
    "Spec gives no EgressFilter", lambda each: not _map(each.properties.get("Spec")).get("EgressFilter")
)


def _rewrites_prefix(each: GivenProperty) -> bool:
    return any(
        str(_map(_map(route).get("Match")).get("Prefix", "/")) != "/"
        and not _map(_map(_map(route).get("Action")).get("Rewrite")).get("Prefix")
        for route in _map(each.properties.get("Spec")).values()
    )


def _rewrites_host(each: GivenProperty) -> bool:
    return any(
        isinstance(route, Mapping) and not _map(_map(_map(route).get("Action")).get("Rewrite")).get("Hostname")
        for route in _map(each.properties.get("Spec")).values()
    )


REWRITES_PREFIX = Condition("it matches a prefix and gives no Rewrite.Prefix", _rewrites_prefix)
REWRITES_HOST = Condition("it gives no Rewrite.Hostname", _rewrites_host)


def _has(each: GivenProperty, paths: tuple[str, ...]) -> bool:
    return any(
        found.path.partition(".")[2].partition(".")[2].startswith(paths)
        for found in properties_of(each.kind, each.properties)
        if found.path.startswith("Spec.")
    )


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
