"""What a mark builds by itself: the core, asked about a task that no check refuses."""

from collections.abc import Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, at, edited
from appmesh_inject.injection import inject
from appmesh_inject.migrate.handwritten_sidecars import within
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.settings.platform_defaults import Deployment

AMPLE_MEMORY = "122880"
"""MiB: the most that a task can have on Fargate, so that no sidecar is too much."""


@dataclass(frozen=True, slots=True)
class Built:
    """The sidecars in the order in which a profile adds them, and the redirect, if it makes one."""

    containers: tuple[Mapping[str, Json], ...]
    redirect: Mapping[str, Json] | None


def built(
    stripped: Json, marking: Marking, deployment: Deployment, path: Path, mark: Mapping[str, Json]
) -> Built | None:
    """What `mark` makes of the task definition at `path`, which has no sidecars; None where it can make nothing.

    The sidecars do not depend on the task's size and network, and a mark that is not complete yet, say without the
    envoy's memory, may only be right with both.
    """
    tasks, place = marking.tasks, marking.properties(path)
    properties = at(stripped, place)
    containers = properties.get(tasks.container_definitions)
    apps: list[Json] = list(containers) if isinstance(containers, list) else []
    task = {tasks.network_mode: "awsvpc", tasks.memory: AMPLE_MEMORY, tasks.container_definitions: apps}
    outcome = inject(marking.marked(edited(stripped, {place: task}), path, mark), marking.target(mark), deployment)
    if outcome.has_errors:
        return None
    rendered, enabled = at(outcome.document, place), mark.get("Enabled", True)
    listed = rendered[tasks.container_definitions]
    added = [within(each, enabled) for each in listed[len(apps) :]] if isinstance(listed, list) else []
    redirect = within(rendered.get(tasks.proxy_configuration), enabled)
    return Built(
        tuple(each for each in added if isinstance(each, Mapping)), redirect if isinstance(redirect, Mapping) else None
    )
