"""What a mark builds by itself: the core, options about a task that no check refuses."""

from collections.abc import Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, edited, map_at, replace
from appmesh_inject.injection import inject
from appmesh_inject.migrate.handwritten_sidecars import within
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.settings.platform_defaults import PlatformDefaults

AMPLE_MEMORY = "122880"
"""MiB: the most that a task can have on Fargate, so that no sidecar is too much."""


@dataclass(frozen=True, slots=True)
class Built:
    """The sidecars in the order in which a profile adds them, and the redirect, if it makes one."""

    containers: tuple[Mapping[str, Json], ...]
    redirect: Mapping[str, Json] | None


def built(
    stripped: Json, marking: Marking, deployment: PlatformDefaults, path: Path, mark: Mapping[str, Json]
) -> Built | None:
    """What `mark` makes of the task definition at `path`, which has no sidecars; None where it can make nothing.

    The sidecars do not depend on the task's size and network, and a mark that is not complete yet, say without the
    envoy's memory, may only be right with both.
    """
    tasks, place = marking.tasks, marking.properties(path)
    properties = map_at(stripped, place)
    containers = properties.get(tasks.names["ContainerDefinitions"])
    apps: list[Json] = list(containers) if isinstance(containers, list) else []
    task = {
        tasks.names["NetworkMode"]: "awsvpc",
        tasks.names["Memory"]: AMPLE_MEMORY,
        tasks.names["ContainerDefinitions"]: apps,
    }
    outcome = inject(
        marking.marked(edited(stripped, [replace(place, task)]), path, mark), marking.kind(mark), deployment
    )
    if outcome.has_errors:
        return None
    rendered, enabled = map_at(outcome.document, place), mark.get("Enabled", True)
    listed = rendered[tasks.names["ContainerDefinitions"]]
    added = [within(each, enabled) for each in listed[len(apps) :]] if isinstance(listed, list) else []
    redirect = within(rendered.get(tasks.names["ProxyConfiguration"]), enabled)
    return Built(
        tuple(each for each in added if isinstance(each, Mapping)), redirect if isinstance(redirect, Mapping) else None
    )
