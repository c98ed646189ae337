"""The containers and port mappings of a task definition, in all branches of the Fn::Ifs around them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Literal, Scope, known, leaves


def port_names(properties: Mapping[str, Json], scope: Scope) -> Mapping[str, Json]:
    """The AppProtocol of each named port mapping of a task definition, by its name; None for TCP."""
    found: dict[str, Json] = {}
    for mapping in port_mappings(properties, scope):
        name = known(mapping.written["Name"], mapping.scope) if "Name" in mapping.written else None
        if isinstance(name, str):
            found[name] = known(mapping.written.get("AppProtocol"), mapping.scope)
    return found


class Mapped(NamedTuple):
    """A container definition or a port mapping, as written, and where it stands."""

    written: Mapping[str, Json]
    path: Path
    scope: Scope


def port_mappings(properties: Mapping[str, Json], scope: Scope, path: Path = ()) -> Sequence[Mapped]:
    """All port mappings of a task definition, in all branches. path: of its properties."""
    found: list[Mapped] = []
    for container in containers(properties, scope, path):
        found += _items(container.written, "PortMappings", container.scope, container.path)
    return found


def containers(properties: Mapping[str, Json], scope: Scope, path: Path = ()) -> Iterator[Mapped]:
    """All container definitions, in all branches. path: of the properties."""
    return _items(properties, "ContainerDefinitions", scope, path)


def _items(members: Mapping[str, Json], name: str, scope: Scope, path: Path) -> Iterator[Mapped]:
    for listed in leaves(members.get(name, []), scope, (*path, name)):
        for index, item in enumerate(listed.written if isinstance(listed.written, list) else ()):
            for leaf in leaves(item, listed.scope, (*listed.path, index)):
                if isinstance(leaf.written, dict) and isinstance(leaf.reading, Literal):
                    yield Mapped(leaf.written, leaf.path, leaf.scope)
