"""How ECS container definitions are read: in CloudFormation's spelling or in that of the ECS API.

Source: AWS::ECS::TaskDefinition ContainerDefinition; RegisterTaskDefinition.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from appmesh_inject.findings import Finding
from appmesh_inject.intrinsics import Absent, Leaf, Literal, Scope, function, known, leaves
from appmesh_inject.merge import Identities
from appmesh_inject.text import scalar
from appmesh_inject.tree import Json, Path
from appmesh_inject.values import port as port_check
from appmesh_inject.values import quoted
from appmesh_inject.workload import Container, ContainerList, Entry, Port


@dataclass(frozen=True, slots=True)
class EcsDialect:
    """The members of a container definition that decisions read, as one document spells them."""

    name: str
    identities: Identities
    name_key: str
    environment: str
    port_mappings: str
    container_port: str
    port_range: str
    protocol: str
    memory: tuple[str, ...]

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container:
        name = known(definition.get(self.name_key), scope)
        return Container(
            definition=definition,
            path=path,
            scope=scope,
            name=name if isinstance(name, str) else None,
            variables=frozenset(self._variables(definition, scope)),
            has_memory=any(_has(definition, key, scope) for key in self.memory),
        )

    def _variables(self, definition: Mapping[str, Json], scope: Scope) -> Iterator[str]:
        for branch in _branches(definition.get(self.environment, []), scope, ()):
            for variable in (leaf for item in branch for leaf in item):
                name = variable.written.get(self.name_key) if isinstance(variable.written, Mapping) else None
                if isinstance(name, str):
                    yield name

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
        everywhere = set.intersection(*certain) if certain else set()
        return tuple(replace(port, certain=key in everywhere) for key, port in ports.items()), tuple(findings)

    def _port(self, mapping: Leaf, subject: str) -> Port | Finding | None:
        """One port mapping: its TCP port, or None for another protocol or none, or why it is not known."""
        if isinstance(mapping.reading, Absent):
            return None
        definition = mapping.written
        if not isinstance(definition, Mapping) or function(definition) is not None:
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


CLOUDFORMATION = EcsDialect(
    name="cloudformation",
    identities={
        "Environment": (("Name", None),),
        "Secrets": (("Name", None),),
        "Ulimits": (("Name", None),),
        "ProxyConfigurationProperties": (("Name", None),),
        "PortMappings": (("ContainerPort", None), ("Protocol", "tcp")),
        "DependsOn": (("ContainerName", None),),
    },
    name_key="Name",
    environment="Environment",
    port_mappings="PortMappings",
    container_port="ContainerPort",
    port_range="ContainerPortRange",
    protocol="Protocol",
    memory=("Memory", "MemoryReservation"),
)


def _unknown(subject: str, path: Path) -> Finding:
    return Finding(
        "AM103", subject, path, "the ports here are not known when the macro runs", "Set AppPorts to say which they are"
    )


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
    dialect: EcsDialect, items: list[Json], path: Path, scope: Scope, subject: str
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
            elif isinstance(leaf.written, Mapping) and function(leaf.written) is None:
                containers.append((dialect.container(leaf.written, leaf.path, leaf.scope), assumed))
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
