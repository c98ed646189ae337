"""The page of the exits: `docs/reference/exits.md`, made of the table of features, the limits and the prices."""

import re
from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.exits.features import TABLE, Feature
from appmesh_inject.exits.features.encryption import ENCRYPTION
from appmesh_inject.exits.features.forwarding import PROTOCOLS, RESILIENCE, TARGETS_OF_ROUTES
from appmesh_inject.exits.features.nodes import GATEWAYS, MESHES, NAMES, NODES
from appmesh_inject.exits.features.requests import MATCHES
from appmesh_inject.exits.prices import DAY, PRICES
from appmesh_inject.exits.sources import READ, Source
from appmesh_inject.exits.verdicts import EXITS, MEANINGS, TITLES, Verdict

HEAD = f"""\
<!-- generated -->
# Features by exit

What becomes of each property of App Mesh at each way out, as [`exits`](../guides/exits.md) says it.

This page is made from the code: `make golden` writes it. The sources were last read on {READ}.

For an exit that is a profile the word of `render` goes before this table: what the profile refuses, or takes, is tried.
"""

GROUPS: Mapping[str, tuple[Feature, ...]] = {
    "Requests that a route matches": MATCHES,
    "Where requests go": TARGETS_OF_ROUTES,
    "Retries and time limits": RESILIENCE,
    "Protocols": PROTOCOLS,
    "Nodes": NODES,
    "TLS": ENCRYPTION,
    "Gateways": GATEWAYS,
    "The mesh": MESHES,
    "Names and tags": NAMES,
}


def page() -> str:
    assert sum(map(len, GROUPS.values())) == len(TABLE)
    return "\n".join([HEAD, *_words(), *_overview(), *_sections(), *_prices()])


def _words() -> Iterator[str]:
    yield "| Exit | |\n| --- | --- |"
    yield from (f"| `{exit_}` | {TITLES[exit_]} |" for exit_ in EXITS)
    yield ""
    yield "| Verdict | Means |\n| --- | --- |"
    yield from (f"| {verdict} | {MEANINGS[verdict]} |" for verdict in Verdict)
    yield ""


def _overview() -> Iterator[str]:
    yield "## Overview\n"
    yield f"| Feature | {' | '.join(EXITS)} |\n| --- |{' --- |' * len(EXITS)}"
    for feature in TABLE:
        words = " | ".join(judgement.verdict for judgement in feature.judgements.values())
        where = f", where {feature.where.words}" if feature.where else ""
        yield f"| [{feature.name}](#{_anchor(feature.name)}){where} | {words} |"
    yield ""


def _sections() -> Iterator[str]:
    for title, features in GROUPS.items():
        yield f"## {title}\n"
        for name in dict.fromkeys(feature.name for feature in features):
            yield f"### {name[:1].upper() + name[1:]}\n"
            for feature in (each for each in features if each.name == name):
                yield from _feature(feature)


def _feature(feature: Feature) -> Iterator[str]:
    yield from _properties(feature.paths)
    if feature.where:
        yield f"Where {feature.where.words}.\n"
    yield "| Exit | Verdict | What becomes of it | Read in |\n| --- | --- | --- | --- |"
    for exit_, judgement in feature.judgements.items():
        yield f"| `{exit_}` | {judgement.verdict} | {judgement.sentence} | {_link(judgement.source)} |"
    yield ""


def _properties(paths: Iterable[str]) -> Iterator[str]:
    for each in paths:
        kinds, _, path = each.partition(" ")
        whole = "" if path == "." else f": `{path}`"
        yield f"- {', '.join(f'`{kind}`' for kind in kinds.split('|'))}{whole}"
    if not paths:
        yield "- Variables of the envoy container, and the setting `XRay`"
    yield ""


def _prices() -> Iterator[str]:
    yield "## Prices\n"
    yield f"Of us-east-1, in US dollars, as of {DAY}. `prices` in the file of `--traffic` replaces any of them.\n"
    yield "| Name | Value | What it is | Read in |\n| --- | --- | --- | --- |"
    yield from (f"| `{name}` | {each.value:,g} | {each.unit} | {_link(each.source)} |" for name, each in PRICES.items())
    yield ""


def _link(source: Source) -> str:
    address = source.address if source.address.startswith("https://") else f"../{source.address}"
    return f"[{source.title}]({address})"


def _anchor(name: str) -> str:
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", name.lower()))
