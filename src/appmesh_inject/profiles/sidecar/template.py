"""Templates of sidecars: documents with slots, and how they are filled.

A slot without a value removes its member, or in a list the whole item. A list without items is removed too. So an
optional member needs only a slot, and no code.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias, cast

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.interpolation import joined, number


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


class _Gone(Enum):
    GONE = "gone"


def filled(template: Members, values: Values) -> dict[str, Json]:
    """The template with its slots filled, or removed if they have no value."""
    document: dict[str, Json] = {}
    for name, member in template.items():
        value = _filled(member, values)
        if value is not _Gone.GONE:
            document[name] = value
    return document


def joined_text(text: JoinedText, values: Values, loops: Collection[str] = ()) -> Json:
    """The pieces as one text, or None if a slot among them has no value. loops: identifiers of the enclosing
    Fn::ForEach loops."""
    parts = [values.get(piece) if isinstance(piece, Slot) else piece for piece in text.pieces]
    return None if None in parts else joined(parts, loops)


def _filled(template: Template, values: Values) -> Json | _Gone:
    if isinstance(template, dict):
        return filled(template, values)
    if isinstance(template, Slot):
        return _or_gone(values.get(template))
    if isinstance(template, list):
        return _filled_items(template, values)
    if isinstance(template, JoinedText):
        return _or_gone(joined_text(template, values))
    if isinstance(template, Number):
        value = values.get(template.slot)
        as_number = number(value)
        return _or_gone(value if as_number is None else as_number)
    return cast(Json, template)


def _filled_items(items: Sequence[Template], values: Values) -> Json | _Gone:
    kept: list[Json] = []
    for item in items:
        document = _filled(item, values)
        if document is _Gone.GONE:
            continue
        # An item that lacks one of its members is incomplete, so it is removed.
        if not (isinstance(item, dict) and isinstance(document, dict) and len(document) < len(item)):
            kept.append(document)
    return kept or _Gone.GONE


def _or_gone(value: Json) -> Json | _Gone:
    return _Gone.GONE if value is None else value


def left_open(slot: Slot) -> Json:
    """A value that keeps the slot open, for `open_paths` to find it and the caller to fill it later."""
    return cast(Json, slot)


def open_paths(value: Json, path: Path = ()) -> Iterator[Path]:
    """The paths of the open slots in a value."""
    if isinstance(value, Slot):
        yield path
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from open_paths(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from open_paths(item, (*path, index))
