"""Reads ECS container definitions, in the spelling of CloudFormation or of the ECS API.

Source: AWS::ECS::TaskDefinition ContainerDefinition; RegisterTaskDefinition.
"""

from collections.abc import Mapping, Sequence

from appmesh_inject.cfn.document import NOTHING, Changes, Edit, Json, Path, append, replace
from appmesh_inject.cfn.fragment_merge import Identities
from appmesh_inject.cfn.intrinsics import (
    NO_VALUE,
    Absent,
    Leaf,
    Literal,
    Scope,
    conditions_along,
    function,
    is_no_value,
    known,
    leaves,
    mapped,
    may_be_absent,
)
from appmesh_inject.cfn.loops import may_add
from appmesh_inject.cfn.text_joining import number
from appmesh_inject.findings import Finding
from appmesh_inject.workloads.member_names import MemberNames
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerList, Port, UnderCondition
from appmesh_inject.workloads.port_mappings import mapped_ports

IDENTITIES: Identities = {
    "Environment": (("Name", None),),
    "Secrets": (("Name", None),),
    "Ulimits": (("Name", None),),
    "ProxyConfigurationProperties": (("Name", None),),
    "PortMappings": (("ContainerPort", None), ("Protocol", "tcp")),
    "DependsOn": (("ContainerName", None),),
}
"""The members that identify the items of lists in a task definition, for `cfn.fragment_merge`."""


class EcsContainerReader:
    """Reads container definitions. names: the spelling of their members."""

    def __init__(self, names: MemberNames) -> None:
        self.names = names
        self.name_key = names["Name"]
        self.image_key = names["Image"]
        self.identities: Identities = {
            names[listed]: tuple((names[member], default) for member, default in members)
            for listed, members in IDENTITIES.items()
        }

    def container(
        self, definition: Mapping[str, Json], path: Path, scope: Scope, conditions: Mapping[str, bool] = NOTHING
    ) -> Container:
        """The facts about the container definition at `path`. conditions: what the Fn::Ifs around it imply."""
        names = self.names
        loops = has_loops(definition)
        name, image = known(definition.get(self.name_key), scope), known(definition.get(self.image_key), scope)
        user = known(definition.get(names["User"], ""), scope)
        has_limit, limit = _memory(definition, names["Memory"], scope, loops)
        has_reservation, reservation = _memory(definition, names["MemoryReservation"], scope, loops)
        health_check = definition.get(names["HealthCheck"])
        return Container(
            definition=definition,
            path=path,
            scope=scope,
            name=name if isinstance(name, str) else None,
            image=image if isinstance(image, str) else None,
            variables=self._variables(definition.get(names["Environment"], []), scope),
            has_memory=has_limit or has_reservation,
            user=None if user is None else str(user),
            essential=_may_be_essential(definition.get(names["Essential"], True), scope),
            reserved=reservation,
            most_memory=limit,
            health_check=None if may_be_absent(health_check, scope) else health_check,
            waits_for=self._waits_for(definition.get(names["DependsOn"], []), scope),
            routes_logs=not is_no_value(definition.get(names["FirelensConfiguration"], NO_VALUE)),
            command=definition.get(names["Command"]),
            has_mounts=names["MountPoints"] in definition,
            conditions=conditions,
        )

    def _variables(self, environment: Json, scope: Scope) -> Mapping[str, Json]:
        """The values of variables by name, each under the Fn::Ifs around the list."""
        variables: dict[str, Json] = {}
        for item in [leaf.written for leaf in _items(environment, scope)]:
            if isinstance(item, dict) and isinstance(name := item.get(self.name_key), str):
                variables[name] = item.get(self.names["Value"])
        if isinstance(environment, list):
            return variables
        return {name: self._in_branches(environment, name, scope) for name in variables}

    def _in_branches(self, environment: Json, name: str, scope: Scope) -> Json:
        """The value of a variable in each branch of the Fn::Ifs around the list."""

        def in_branch(leaf: Leaf) -> Json:
            items = leaf.written if isinstance(leaf.written, list) else []
            named = [item for item in items if isinstance(item, dict) and item.get(self.name_key) == name]
            return named[-1].get(self.names["Value"]) if named else NO_VALUE

        return mapped(environment, scope, in_branch)

    def _waits_for(self, dependencies: Json, scope: Scope) -> frozenset[str]:
        key = self.names["ContainerName"]
        items = _items(dependencies, scope)
        names = [known(leaf.written.get(key), leaf.scope) for leaf in items if isinstance(leaf.written, dict)]
        return frozenset(name for name in names if isinstance(name, str))

    def waiting(self, container: Container, name: Json, under: UnderCondition) -> Changes | None:
        """The edits that make the container wait until container `name` is healthy; empty if it already does, None if
        its dependencies cannot be read."""
        key = self.names["DependsOn"]
        place = (*container.path, key)
        dependency = {self.names["ContainerName"]: name, self.names["Condition"]: "HEALTHY"}
        if key not in container.definition:
            return [replace(place, [under(dependency, container.conditions)])]
        dependencies = container.definition[key]
        changes: list[Edit] = []
        for leaf in leaves(dependencies, container.scope):
            if not isinstance(leaf.written, list) and not isinstance(leaf.reading, Absent):
                return None
            present = leaf.written if isinstance(leaf.written, list) else []
            if not any(self._is_on(item, name, leaf.scope) for item in present):
                around = {**container.conditions, **conditions_along(dependencies, leaf.path)}
                added = under(dependency, around)
                is_list = isinstance(leaf.written, list)
                path = (*place, *leaf.path)
                changes.append(append(path, added) if is_list else replace(path, [added]))
        return changes

    def _is_on(self, dependency: Json, name: Json, scope: Scope) -> bool:
        for leaf in leaves(dependency, scope):
            written = leaf.written.get(self.names["ContainerName"]) if isinstance(leaf.written, dict) else None
            if written == name or known(written, leaf.scope) == (known(name, leaf.scope) or name):
                return True
        return False

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and findings about mappings that cannot be read."""
        return mapped_ports(container, self.names, subject)


def has_loops(definition: Mapping[str, Json]) -> bool:
    """Whether an `Fn::ForEach` may still add members."""
    return "\nFn::ForEach::" in "\n" + "\n".join(definition)


def _items(value: Json, scope: Scope) -> Sequence[Leaf]:
    """The items of a list in all branches of the Fn::Ifs around it and in it; a value that is no list is one item."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item, scope)]
    items: list[Leaf] = []
    for branch in leaves(value, scope):
        items += _items(branch.written, branch.scope) if isinstance(branch.written, list) else [branch]
    return items


