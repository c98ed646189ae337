"""Reuses the settings of one mark for task definitions whose searches would end with the same ones.

Without it, `adopt` takes twice as long for 500 task definitions that differ only in names, variables and logs.
"""

import json
import marshal
from collections.abc import Mapping

from appmesh_inject.cfn.document import Json, value_at
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.migrate.handwritten_sidecars import Handwritten, names, resource
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.profiles.sidecar.containers import X_RAY_DAEMON
from appmesh_inject.profiles.sidecar.draft_reuse import AROUND, decisive
from appmesh_inject.workloads.containers import has_loops
from appmesh_inject.workloads.model import Workload


def key(document: Json, marking: Marking, workload: Workload, hand: Handwritten) -> bytes | None:
    """Equal for task definitions of one template whose searches take the same steps, and end with the same settings but
    for the name of the node or gateway. None if that is not certain.

    A search compares what is rendered with the sidecars, and the sizes of marks. So the key has all that a draft
    depends on, the sidecars without the name, and the size of the name. It is no key where a level below the mark names
    a node or gateway: the mark of the one task that has this name would leave it out.
    """
    place = marking.properties(workload.path)
    properties = value_at(document, place)
    items = properties.get("ContainerDefinitions") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(items, list) or has_loops(properties):
        return None
    # In a loop, the scope differs. With an X-Ray daemon, there are two searches.
    if len(workload.path) != 2 or workload.properties == workload.path or hand.entries[X_RAY_DAEMON]:
        return None
    named_by = resource(hand.envoy)
    named = names(named_by)
    if named is None or workload.findings:
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
