"""How ECS container definitions are read: in CloudFormation's spelling or in that of the ECS API.

Source: AWS::ECS::TaskDefinition ContainerDefinition; RegisterTaskDefinition.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.findings import Finding
from appmesh_inject.intrinsics import Absent, Leaf, Literal, Scope, conditions_along, function, known, leaves
from appmesh_inject.merge import Identities
from appmesh_inject.proxies import tells_proxy
from appmesh_inject.sidecars import AGENT_IMAGES, PROXY_INIT_VARIABLES
from appmesh_inject.text import number, scalar
from appmesh_inject.tree import Json, Path, edited
from appmesh_inject.values import port as port_check
from appmesh_inject.values import quoted
from appmesh_inject.workload import Container, ContainerList, Entry, Port, Runtime, Wrap


class EcsContainers(NamedTuple):
    """The members of a container definition that decisions read, as one document spells them."""

    name: str
    identities: Identities
    name_key: str
    environment: str
    port_mappings: str
    container_port: str
    protocol: str
    memory: tuple[str, ...]
    value_key: str
    image_key: str
    user: str
    essential: str
    health_check: str
    depends_on: str
    container_name: str
    condition: str
    firelens: str
    command: str
    entry_point: str
    mount_points: str

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container:
        name, image = known(definition.get(self.name_key), scope), known(definition.get(self.image_key), scope)
        return Container(
            definition=definition,
            path=path,
            scope=scope,
            name=name if isinstance(name, str) else None,
            image=image if isinstance(image, str) else None,
            variables=dict(self._variables(definition, scope)) if self.environment in definition else {},
            has_memory=any(_has(definition, key, scope) for key in self.memory),
        )

    def likeness(self, definition: Mapping[str, Json]) -> list[Json]:
        """What decisions read of an app's container, as it is written: of its environment the names, of its image
        whether it is an agent's or a proxy's."""
        environment, image = definition.get(self.environment), definition.get(self.image_key)
        if isinstance(environment, list):
            environment = [each.get(self.name_key, each) if isinstance(each, dict) else each for each in environment]
        if not _may_be_an_agent(image) and not tells_proxy(image):
            image = None
        # The variable of a proxyinit makes one only with the right to set rules.
        sets_rules = any(each in str(environment) for each in PROXY_INIT_VARIABLES) and "NET_ADMIN" in str(definition)
        read = (self.name_key, self.port_mappings, *self.memory, self.user, self.essential, self.depends_on)
        return [environment, image, sets_rules, self.firelens in definition, *[definition.get(name) for name in read]]

    def with_dependencies_of(self, definition: Json, other: Json) -> Json:
        """The container `definition` with what `other` depends on."""
        assert isinstance(definition, dict) and isinstance(other, dict)
        return {**definition, self.depends_on: other[self.depends_on]}

    def _variables(self, definition: Mapping[str, Json], scope: Scope) -> Iterator[tuple[str, Json]]:
        for branch in _branches(definition[self.environment], scope, ()):
            for variable in (leaf.written for item in branch for leaf in item):
                name = variable.get(self.name_key) if isinstance(variable, dict) else None
                if isinstance(variable, dict) and isinstance(name, str):
                    yield name, variable.get(self.value_key)

    def runtime(self, container: Container) -> Runtime:
        """How the container runs."""
        definition, scope = container.definition, container.scope
        user = known(definition.get(self.user, ""), scope)
        essentials = [leaf.reading for leaf in leaves(definition.get(self.essential, True), scope)]
        return Runtime(
            user=None if user is None else str(user),
            essential=not all(isinstance(e, Literal) and str(e.value).lower() == "false" for e in essentials),
            memory=self._memory(definition, scope),
            has_health_check=_has(definition, self.health_check, scope),
            waits_for=frozenset(self._waits_for(definition, scope)),
            routes_logs=self.firelens in definition,
            is_compiled=_is_compiled(definition.get(self.command)),
            has_mounts=self.mount_points in definition,
            asks_by_curl=self.health_check in definition and _calls_curl(definition[self.health_check]),
        )

    def _memory(self, definition: Mapping[str, Json], scope: Scope) -> int | None:
        """What ECS reserves: MemoryReservation where it is given, else Memory."""
        for key in reversed(self.memory):
            if key in definition:
                return number(known(definition[key], scope))
        return 0

    def _waits_for(self, definition: Mapping[str, Json], scope: Scope) -> Iterator[str]:
        for branch in _branches(definition.get(self.depends_on, []), scope, ()):
            for dependency in (leaf for item in branch for leaf in item):
                if isinstance(dependency.written, dict):
                    name = known(dependency.written.get(self.container_name), dependency.scope)
                    if isinstance(name, str):
                        yield name

    def waiting(self, container: Container, name: Json, under: Wrap) -> Mapping[str, Json] | None:
        """The container with a dependency on the healthy container `name`, unless it depends on it already."""
        definition, scope = container.definition, container.scope
        dependencies = definition.get(self.depends_on, [])
        changes: dict[Path, Json] = {}
        for leaf in leaves(dependencies, scope):
            if not isinstance(leaf.written, list) and not isinstance(leaf.reading, Absent):
                return None
            present = leaf.written if isinstance(leaf.written, list) else []
            if not any(self._is_on(item, name, leaf.scope) for item in present):
                around = {**container.conditions, **conditions_along(dependencies, leaf.path)}
                dependency = under({self.container_name: name, self.condition: "HEALTHY"}, around)
                changes[leaf.path] = [*present, dependency]
        return {**definition, self.depends_on: edited(dependencies, changes)} if changes else definition

    def _is_on(self, dependency: Json, name: Json, scope: Scope) -> bool:
        return any(
            isinstance(leaf.written, dict) and leaf.written.get(self.container_name) == name
            for leaf in leaves(dependency, scope)
        )

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and what stands in the way of knowing them."""
        ports: dict[str, Port] = {}
        findings: list[Finding] = []
        certain: list[set[str]] = []
        mappings = container.definition.get(self.port_mappings, [])
        for branch in _branches(mappings, container.scope, (*container.path, self.port_mappings)):
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
        """One port mapping: its TCP port, or None for another protocol or none, or why it is not known."""
        if isinstance(mapping.reading, Absent):
            return None
        definition = mapping.written
        if not isinstance(definition, dict):
            return _unknown(subject, mapping.path)
        protocols = [leaf.reading for leaf in leaves(definition.get(self.protocol, "tcp"), mapping.scope)]
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
            return _unknown(subject, (*mapping.path, self.protocol))
        path = (*mapping.path, self.container_port)
        if self.container_port not in definition:
            return _unknown(subject, mapping.path)
        written = definition[self.container_port]
        for leaf in leaves(written, mapping.scope, path):
            literal = leaf.reading
            if isinstance(literal, Absent):
                return _unknown(subject, leaf.path)
            if isinstance(literal, Literal) and port_check(str(scalar(literal.value))):
                seen = f"the value of parameter '{literal.parameter}'" if literal.parameter else quoted(literal.value)
                return Finding("AM107", subject, leaf.path, f"{seen} is not a port from 1 to 65535", "Correct the port")
        value = known(written, mapping.scope)
        key = json.dumps(written, sort_keys=True, default=str) if value is None else str(value)
        return Port(scalar(written), key, path, certain=True)


