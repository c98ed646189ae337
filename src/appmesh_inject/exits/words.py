"""Requests, weights, retries and times in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits.feature_conditions import weights
from appmesh_inject.exits.properties import GivenProperty
from appmesh_inject.graph.labels import shown

_MOST = 3


def requests(spec: Mapping[str, Json]) -> str:
    """The requests that a route or gateway route matches: `GET /tell* where x-user is 1`."""
    matches = (route.get("Match") for route in spec.values() if isinstance(route, Mapping))
    words = (word for match in matches if isinstance(match, Mapping) for word in _match(match))
    return " ".join(words) or "every request"


def _match(match: Mapping[str, Json]) -> Iterator[str]:
    path, host = _map(match.get("Path")), _map(match.get("Hostname"))
    if "Method" in match:
        yield shown(match["Method"])
    if "Scheme" in match:
        yield f"{shown(match['Scheme'])}:"
    if "Exact" in path:
        yield shown(path["Exact"])
    if "Regex" in path:
        yield f"like {shown(path['Regex'])}"
    if "Prefix" in match and match["Prefix"] != "/":
        yield f"{shown(match['Prefix'])}*"
    if "ServiceName" in match:
        yield f"{shown(match['ServiceName'])}/{shown(match.get('MethodName', '*'))}"
    if host:
        yield f"host {shown(host['Exact']) if 'Exact' in host else '*' + shown(host.get('Suffix', ''))}"
    if "Port" in match:
        yield f"port {shown(match['Port'])}"
    named = [_matcher(each) for list_ in ("Headers", "Metadata") for each in _maps(match.get(list_))]
    named += [f"?{_matcher(each)}" for each in _maps(match.get("QueryParameters"))]
    if named:
        yield "where " + " and ".join(named)


def _matcher(found: Mapping[str, Json]) -> str:
    match = _map(found.get("Match"))
    words = {"Exact": "is", "Prefix": "starts with", "Suffix": "ends with", "Regex": "is like"}
    kind = next(iter(match), "")
    span = _map(match.get("Range"))
    text = f"is from {shown(span.get('Start'))} to below {shown(span.get('End'))}" if span else "is there"
    if kind in words:
        text = f"{words[kind]} {shown(match[kind])}"
    inverted = "not: " if str(found.get("Invert", False)).lower() == "true" else ""
    return f"{inverted}{shown(found.get('Name', '?'))} {text}"


def detail(feature: str, found: Sequence[GivenProperty]) -> str:
    """The values that ask for a feature, in short; empty if the feature says it all."""
    text = _DETAILS.get(feature, _values)(found)
    return "" if text.lower() in feature.lower() else text


def _weights(found: Sequence[GivenProperty]) -> str:
    return "/".join(map(shown, weights(found[0].properties)))


def _retries(found: Sequence[GivenProperty]) -> str:
    times = [shown(each.value) for each in found if each.path.endswith("MaxRetries")]
    events = [shown(each.value) for each in found if each.path.endswith("Events")]
    return f"{', '.join(times)} on {', '.join(dict.fromkeys(events))}" if events else ", ".join(times)


def _values(found: Sequence[GivenProperty]) -> str:
    """The values, each once. An amount stands with its unit."""
    given = dict.fromkeys(
        f"{shown(each.value)} {shown(each.parent['Unit'])}" if "Unit" in each.parent else shown(each.value)
        for each in found
        if not each.path.endswith((".Unit", "."))
    )
    texts = [text if len(text) <= 40 else f"{text[:37]}..." for text in given]
    return ", ".join(texts if len(texts) <= _MOST else [*texts[: _MOST - 1], f"and {len(texts) - _MOST + 1} more"])


def _nothing(_: Sequence[GivenProperty]) -> str:
    return ""


_DETAILS: Mapping[str, Callable[[Sequence[GivenProperty]], str]] = {
    "weights": _weights,
    "retries": _retries,
    "outlier detection": _nothing,
    "health check": _nothing,
    "retries switched off": _nothing,
    "virtual gateway": _nothing,
}


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
