"""Turns what `aws appmesh describe-*` printed into mesh resources, as a template has them.

The API's members are those of the resource types with a small first letter, but for abbreviations.
"""

import json
import re
from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json

KINDS: Mapping[str, str] = {
    "mesh": "Mesh",
    "virtualNode": "VirtualNode",
    "virtualGateway": "VirtualGateway",
    "virtualRouter": "VirtualRouter",
    "virtualService": "VirtualService",
    "route": "Route",
    "gatewayRoute": "GatewayRoute",
}
"""The type of resource, by the one member of each command's output."""

ABBREVIATIONS: Mapping[str, str] = {
    "acm": "ACM",
    "awsCloudMap": "AWSCloudMap",
    "dns": "DNS",
    "grpc": "GRPC",
    "http": "HTTP",
    "http2": "HTTP2",
    "sds": "SDS",
    "tcp": "TCP",
    "tls": "TLS",
}
"""Members whose name is not the same but for its first letter."""

_NAMES = ("meshName", *(f"{kind}Name" for kind in KINDS if kind != "mesh"))


def described(text: str) -> Mapping[str, Json]:
    """The resources in a text: one output, a list of outputs, or several one after the other. Empty if it holds none.
    Raises ValueError if it is not JSON."""
    found: dict[str, Json] = {}
    for output in _outputs(text):
        for member, kind in KINDS.items():
            data = output.get(member)
            if isinstance(data, dict) and isinstance(data.get("meshName"), str) and isinstance(data.get("spec"), dict):
                resource = _resource(kind, data)
                found[_free(_logical_id(member, kind, data), found)] = resource
    return found


def _outputs(text: str) -> Iterator[Mapping[str, Json]]:
    decoder, here = json.JSONDecoder(), 0
    while text[here:].strip():
        here += len(text[here:]) - len(text[here:].lstrip())
        value, here = decoder.raw_decode(text, here)
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict))


def _resource(kind: str, data: Mapping[str, Json]) -> Json:
    names = {_capital(name): data[name] for name in _NAMES if name in data}
    metadata = data.get("metadata")
    owner = metadata.get("meshOwner") if isinstance(metadata, dict) else None
    resource_owner = metadata.get("resourceOwner") if isinstance(metadata, dict) else None
    shared: dict[str, Json] = {"MeshOwner": owner} if owner != resource_owner and kind != "Mesh" else {}
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {**names, **shared, "Spec": _members(data["spec"])}}


def _members(value: Json) -> Json:
    if isinstance(value, list):
        return [_members(item) for item in value]
    if isinstance(value, dict):
        return {ABBREVIATIONS.get(name, _capital(name)): _members(item) for name, item in value.items()}
    return value


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _logical_id(member: str, kind: str, data: Mapping[str, Json]) -> str:
    words = re.split(r"[^A-Za-z0-9]+", str(data.get(f"{member}Name", data["meshName"])))
    return "".join(map(_capital, words)) + kind


def _free(logical_id: str, taken: Mapping[str, Json]) -> str:
    return next(
        name for name in (logical_id, *(f"{logical_id}{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )
