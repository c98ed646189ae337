"""Reads which TCP ports an ECS container maps, in each branch of the Fn::Ifs in and around its port mappings.

Source: AWS::ECS::TaskDefinition PortMapping; RegisterTaskDefinition.
"""

import json
from collections.abc import Iterator

from appmesh_inject.cfn.document import Path
from appmesh_inject.cfn.intrinsics import Absent, Leaf, Literal, known, leaves
from appmesh_inject.cfn.loops import may_add
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.settings.types import port as port_check
from appmesh_inject.settings.types import shown_literal
from appmesh_inject.workloads.member_names import MemberNames
from appmesh_inject.workloads.model import Container, Port


def mapped_ports(
    container: Container, names: MemberNames, subject: str
) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
    """The TCP ports that a container maps, and findings about mappings that cannot be read."""
    key = names["PortMappings"]
    if key not in container.definition and may_add(container.definition, key):
        message = f"an Fn::ForEach may give this container {key}, and is not unrolled when the macro runs"
        hint = "List the app ports in AppPorts, or AWS::LanguageExtensions before the macro"
        return (), (Finding("AM103", subject, container.path, message, hint),)
    ports: dict[str, Port] = {}
    findings: list[Finding] = []
    certain: list[set[str]] = []
    for branch in leaves(container.definition.get(key, []), container.scope, (*container.path, key)):
        always: set[str] = set()
        for item in _items(branch):
            mapped = [_port(leaf, names, subject) for leaf in item]
            findings += [port for port in mapped if isinstance(port, Finding)]
            there = [port for port in mapped if isinstance(port, Port)]
            for port in there:
                ports.setdefault(port.key, port)
            keys = {port.key for port in there}
            if len(there) == len(mapped) and len(keys) == 1:
                always |= keys
        certain.append(always)
    everywhere = set.intersection(*certain)
    return tuple([port if key in everywhere else port._replace(certain=False) for key, port in ports.items()]), tuple(
        findings
    )


def _items(branch: Leaf) -> Iterator[list[Leaf]]:
    """The items of one list, each as the leaves that it can be; what is no list is an item itself."""
    if isinstance(branch.written, list):
        for index, item in enumerate(branch.written):
            yield list(leaves(item, branch.scope, (*branch.path, index)))
    elif not isinstance(branch.reading, Absent):
        yield [branch]


def _port(mapping: Leaf, names: MemberNames, subject: str) -> Port | Finding | None:
    """The TCP port of a mapping, None if it maps none, or the finding that it is not known."""
    if isinstance(mapping.reading, Absent):
        return None
    definition = mapping.written
    if not isinstance(definition, dict):
        return _unknown(subject, mapping.path)
    protocols = {_protocol(leaf) for leaf in leaves(definition.get(names["Protocol"], "tcp"), mapping.scope)}
    if protocols == {"udp"}:
        return None
    if protocols != {"tcp"}:
        return _unknown(subject, (*mapping.path, names["Protocol"]))
    if names["ContainerPort"] not in definition:
        return _unknown(subject, mapping.path)
    written = definition[names["ContainerPort"]]
    path = (*mapping.path, names["ContainerPort"])
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


def _protocol(leaf: Leaf) -> str:
    """`tcp` where it is not given, and an empty text where it is not known."""
    if isinstance(leaf.reading, Absent):
        return "tcp"
    return str(leaf.reading.value).lower() if isinstance(leaf.reading, Literal) else ""


def _unknown(subject: str, path: Path) -> Finding:
    return Finding(
        "AM103", subject, path, "these ports are not known when the macro runs", "List the app ports in AppPorts"
    )
