"""Templates of sidecars: documents with slots, and how they are filled.

A slot without a value removes its member, or in a list the whole item. A list without items is removed too. So an
optional member needs only a slot, and no code.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias, cast

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.text_joining import joined, number


class Slot(Enum):
    """A value that depends on settings."""

    ENVOY_IMAGE = "image of the envoy container"
    PROXY_INIT_IMAGE = "image of the proxyinit container"
    X_RAY_IMAGE = "image of the X-Ray daemon"
    MESH_NAME = "MeshName"
    VIRTUAL_NODE_NAME = "VirtualNodeName"
    VIRTUAL_GATEWAY_NAME = "VirtualGatewayName"
    RESOURCE = "the resource that Envoy represents"
    LOG_LEVEL = "LogLevel"
    REGION = "Region"
    IGNORED_UID = "IgnoredUID"
    IGNORED_GID = "IgnoredGID"
    PROXY_INGRESS_PORT = "ProxyIngressPort"
    PROXY_EGRESS_PORT = "ProxyEgressPort"
    APP_PORTS = "AppPorts"
    EGRESS_IGNORED_IPS = "EgressIgnoredIPs"
    EGRESS_IGNORED_PORTS = "EgressIgnoredPorts"
    ADMIN_PORT = "port of Envoy's admin interface"
    ENVOY_NAME = "name of the envoy container"
    COMMAND = "what runs the compiled configuration"
    X_RAY = "1 where XRay is on"
    X_RAY_NAME = "name of the X-Ray daemon container"
    LIVE_WEIGHTS = "true where LiveWeights is on"

    # Enum's own hash is slow, and slots are looked up for every member of a sidecar. Each slot is only one object.
    __hash__ = object.__hash__


class JoinedText(NamedTuple):
    """Pieces that become one text."""

    pieces: tuple[str | Slot | Mapping[str, Json], ...]


class Number(NamedTuple):
    """A slot whose value is a number in the document."""

    slot: Slot


Template: TypeAlias = bool | int | str | Slot | JoinedText | Number | Sequence["Template"] | Mapping[str, "Template"]
Members: TypeAlias = Mapping[str, Template]
Values: TypeAlias = Mapping[Slot, Json]


def filled(template: Members, values: Values) -> dict[str, Json]:
    """The template with its slots filled, or removed if they have no value."""
    document: dict[str, Json] = {}
    for name, member in template.items():
        if isinstance(member, str):
            document[name] = member
        elif (value := values.get(member) if isinstance(member, Slot) else _filled(member, values)) is not None:
            document[name] = value
    return document


def joined_text(text: JoinedText, values: Values, loops: Collection[str] = ()) -> Json:
    """The pieces as one text, or None if a slot among them has no value. loops: identifiers of the enclosing
    Fn::ForEach loops."""
    parts = [values.get(piece) if isinstance(piece, Slot) else piece for piece in text.pieces]
    return None if None in parts else joined(parts, loops)


def _filled(template: Template, values: Values) -> Json:
    """The value of one member or item, None if it has none."""
    if isinstance(template, dict):
        return filled(template, values)
    if isinstance(template, list):
        return _filled_items(template, values)
    if isinstance(template, Slot):
        return values.get(template)
    if isinstance(template, JoinedText):
        return joined_text(template, values)
    if isinstance(template, Number):
        value = values.get(template.slot)
        as_number = number(value)
        return value if as_number is None else as_number
    return cast(Json, template)


def _filled_items(items: Sequence[Template], values: Values) -> Json:
    kept: list[Json] = []
    for item in items:
        if isinstance(item, dict):
            members = filled(item, values)
            # An item that lacks one of its members is incomplete, so it is removed.
            if len(members) == len(item):
                kept.append(members)
        elif (value := _filled(item, values)) is not None:
            kept.append(value)
    return kept or None


def left_open(slot: Slot) -> Json:
    """A value that keeps the slot open, for `open_paths` to find it and the caller to fill it later."""
    return cast(Json, slot)


def open_paths(value: Json, path: Path = ()) -> list[Path]:
    """The paths of the open slots in a map or list."""
    paths: list[Path] = []
    for step, member in value.items() if isinstance(value, dict) else enumerate(cast(list[Json], value)):
        if isinstance(member, str):
            continue
        if isinstance(member, (dict, list)):
            paths += open_paths(member, (*path, step))
        elif isinstance(member, Slot):
            paths.append((*path, step))
    return paths
