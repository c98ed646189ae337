"""Parts of Envoy's configuration in a few words: `blue 90, green 10`."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from appmesh_inject.cfn.document import Json

_NOISE: Final = ("filters", "route", "route_config", "string_match", "thresholds", "typed_config", "weighted_clusters")
"""Names in a path that tell a reviewer nothing."""

_CLUSTER: Final = re.compile(r"cds_(egress|ingress)_(.+)")
_PORT: Final = re.compile(r"_(?:tcp|http2?|grpc)_[^_]+$")
_WHOLE: Final = re.compile(r"\$\{([^{}]+)\}")

NOTHING: Final = "none"


def names_of_clusters(config: Mapping[str, Json], clusters: Iterable[str]) -> dict[str, str]:
    """Short names of clusters: that of the virtual node, if no other cluster leads to it."""
    node = config.get("node")
    mesh = str(node.get("id", "")).split("/")[1:2] if isinstance(node, Mapping) else []
    short = {name: _short(name, mesh[0] if mesh else "") for name in clusters}
    counts = Counter(short.values())
    return {name: given if counts[given] == 1 else name for name, given in short.items()}


def _short(name: str, mesh: str) -> str:
    found = _CLUSTER.fullmatch(name)
    if found is None:
        return name
    own = found[2].removeprefix(f"{mesh}_")
    return "the app" if found[1] == "ingress" else _PORT.sub("", own)


def target_words(route: Mapping[str, Json], names: Mapping[str, str]) -> str:
    """Where a route leads: `blue 90, green 10`, `blue`, `answers 404`."""
    action, answer = route.get("route"), route.get("direct_response")
    if isinstance(answer, Mapping):
        return f"answers {leaf(answer.get('status'))}"
    if not isinstance(action, Mapping):
        return ""
    if "cluster" in action:
        return names.get(leaf(action["cluster"]), leaf(action["cluster"]))
    weighted = action.get("weighted_clusters")
    targets = weighted.get("clusters") if isinstance(weighted, Mapping) else None
    return ", ".join(
        f"{names.get(leaf(each.get('name')), leaf(each.get('name')))} {leaf(each.get('weight'))}"
        for each in (targets if isinstance(targets, list) else [])
        if isinstance(each, Mapping)
    )


def cluster_words(cluster: Mapping[str, Json]) -> str:
    """How the endpoints of a cluster are found, and where: `STRICT_DNS blue.shop.local:8080`."""
    return " ".join([leaf(cluster.get("type")), ", ".join(_endpoints(cluster.get("load_assignment")))]).strip()


def _endpoints(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "port_value" in value:
            yield f"{leaf(value.get('address'))}:{leaf(value['port_value'])}"
        else:
            for item in value.values():
                yield from _endpoints(item)
    elif isinstance(value, list):
        for item in value:
            yield from _endpoints(item)


def match_words(match: Mapping[str, Json]) -> str:
    """The requests that a route takes: `/blue`, `=/blue`, `/blue [x-user exact 1]`."""
    words: list[str] = []
    for key, mark in (("prefix", ""), ("path_separated_prefix", ""), ("path", "="), ("safe_regex", "~")):
        if key in match:
            found = match[key]
            words.append(f"{mark}{leaf(found.get('regex') if isinstance(found, Mapping) else found)}")
    known = ("prefix", "path_separated_prefix", "path", "safe_regex")
    words += [f"[{each}]" for each in _conditions({key: item for key, item in match.items() if key not in known})]
    return " ".join(words) or "everything"


def _conditions(rest: Mapping[str, Json]) -> Iterator[str]:
    for key, value in rest.items():
        if isinstance(value, list):
            mark = "?" if key == "query_parameters" else ""
            yield from (f"{mark}{flat(item)}" for item in value)
        else:
            yield f"{key} {flat(value)}".strip()


def flat(value: Json) -> str:
    """A value in one line, without the names that tell nothing: `x-user exact 1`."""
    if isinstance(value, Mapping):
        words = (f"{'' if key in ('name', *_NOISE) else key} {flat(item)}".strip() for key, item in value.items())
        return " ".join(words)
    return ", ".join(map(flat, value)) if isinstance(value, list) else leaf(value)


def leaf(value: Json) -> str:
    """A scalar. What CloudFormation fills in is written as in YAML: `!Ref Name`, and `${Name}` in a text."""
    text = NOTHING if value is None else str(value)
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        return text
    return whole[1] if whole[1].startswith("!") else f"!{'GetAtt' if '.' in whole[1] else 'Ref'} {whole[1]}"


def differences(old: Json, new: Json, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What differs between two values, each difference with its name: `timeout 15s -> 30s`, `retry_policy added`."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from differences(old.get(key), new.get(key), path if key in _NOISE else (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and not (_is_flat(old) and _is_flat(new)):
        before, after = _by_name(old), _by_name(new)
        is_one = len({**before, **after}) == 1
        for name in {**before, **after}:
            yield from differences(before.get(name), after.get(name), path if is_one else (*path, name))
    else:
        yield f"{' '.join(path)} {_change(old, new)}".strip()


def _change(old: Json, new: Json) -> str:
    if old is None and not _is_flat(new):
        return "added"
    if new is None and not _is_flat(old):
        return "removed"
    return f"{flat(old)} -> {flat(new)}"


def _is_flat(value: Json) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, Mapping | list) for item in value)
    return not isinstance(value, Mapping)


def _by_name(items: list[Json]) -> dict[str, Json]:
    """The items by their names, or else by their numbers."""
    return {
        str(item["name"]) if isinstance(item, Mapping) and "name" in item else str(number): item
        for number, item in enumerate(items, 1)
    }
