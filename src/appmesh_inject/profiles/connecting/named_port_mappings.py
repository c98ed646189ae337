"""Gives the port mappings that listeners mean their names and protocols."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Edit, Json, Path, append, replace
from appmesh_inject.cfn.intrinsics import Absent, Leaf, Literal, Scope, function, is_no_value, known, leaves
from appmesh_inject.mesh.model import TCP, Listener
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.profiles.connecting import schema
from appmesh_inject.profiles.connecting.port_mappings import Mapped, port_mappings
from appmesh_inject.profiles.connecting.unassigned_finding import UnassignedFinding
from appmesh_inject.profiles.sidecar.image_names import X_RAY_IMAGE
from appmesh_inject.settings.types import quoted

_RENAME = "Rename the port mapping, or take Name out, which gives it a name"
ONCE = "Map the port once, in one container and in every branch"


class NamedPorts(NamedTuple):
    """names: the name of the mapping by the key of the listener's port. protocols: by that name; None for TCP."""

    changes: Sequence[Edit]
    problems: Sequence[UnassignedFinding]
    names: Mapping[str, Json]
    protocols: Mapping[str, Json]


class _Place(NamedTuple):
    """Where a port is mapped, or the container that gets its mapping. problem: why neither can be told."""

    mappings: tuple[Mapped, ...] = ()
    container: Mapped | None = None
    problem: str = ""


def named_ports(
    properties: Mapping[str, Json], path: Path, scope: Scope, names: MeshNames, listeners: Sequence[Listener]
) -> NamedPorts:
    """The names of the port mappings of a task definition. path: of its properties. listeners: those that need one."""
    return _Ports(properties, path, scope, names).named(listeners)


def app_protocol(listener: Listener) -> str | None:
    return None if listener.protocol == TCP else listener.protocol


