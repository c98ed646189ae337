"""Shapes: documents with slots in them, and how a shape becomes a document.

A slot that has no value takes its member with it; in a list, the whole item; and a list that loses all its
items goes too. So what is optional needs no code, only a slot.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from appmesh_inject.text import joined
from appmesh_inject.tree import Json


class Slot(Enum):
    """A value that depends on what was asked for."""

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
    X_RAY = "1 where XRay is on"
    X_RAY_NAME = "name of the X-Ray daemon container"


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces that become one text."""

    pieces: tuple[str | Slot | Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A slot whose value is a number in the document."""

    slot: Slot


Shape: TypeAlias = bool | int | str | Slot | Text | Number | Sequence["Shape"] | Mapping[str, "Shape"]
Values: TypeAlias = Mapping[Slot, Json]


class _Gone(Enum):
    GONE = "gone"


def filled(shape: Mapping[str, Shape], values: Values, loops: Collection[str] = ()) -> dict[str, Json]:
    """The document that `shape` becomes. `loops`: identifiers of the Fn::ForEach loops around it."""
    return {
        key: value
        for key, value in ((key, _filled(member, values, loops)) for key, member in shape.items())
        if not isinstance(value, _Gone)
    }


def text(pieces: Text, values: Values, loops: Collection[str] = ()) -> Json:
    """The text that `pieces` become, or None where a slot among them has no value."""
    parts = [values.get(piece) if isinstance(piece, Slot) else piece for piece in pieces.pieces]
    return None if None in parts else joined(parts, loops)


def _filled(shape: Shape, values: Values, loops: Collection[str]) -> Json | _Gone:
    if isinstance(shape, Slot | Number | Text):
        value = _value(shape, values, loops)
        return _Gone.GONE if value is None else value
    if isinstance(shape, Mapping):
        return filled(shape, values, loops)
    if isinstance(shape, Sequence) and not isinstance(shape, str):
        kept: list[Json] = []
        for item in shape:
            built = _filled(item, values, loops)
            if not isinstance(built, _Gone) and _is_whole(built, item):
                kept.append(built)
        return _Gone.GONE if shape and not kept else kept
    return shape


def _value(shape: Slot | Number | Text, values: Values, loops: Collection[str]) -> Json:
    if isinstance(shape, Text):
        return text(shape, values, loops)
    value = values.get(shape.slot if isinstance(shape, Number) else shape)
    is_digits = isinstance(shape, Number) and isinstance(value, str) and value.isdigit()
    return int(str(value)) if is_digits else value


def _is_whole(item: object, shape: Shape) -> bool:
    """Whether no member of a list's item was lost."""
    return not isinstance(item, dict) or not isinstance(shape, Mapping) or len(item) == len(shape)
