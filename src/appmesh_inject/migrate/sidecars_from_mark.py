"""Builds the sidecars of a mark, by running the macro's core on a task that passes all checks."""

from collections.abc import Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, edited, map_at, replace
from appmesh_inject.injection import inject
from appmesh_inject.migrate.handwritten_sidecars import within
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.profiles.sidecar.build import Draft
from appmesh_inject.settings.platform_defaults import PlatformDefaults

AMPLE_MEMORY = "122880"
"""In MiB: the largest memory of a Fargate task, so that sidecars always fit."""


@dataclass(frozen=True, slots=True)
class Built:
    """The sidecars in the order of the profile, and the redirect; None if the profile builds no redirect."""

    containers: tuple[Mapping[str, Json], ...]
    redirect: Mapping[str, Json] | None


def built(
    stripped: Json,
    marking: Marking,
    deployment: PlatformDefaults,
    path: Path,
    mark: Mapping[str, Json],
    *,
    drafts: dict[bytes, Draft],
) -> Built | None:
    """What `mark` builds for the task definition at `path`, which has no sidecars. None if the mark is invalid. drafts:
    see `inject`.

    Network mode and memory of the task are replaced: the sidecars do not depend on them, and an incomplete mark, such
    as one without the envoy's memory, could fail the checks.
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
        marking.marked(edited(stripped, [replace(place, task)]), path, mark),
        marking.kind(mark),
        deployment,
        drafts=drafts,
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
