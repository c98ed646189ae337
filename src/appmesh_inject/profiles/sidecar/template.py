"""Shapes: documents with slots in them, and how a shape becomes a document.

A slot that has no value takes its member with it; in a list, the whole item; and a list that loses all its
items goes too. So what is optional needs no code, only a slot.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias, cast

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import joined, number


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
    COMMAND = "what runs the compiled configuration"
    X_RAY = "1 where XRay is on"
    X_RAY_NAME = "name of the X-Ray daemon container"

    # Members are one object each. Enum's own hash is slow, and slots are looked up for every member of a sidecar.
    __hash__ = object.__hash__


class Text(NamedTuple):
    """Pieces that become one text."""

    pieces: tuple[str | Slot | Mapping[str, Json], ...]


class Number(NamedTuple):
    """A slot whose value is a number in the document."""

    slot: Slot


Shape: TypeAlias = bool | int | str | Slot | Text | Number | Sequence["Shape"] | Mapping[str, "Shape"]
Values: TypeAlias = Mapping[Slot, Json]


class _Gone(Enum):
    GONE = "gone"


Filler: TypeAlias = Callable[[Values, Collection[str]], Json | _Gone]
"""Makes the value of one part of a shape, from what is in the slots and the Fn::ForEach loops around it."""


class Form(NamedTuple):
    """A shape ready to be filled, again and again: parts without a slot are made once and shared."""

    members: Mapping[str, Filler]

    def filled(self, values: Values, loops: Collection[str] = ()) -> dict[str, Json]:
        """The document that the shape becomes. `loops`: identifiers of the Fn::ForEach loops around it."""
        document: dict[str, Json] = {}
        for name, filler in self.members.items():
            value = filler(values, loops)
            if value is not _Gone.GONE:
                document[name] = value
        return document


def prepared(shape: Mapping[str, Shape]) -> Form:
    """The shape, ready to be filled."""
    return Form({name: _filler(member) for name, member in shape.items()})


def text(pieces: Text, values: Values, loops: Collection[str] = ()) -> Json:
    """The text that `pieces` become, or None where a slot among them has no value."""
    parts = [values.get(piece) if isinstance(piece, Slot) else piece for piece in pieces.pieces]
    return None if None in parts else joined(parts, loops)


def _filler(shape: Shape) -> Filler:
    if isinstance(shape, Slot):
        return lambda values, _: _or_gone(values.get(shape))
    if isinstance(shape, Number):
        return lambda values, _: _or_gone(_number(values.get(shape.slot)))
    if isinstance(shape, Text):
        return lambda values, loops: _or_gone(text(shape, values, loops))
    if isinstance(shape, dict) and _has_slots(shape):
        return prepared(shape).filled
    if isinstance(shape, list) and _has_slots(shape):
        return _list_filler(shape)
    constant = cast(Json, shape)
    return lambda _values, _loops: constant


def _list_filler(items: list[Shape]) -> Filler:
    fillers = [(_filler(item), len(item) if isinstance(item, dict) else None) for item in items]

    def filled(values: Values, loops: Collection[str]) -> Json | _Gone:
        kept: list[Json] = []
        for filler, size in fillers:
            value = filler(values, loops)
            # A map that lost a member is not the item that was meant.
            if not isinstance(value, _Gone) and (size is None or (isinstance(value, dict) and len(value) == size)):
                kept.append(value)
        return kept or _Gone.GONE

    return filled


def _or_gone(value: Json) -> Json | _Gone:
    return _Gone.GONE if value is None else value


def _number(value: Json) -> Json:
    found = number(value)
    return value if found is None else found


def _has_slots(shape: Shape) -> bool:
    if isinstance(shape, dict):
        return any(map(_has_slots, shape.values()))
    if isinstance(shape, list):
        return any(map(_has_slots, shape))
    return isinstance(shape, Slot | Text | Number)