class _Ports:
    def __init__(self, properties: Mapping[str, Json], path: Path, scope: Scope, names: MeshNames) -> None:
        self.names = names
        self.scope = scope
        self.path = (*path, "ContainerDefinitions")
        self.branches = leaves(properties.get("ContainerDefinitions", []), scope, self.path)
        mapped = port_mappings(properties, scope)
        self.taken = {str(known(each.written["Name"], each.scope)) for each in mapped if "Name" in each.written}
        self.changes: list[Edit] = []
        self.problems: list[UnassignedFinding] = []
        self.found: dict[str, Json] = {}
        self.protocols: dict[str, Json] = {}

    def named(self, listeners: Sequence[Listener]) -> NamedPorts:
        added: dict[Path, list[Json]] = {}
        for listener in listeners:
            places = [self._place(branch, listener) for branch in self.branches]
            problem = next((place.problem for place in places if place.problem), "")
            if problem or not places:
                self.problems.append(
                    UnassignedFinding("AM406", self.path, problem or "the containers cannot be read", ONCE)
                )
                continue
            mappings = [mapping for place in places for mapping in place.mappings]
            name = self._name(mappings, listener)
            if name is None:
                continue
            self.found[listener.port.key] = name
            self.protocols[str(name)] = app_protocol(listener)
            for mapping in mappings:
                self._describe(mapping, name, listener)
            for container in (place.container for place in places if place.container):
                added.setdefault(container.path, []).append(_mapping(listener, name))
        for path, items in added.items():
            self.changes.append(append((*path, "PortMappings"), *items))
        return NamedPorts(self.changes, self.problems, self.found, self.protocols)

    def _place(self, branch: Leaf, listener: Listener) -> _Place:
        port = quoted(listener.port.written)
        items = branch.written if isinstance(branch.written, list) else []
        hits: list[_Place] = []
        apps: list[list[Leaf]] = []
        for index, item in enumerate(items):
            ways = list(leaves(item, branch.scope, (*branch.path, index)))
            if all(isinstance(way.reading, Absent) or _is_daemon(way) for way in ways):
                continue
            apps.append(ways)
            found = [self._in_container(way, listener) for way in ways]
            if any(each is None or each for each in found):
                certain = all(each is not None and each for each in found)
                mappings = tuple(mapping for each in found for mapping in each or ())
                problem = "" if certain else f"port {port} of the listener is mapped in some branches only"
                hits.append(_Place(mappings, problem=problem))
        if len(hits) == 1:
            return hits[0]
        if hits:
            return _Place(problem=f"port {port} of the listener is mapped in {len(hits)} containers")
        if len(apps) == 1 and len(apps[0]) == 1 and (container := _open_to_mappings(apps[0][0])):
            return _Place(container=container)
        return _Place(problem=f"no port mapping is the listener's port {port}")

    def _in_container(self, way: Leaf, listener: Listener) -> list[Mapped] | None:
        """The mappings of the port, one for each branch of PortMappings. Empty where it is not mapped; None where it is
        in some of the branches, or twice."""
        if not isinstance(way.written, dict) or function(way.written) is not None:
            return []
        found: list[list[Mapped]] = []
        for listed in leaves(way.written.get("PortMappings"), way.scope, (*way.path, "PortMappings")):
            items = listed.written if isinstance(listed.written, list) else []
            ways = [leaves(item, listed.scope, (*listed.path, index)) for index, item in enumerate(items)]
            hits = [[hit for it in each if (hit := self._mapping(it, listener))] for each in ways]
            counts = [(len(hit), len(each)) for hit, each in zip(hits, ways, strict=True) if hit]
            if len(counts) > 1 or any(hit < of for hit, of in counts):
                return None
            found.append([mapping for hit in hits for mapping in hit])
        if any(found) and not all(found):
            return None
        return [mapping for each in found for mapping in each]

    def _mapping(self, mapping: Leaf, listener: Listener) -> Mapped | None:
        """The mapping, if it is that of the listener's port."""
        if not isinstance(mapping.written, dict) or "ContainerPort" not in mapping.written:
            return None
        protocol = known(mapping.written.get("Protocol"), mapping.scope)
        is_tcp = protocol is None or str(protocol).lower() == "tcp"
        is_port = self.names.key(mapping.written["ContainerPort"], mapping.scope) == listener.port.key
        return Mapped(mapping.written, mapping.path, mapping.scope) if is_tcp and is_port else None

    def _name(self, mappings: Sequence[Mapped], listener: Listener) -> Json:
        given = [mapping.written["Name"] for mapping in mappings if _has(mapping, "Name")]
        if any(name != given[0] for name in given):
            message = "the mappings of one port have different names in the branches of an Fn::If"
            self.problems.append(UnassignedFinding("AM406", mappings[0].path, message, "Give them one name"))
            return None
        if given:
            place = (*next(mapping for mapping in mappings if _has(mapping, "Name")).path, "Name")
            wrong = list(schema.broken_member(given[0], schema.PORT_NAME, self.scope, place))
            self.problems += [
                UnassignedFinding(schema.LIMIT, each.path, f"Name {each.message}", _RENAME) for each in wrong
            ]
            return None if wrong else given[0]
        is_literal = isinstance(listener.port.written, str)
        name = f"{listener.protocol}-{listener.port.written}" if is_literal else listener.protocol
        unique, number = name, 2
        while unique in self.taken:
            unique, number = f"{name}-{number}", number + 1
        self.taken.add(unique)
        return unique

    def _describe(self, mapping: Mapped, name: Json, listener: Listener) -> None:
        """Writes name and protocol into a mapping that lacks them."""
        if not _has(mapping, "Name"):
            self.changes.append(replace((*mapping.path, "Name"), name))
        wanted = app_protocol(listener)
        there = _has(mapping, "AppProtocol")
        given = known(mapping.written["AppProtocol"], mapping.scope) if there else None
        if not there and wanted is not None:
            self.changes.append(replace((*mapping.path, "AppProtocol"), wanted))
        elif there and given != wanted and (given is not None or wanted is None):
            shown = quoted(mapping.written["AppProtocol"])
            message = f"AppProtocol is {shown}, and the virtual node listens for {listener.protocol}"
            hint = f"Write {wanted}" if wanted else "Take AppProtocol out: without it the port is TCP"
            self.problems.append(UnassignedFinding("AM313", (*mapping.path, "AppProtocol"), message, hint))


def _has(mapping: Mapped, member: str) -> bool:
    return member in mapping.written and not is_no_value(mapping.written[member])


def _mapping(listener: Listener, name: Json) -> Json:
    protocol = app_protocol(listener)
    return {
        "ContainerPort": as_number(listener.port.written),
        "Name": name,
        **({"AppProtocol": protocol} if protocol else {}),
    }


def as_number(written: Json) -> Json:
    return int(written) if isinstance(written, str) and written.isdigit() else written


def _is_daemon(container: Leaf) -> bool:
    image = container.written.get("Image") if isinstance(container.written, dict) else None
    return X_RAY_IMAGE in str(known(image, container.scope))


def _open_to_mappings(container: Leaf) -> Mapped | None:
    """The container, if a mapping can be added to it: its list is none, or written out without a range of ports."""
    if not isinstance(container.written, dict) or not isinstance(container.reading, Literal):
        return None
    listed = container.written.get("PortMappings", [])
    if not isinstance(listed, list) or any("ContainerPortRange" in str(item) for item in listed):
        return None
    return Mapped(container.written, container.path, container.scope)


def mapped_ports(properties: Mapping[str, Json], scope: Scope, names: MeshNames) -> Iterator[tuple[str, Json]]:
    """All TCP ports that the containers map: the key of each, and the port as it is written."""
    for mapping in port_mappings(properties, scope):
        protocol = known(mapping.written.get("Protocol"), mapping.scope)
        if "ContainerPort" in mapping.written and str(protocol or "tcp").lower() == "tcp":
            port = mapping.written["ContainerPort"]
            yield names.key(port, mapping.scope), port
