"""The handler call, dict in and dict out, over what no macro can avoid: decoding the event, encoding the response."""

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace
from typing import Any, TextIO
from unittest.mock import patch

from appmesh_inject import macro
from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.flow_yaml import Parts
from bench.measured import Figure, Goal, Kind, fastest
from bench.templates import MESH_NODES, event

HANDLER = "Handler over decoding and encoding, by profile and task definitions"
UNMARKED = "Handler over decoding and encoding, nothing marked, by task definitions"
GROWTH = "Handler's time per task definition at 500 over that at 10"

BY_NODES = "Handler, standalone, one task definition, by nodes of the mesh"
BY_ROUTES = "Handler, standalone, one task definition, by routes of a router that it calls"
COMPRESSION = "Handler, standalone, compressed configurations over plain ones"
ANCHORS = "Handler, standalone, configurations in which repeated parts stand once over plain JSON"
OF_MANY_NODES = "Handler, standalone, one task definition: its time with a mesh of 500 nodes over that with 50"

COUNTS = (1, 10, 50, 250, 500)
NODES = (10, 50, 100, 250, 500)
ROUTES = (1, 10, 50, 100, 250)
PROFILES = {"preview": COUNTS, "ga": COUNTS, "standalone": (1, 10, 50)}
GOALS = {
    ("preview", 250): Goal(1.0),
    ("ga", 250): Goal(1.0),
    ("standalone", 1): Goal(8.0),
    ("standalone", 50): Goal(3.0),
}
CONTEXT: Any = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:f", aws_request_id="lambda"
)


_encoded = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=dict).encode


class Nowhere(StringIO):
    """A stream that forgets: CloudWatch's part is not ours."""

    def write(self, text: str, /) -> int:
        return len(text)


def figures(budget: float) -> Iterator[Figure]:
    """One row for each profile and number of task definitions. budget: seconds for each."""
    nowhere: TextIO = Nowhere()
    macro.logger.registered_handler.stream = nowhere  # type: ignore[attr-defined]
    with redirect_stdout(nowhere):
        for profile, counts in PROFILES.items():
            per_task = {}
            for count in counts:
                ours, floor = _times(count, profile, budget)
                per_task[count] = ours / count
                case = f"{profile}, {count}"
                yield Figure(HANDLER, case, ours, floor, goal=GOALS.get((profile, count)), count=count)
            if max(counts) == max(COUNTS):
                yield Figure(GROWTH, f"{profile}", per_task[500], per_task[10], goal=Goal(1.2))
        for count in COUNTS:
            ours, floor = _times(count, "preview", budget, marked=False)
            goal = Goal(0.1) if count == 250 else None
            yield Figure(UNMARKED, f"{count}", ours, floor, goal=goal, count=count)
        yield from _by_mesh(budget)
        plain, _ = _times(50, "standalone", budget, form="plain")
        compressed, _ = _times(50, "standalone", budget, form="compressed")
        yield Figure(COMPRESSION, "50 task definitions", compressed, plain, goal=Goal(1.5), count=50)
        with patch.object(Parts, "written", _as_json):
            without, _ = _times(50, "standalone", budget, form="plain")
        yield Figure(ANCHORS, "50 task definitions", plain, without, goal=Goal(1.2), count=50)


def _as_json(_: Parts, config: Json, *__: object) -> list[Json]:
    """The configuration without anchors, by Python's own encoder."""
    return [_encoded(config)]


def _by_mesh(budget: float) -> Iterator[Figure]:
    """One task definition, with meshes that grow: in nodes, and in the routes of a router that it calls."""
    by_nodes = {}
    for count in NODES:
        ours, floor = by_nodes[count] = _times(1, "standalone", budget, nodes=count)
        yield Figure(BY_NODES, f"{count}", ours, floor, count=count)
    yield Figure(OF_MANY_NODES, "as it is", by_nodes[500][0], by_nodes[50][0], goal=Goal(1.5))
    many, few = (ours / floor for ours, floor in (by_nodes[500], by_nodes[50]))
    yield Figure(OF_MANY_NODES, "of times the floor", many, few, kind=Kind.TIMES)
    for count in ROUTES:
        ours, floor = _times(1, "standalone", budget, routes=count)
        yield Figure(BY_ROUTES, f"{count}", ours, floor, count=count)


def _times(
    count: int,
    profile: str,
    budget: float,
    *,
    marked: bool = True,
    nodes: int = MESH_NODES,
    routes: int = 0,
    form: str = "auto",
) -> list[float]:
    made = event(count, profile, marked=marked, nodes=nodes, routes=routes, form=form)
    text = json.dumps(made, separators=(",", ":"))
    decoded = json.loads(text)
    response = macro.handler(decoded, CONTEXT)
    assert response["status"] == "success", response["errorMessage"]

    def call() -> object:
        return macro.handler(decoded, CONTEXT)

    def floor() -> object:
        return json.loads(text), json.dumps(response)

    return fastest([call, floor], budget)
