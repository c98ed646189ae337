"""Containers that wait for envoy, in the original and in the rendered task definition."""

from collections.abc import Collection, Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.migrate.handwritten_sidecars import Handwritten
from appmesh_inject.profiles.context import where_enabled
from appmesh_inject.workloads.containers import EcsContainerReader


def bound(
    containers: Collection[Json],
    place: Path,
    hand: Handwritten,
    sidecars: Collection[Path],
    spelling: EcsContainerReader,
) -> Mapping[int, Path]:
    """The dependencies on a healthy envoy in containers that are not sidecars. Returns, by the container's index in the
    list at `place`, the path to remove: the dependency, or the whole DependsOn if it is the only one."""
    name = hand.envoy.definition.get(spelling.name_key)
    dependency = where_enabled(
        {spelling.names["ContainerName"]: name, spelling.names["Condition"]: "HEALTHY"}, hand.enabled
    )
    found: dict[int, Path] = {}
    for index, definition in enumerate(containers):
        dependencies = definition.get(spelling.names["DependsOn"]) if isinstance(definition, Mapping) else None
        if (*place, index) in sidecars or not isinstance(dependencies, list) or dependency not in dependencies:
            continue
        path = (*place, index, spelling.names["DependsOn"])
        found[index] = path if len(dependencies) == 1 else (*path, dependencies.index(dependency))
    return found


def returned(
    before: list[Json], after: list[Json], unbound: Collection[int], gone: Collection[int], spelling: EcsContainerReader
) -> Iterator[int]:
    """Of the containers `unbound`, whose dependency was removed, those that have as many dependencies after rendering
    as before. gone: indexes of removed containers."""
    for index in unbound:
        container = after[index - sum(each < index for each in gone)]
        if _number(container, spelling) == _number(before[index], spelling):
            yield index


def _number(container: Json, spelling: EcsContainerReader) -> int:
    dependencies = container.get(spelling.names["DependsOn"]) if isinstance(container, Mapping) else None
    return len(dependencies) if isinstance(dependencies, list) else 0
