"""Reads ECS container definitions, in the spelling of CloudFormation or of the ECS API.

Source: AWS::ECS::TaskDefinition ContainerDefinition; RegisterTaskDefinition.
"""

import json
from collections.abc import Collection, Iterator, Mapping

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, append, replace
from appmesh_inject.cfn.interpolation import number, scalar
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
)
from appmesh_inject.cfn.merge import Identities
from appmesh_inject.findings import Finding
from appmesh_inject.settings.types import port as port_check
from appmesh_inject.settings.types import shown_literal
from appmesh_inject.workloads.member_names import MemberNames
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerList, Port, UnderCondition

IDENTITIES: Identities = {
    "Environment": (("Name", None),),
    "Secrets": (("Name", None),),
    "Ulimits": (("Name", None),),
    "ProxyConfigurationProperties": (("Name", None),),
    "PortMappings": (("ContainerPort", None), ("Protocol", "tcp")),
    "DependsOn": (("ContainerName", None),),
}
"""The members that identify the items of lists in a task definition, for `cfn.merge`."""

DECISIVE_MEMBERS = (
    "Name",
    "PortMappings",
    "Memory",
    "MemoryReservation",
    "User",
    "Essential",
    "DependsOn",
    "LinuxParameters",
)


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

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container:
        """The facts about the container definition at `path`."""
        names = self.names
        name, image = known(definition.get(names["Name"]), scope), known(definition.get(names["Image"]), scope)
        user = known(definition.get(names["User"], ""), scope)
        return Container(
            definition=definition,
            path=path,
            scope=scope,
            name=name if isinstance(name, str) else None,
            image=image if isinstance(image, str) else None,
            variables=dict(self._variables(definition, scope)) if names["Environment"] in definition else {},
            has_memory=self._has(definition, "Memory", scope) or self._has(definition, "MemoryReservation", scope),
            user=None if user is None else str(user),
            essential=self._is_essential(definition, scope),
            reserved=self._mebibytes(definition, "MemoryReservation", scope),
            most_memory=self._mebibytes(definition, "Memory", scope),
            health_check=definition.get(names["HealthCheck"]) if self._has(definition, "HealthCheck", scope) else None,
            waits_for=frozenset(self._waits_for(definition, scope)),
            routes_logs=not is_no_value(definition.get(names["FirelensConfiguration"], NO_VALUE)),
            command=definition.get(names["Command"]),
            has_mounts=names["MountPoints"] in definition,
        )

    def decisive(self, definition: Mapping[str, Json], telling_images: Collection[str]) -> list[Json]:
        """What a plan depends on in an app container, as written: of the environment only the names, of the image only
        whether its name can contain one of `telling_images`.

        The plan of one task definition is reused for others where this is equal. A member of a container that plans
        depend on must therefore be listed here.
        """
        names = self.names
        environment, image = definition.get(names["Environment"]), definition.get(names["Image"])
        if isinstance(environment, list):
            environment = [item.get(names["Name"], item) if isinstance(item, dict) else item for item in environment]
        if function(image) not in ("Ref", "Fn::If"):
            text = str(image).lower()
            image = image if any(part in text for part in telling_images) else None
        command = definition.get(names["Command"])
        return [
            environment,
            image,
            command[:1] if isinstance(command, list) else None,
            is_no_value(definition.get(names["FirelensConfiguration"], NO_VALUE)),
            _has_loops(definition),
            *(definition.get(names[member]) for member in DECISIVE_MEMBERS),
        ]

    def _has(self, definition: Mapping[str, Json], member: str, scope: Scope) -> bool:
        """Whether a member is present in every Fn::If branch, or may be, in a loop that is not expanded yet."""
        key = self.names[member]
        if key not in definition:
            return _has_loops(definition)
        return not any(isinstance(leaf.reading, Absent) for leaf in leaves(definition[key], scope))

    def _variables(self, definition: Mapping[str, Json], scope: Scope) -> Iterator[tuple[str, Json]]:
        for branch in _branches(definition[self.names["Environment"]], scope, ()):
            for variable in (leaf.written for item in branch for leaf in item):
                name = variable.get(self.name_key) if isinstance(variable, dict) else None
                if isinstance(variable, dict) and isinstance(name, str):
                    yield name, self._variable(definition[self.names["Environment"]], name, variable, scope)

    def _variable(self, environment: Json, name: str, found: Mapping[str, Json], scope: Scope) -> Json:
        """A variable's value, under the Fn::Ifs around the list."""
        if isinstance(environment, list):
            return found.get(self.names["Value"])

        def in_branch(leaf: Leaf) -> Json:
            items = leaf.written if isinstance(leaf.written, list) else []
            named = (item for item in items if isinstance(item, dict) and item.get(self.name_key) == name)
            values = [item.get(self.names["Value"]) for item in named]
            return values[-1] if values else NO_VALUE

        return mapped(environment, scope, in_branch)

    def _is_essential(self, definition: Mapping[str, Json], scope: Scope) -> bool:
        """Whether a container may be essential: unless Essential is a literal false in every branch."""
        key = self.names["Essential"]
        if key not in definition:
            return True
        readings = (leaf.reading for leaf in leaves(definition[key], scope))
        return not all(isinstance(reading, Literal) and str(reading.value).lower() == "false" for reading in readings)

    def _mebibytes(self, definition: Mapping[str, Json], member: str, scope: Scope) -> int | None:
        """The number in a member, 0 if it is not there, None if it is not known."""
        key = self.names[member]
        if key not in definition:
            return None if _has_loops(definition) else 0
        return 0 if is_no_value(definition[key]) else number(known(definition[key], scope))

    def _waits_for(self, definition: Mapping[str, Json], scope: Scope) -> Iterator[str]:
        key = self.names["DependsOn"]
        for branch in _branches(definition[key], scope, ()) if key in definition else ():
            for dependency in (leaf for item in branch for leaf in item):
                if isinstance(dependency.written, dict):
                    name = known(dependency.written.get(self.names["ContainerName"]), dependency.scope)
                    if isinstance(name, str):
                        yield name

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
        return any(
            isinstance(leaf.written, dict) and leaf.written.get(self.names["ContainerName"]) == name
            for leaf in leaves(dependency, scope)
        )

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and findings about mappings that cannot be read."""
        ports: dict[str, Port] = {}
        findings: list[Finding] = []
        certain: list[set[str]] = []
        mappings = container.definition.get(self.names["PortMappings"], [])
        for branch in _branches(mappings, container.scope, (*container.path, self.names["PortMappings"])):
            always: set[str] = set()
            for item in branch:
                keys: list[str | None] = []
                for leaf in item:
                    port = self._port(leaf, subject)
                    if isinstance(port, Finding):
                        findings.append(port)
                    keys.append(port.key if isinstance(port, Port) else None)
                    if isinstance(port, Port):
                        ports.setdefault(port.key, port)
                always |= {key for key in keys if key is not None and len(set(keys)) == 1}
            certain.append(always)
        everywhere = set.intersection(*certain)
        return tuple(port._replace(certain=key in everywhere) for key, port in ports.items()), tuple(findings)

    def _port(self, mapping: Leaf, subject: str) -> Port | Finding | None:
        """The TCP port of a mapping, None if it maps none, or the finding that it is not known."""
        if isinstance(mapping.reading, Absent):
            return None
        definition = mapping.written
        if not isinstance(definition, dict):
            return _unknown(subject, mapping.path)
        protocols = [leaf.reading for leaf in leaves(definition.get(self.names["Protocol"], "tcp"), mapping.scope)]
        words = [
            "tcp"
            if isinstance(protocol, Absent)
            else str(protocol.value).lower()
            if isinstance(protocol, Literal)
            else ""
            for protocol in protocols
        ]
        if all(word == "udp" for word in words):
            return None
        if any(word != "tcp" for word in words):
            return _unknown(subject, (*mapping.path, self.names["Protocol"]))
        path = (*mapping.path, self.names["ContainerPort"])
        if self.names["ContainerPort"] not in definition:
            return _unknown(subject, mapping.path)
        written = definition[self.names["ContainerPort"]]
        for leaf in leaves(written, mapping.scope, path):
            literal = leaf.reading
            if isinstance(literal, Absent):
                return _unknown(subject, leaf.path)
            if isinstance(literal, Literal) and port_check(str(scalar(literal.value))):
                message = f"{shown_literal(literal)} is not a port from 1 to 65535"
                return Finding("AM107", subject, leaf.path, message, "Correct the port")
        value = known(written, mapping.scope)
        key = json.dumps(written, sort_keys=True, default=str) if value is None else str(value)
        return Port(scalar(written), key, path, certain=True)


def _has_loops(definition: Mapping[str, Json]) -> bool:
    """Whether an `Fn::ForEach` may still add members."""
    return any(name.startswith("Fn::ForEach::") for name in definition)


def _unknown(subject: str, path: Path) -> Finding:
    return Finding(
        "AM103", subject, path, "these ports are not known when the macro runs", "List the app ports in AppPorts"
    )


def _branches(value: Json, scope: Scope, path: Path) -> Iterator[list[list[Leaf]]]:
    """The items of a list in each branch of the Fn::Ifs around it. An item is given as the leaves that it can be."""
    for branch in leaves(value, scope, path):
        if isinstance(branch.written, list):
            yield [list(leaves(item, branch.scope, (*branch.path, index))) for index, item in enumerate(branch.written)]
        elif isinstance(branch.reading, Absent):
            yield []
        else:
            yield [[branch]]


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
                container = reader.container(leaf.written, leaf.path, leaf.scope)
                inside = leaf.path[len(path) + 1 :]
                around = conditions_along(item, inside)
                containers.append((container._replace(conditions=around) if around else container, assumed))
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
