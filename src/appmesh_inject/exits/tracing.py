"""Tracing and statistics that the tasks' Envoys were told to make, outside of the mesh."""

from collections.abc import Iterable, Iterator

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits import features
from appmesh_inject.exits.features.nodes import TRACING
from appmesh_inject.exits.rows import Point, Row
from appmesh_inject.workloads.lost_marks import MARK

VARIABLES = {
    "ENABLE_ENVOY_XRAY_TRACING": "X-Ray",
    "ENABLE_ENVOY_DATADOG_TRACING": "Datadog",
    "ENABLE_ENVOY_JAEGER_TRACING": "Jaeger",
    "ENABLE_ENVOY_DOG_STATSD": "DogStatsD",
    "ENABLE_ENVOY_STATS_TAGS": "tags of statistics",
}
"""Variables of the envoy container. App Mesh user guide, "Envoy image configuration variables"."""

_OFF = ("", "0", "false")


def traced(contents: Iterable[Json]) -> tuple[Row, ...]:
    """A row for what the documents switch on; none if they switch on nothing."""
    found = tuple(dict.fromkeys(what for content in contents for what in _switched_on(content)))
    if not found:
        return ()
    point = Point(TRACING, ", ".join(found), features.named(TRACING).judgements)
    return (Row("mesh", "sidecars", ", ".join(found), (), (point,)),)


def _switched_on(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _switched_on(item)
    elif isinstance(value, dict):
        variable = value.get("Name", value.get("name"))
        switch = value.get("Value", value.get("value"))
        if isinstance(variable, str) and variable in VARIABLES and str(switch).lower() not in _OFF:
            yield VARIABLES[variable]
        mark = value.get(MARK)
        if isinstance(mark, dict) and str(mark.get("XRay", False)).lower() == "true":
            yield VARIABLES["ENABLE_ENVOY_XRAY_TRACING"]
        for item in value.values():
            yield from _switched_on(item)
