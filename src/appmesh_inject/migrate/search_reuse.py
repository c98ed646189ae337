"""Reuses what one search found for task definitions whose searches would take the same steps.

Without it, `adopt` takes two and a half times as long for 500 task definitions that differ only in names, variables and
logs.
"""

import json
import marshal
from collections.abc import Iterable, Mapping

from appmesh_inject.cfn.document import Json, value_at
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.migrate.handwritten_sidecars import names, resource
from appmesh_inject.migrate.mark_search import Attempt, Search, Way, overrides_resource
from appmesh_inject.profiles.sidecar.containers import X_RAY_DAEMON
from appmesh_inject.profiles.sidecar.draft_reuse import AROUND, decisive
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.table import GA, NAMING, PREVIEW
from appmesh_inject.workloads.containers import has_loops


class Searches:
    """The searches in one document. below: the levels of settings below the marks."""

    def __init__(self, below: Iterable[Level]) -> None:
        # The mark of the one task that is named there leaves its name out. And what `standalone` renders depends on the
        # mesh around the name.
        given = {name: value for level in below for name, value in level.given.items()}
        self.is_reuse_certain = not given.keys() & set(NAMING) and given.get("Profile", PREVIEW) in (PREVIEW, GA)
        self.found: dict[bytes, Way] = {}

    def shortest(self, search: Search) -> Attempt:
        """What `search.shortest()` is."""
        found_for = key(search) if self.is_reuse_certain else None
        found = self.found.get(found_for) if found_for else None
        reused = search.reused(found) if found else None
        if reused:
            return reused
        attempt = search.shortest()
        # Another mark comes from a later way to name the task, and the key does not cover the steps to it.
        if found_for and attempt.holds and "ResourceArn" not in attempt.mark and not overrides_resource(attempt.mark):
            self.found[found_for] = attempt.way
        return attempt


def key(search: Search) -> bytes | None:
    """Equal for task definitions of one template whose searches take the same steps, and end with the same settings but
    for the name of the node or gateway. None if that is not certain.

    A search compares what is rendered with the sidecars, and the sizes of marks. So the key has all that a draft
    depends on, the sidecars without the name, and the size of the name.
    """
    workload, hand, place = search.workload, search.hand, search.workload.properties
    properties = value_at(search.document, place)
    items = properties.get("ContainerDefinitions") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(items, list) or has_loops(properties) or workload.findings:
        return None
    # In a loop, the scope is another one. With an X-Ray daemon, there are two searches.
    if len(workload.path) != 2 or place == workload.path or hand.entries[X_RAY_DAEMON]:
        return None
    named_by = resource(hand.envoy)
    named = names(named_by)
    if named is None:
        return None
    parts: list[object] = [
        [named.mesh, named.is_gateway, len(json.dumps(named.name)), len(json.dumps(named_by))],
        [container.path[len(place) :] for container in hand.others],
        [*map(properties.get, AROUND)],
    ]
    for index, item in enumerate(items):
        if not isinstance(item, dict) or function(item) is not None or has_loops(item):
            return None
        role = hand.roles.get((*place, "ContainerDefinitions", index))
        parts += [role, _without_name(item, named_by) if role else decisive(item)]
    try:
        return marshal.dumps(parts, 2)
    except ValueError:
        return None  # a value that JSON does not have, or one nested too deeply


def _without_name(sidecar: Mapping[str, Json], named_by: Json) -> Json:
    """The container without the value of each variable that names the node or gateway."""
    environment = sidecar.get("Environment")
    if not isinstance(environment, list):
        return sidecar
    variables = [
        {**item, "Value": None} if isinstance(item, dict) and item.get("Value") == named_by else item
        for item in environment
    ]
    return {**sidecar, "Environment": variables}