def _unknown(subject: str, path: Path) -> Finding:
    return Finding(
        "AM103", subject, path, "the ports here are not known when the macro runs", "Set AppPorts to say which they are"
    )


def _may_be_an_agent(image: Json) -> bool:
    """Whether an image is an agent's, or is one that only a parameter's value says."""
    if isinstance(image, str):
        return any(part in image for part in AGENT_IMAGES)
    return isinstance(image, dict) and "Ref" in image


def _is_compiled(command: Json) -> bool:
    return isinstance(command, list) and command[:1] == ["--config-yaml"]


def _calls_curl(health_check: Json) -> bool:
    return bool(re.search(r"(?<![\w.-])curl(?![\w.-])", json.dumps(health_check)))


def _has(definition: Mapping[str, Json], key: str, scope: Scope) -> bool:
    """Whether a member is there in every branch."""
    return key in definition and not any(isinstance(leaf.reading, Absent) for leaf in leaves(definition[key], scope))


def _branches(value: Json, scope: Scope, path: Path) -> Iterator[list[list[Leaf]]]:
    """What a list can be: for each branch of the Fn::Ifs around it its items, each with what that can be."""
    for branch in leaves(value, scope, path):
        if isinstance(branch.written, list):
            yield [list(leaves(item, branch.scope, (*branch.path, index))) for index, item in enumerate(branch.written)]
        elif isinstance(branch.reading, Absent):
            yield []
        else:
            yield [[branch]]


def container_list(
    dialect: EcsContainers, items: list[Json], path: Path, scope: Scope, subject: str
) -> tuple[ContainerList, tuple[Finding, ...]]:
    """A list of container definitions as facts, and the entries in it that are none."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for index, item in enumerate(items):
        containers: list[tuple[Container | None, Mapping[str, bool]]] = []
        for leaf in leaves(item, scope, (*path, index)):
            assumed = leaf.scope.assumed
            if isinstance(leaf.reading, Absent):
                containers.append((None, assumed))
            elif isinstance(leaf.written, dict) and function(leaf.written) is None:
                container = dialect.container(leaf.written, leaf.path, leaf.scope)
                inside = leaf.path[len(path) + 1 :]
                around = conditions_along(item, inside)
                containers.append((container._replace(conditions=around) if around else container, assumed))
            else:
                findings.append(
                    Finding(
                        "AM203",
                        subject,
                        leaf.path,
                        "this is no container definition that can be read when the macro runs",
                        "Write the container out here",
                    )
                )
        entries.append(Entry(item, (*path, index), tuple(containers)))
    return ContainerList(path, tuple(entries)), tuple(findings)