def _may_be_essential(value: Json, scope: Scope) -> bool:
    """Whether Essential is anything but a literal false, in a branch at least."""
    readings = [leaf.reading for leaf in leaves(value, scope)]
    words = {str(reading.value).lower() if isinstance(reading, Literal) else "" for reading in readings}
    return words != {"false"}


def _memory(definition: Mapping[str, Json], key: str, scope: Scope, loops: bool) -> tuple[bool, int | None]:
    """Whether a member is there in every branch, or may be, in a loop that is not expanded yet; and the number in it, 0
    if it is not there, None if it is not known."""
    if key not in definition:
        may_come = loops and may_add(definition, key)
        return may_come, None if may_come else 0
    value = definition[key]
    return not may_be_absent(value, scope), 0 if is_no_value(value) else number(known(value, scope))


def container_list(
    reader: EcsContainerReader, items: list[Json], path: Path, scope: Scope, subject: str
) -> tuple[ContainerList, tuple[Finding, ...]]:
    """The facts about a list of container definitions, and findings about entries that cannot be read."""
    entries: list[ContainerEntry] = []
    findings: list[Finding] = []
    for index, item in enumerate(items):
        containers: list[tuple[Container | None, Mapping[str, bool]]] = []
        for leaf in leaves(item, scope, (*path, index)):
            assumed = leaf.scope.assumed
            if isinstance(leaf.reading, Absent):
                containers.append((None, assumed))
            elif isinstance(leaf.written, dict) and function(leaf.written) is None:
                around = conditions_along(item, leaf.path[len(path) + 1 :])
                containers.append((reader.container(leaf.written, leaf.path, leaf.scope, around), assumed))
            else:
                findings.append(
                    Finding(
                        "AM203",
                        subject,
                        leaf.path,
                        "this container definition cannot be read when the macro runs",
                        "Write the container out here",
                    )
                )
        entries.append(ContainerEntry(item, (*path, index), tuple(containers)))
    return ContainerList(path, tuple(entries)), tuple(findings)
