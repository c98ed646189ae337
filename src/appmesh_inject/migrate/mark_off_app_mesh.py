"""Turns a mark for hand-written sidecars into one for a profile that needs no App Mesh.

For `standalone`, drops what only App Mesh's image understands, and keeps what the stock Envoy and the compiler
understand. For `service-connect`, keeps what names the node, and the sidecar's log.
"""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import is_no_value
from appmesh_inject.mesh.image_variables import reason_of_no_effect
from appmesh_inject.mesh.name_keys import without_owner
from appmesh_inject.profiles.sidecar.proxy_search import ENVOY_VARIABLES
from appmesh_inject.settings.table import SERVICE_CONNECT, STANDALONE, TABLE, WARN
from appmesh_inject.workloads.containers import EcsContainerReader

REGION = "AWS_REGION"
_LOG = "LogConfiguration"
_SAID_ELSEWHERE = (REGION, "ENVOY_LOG_LEVEL")
"""Variables that a setting gives, or that no Envoy needs: `AWS_REGION` only led to App Mesh."""


class OffAppMesh(NamedTuple):
    """mark: for the profile. left_out: variables of App Mesh's image that are not in it, since they would
    have no effect."""

    mark: dict[str, Json]
    left_out: tuple[str, ...]


def off_app_mesh(profile: str, mark: Mapping[str, Json], containers: EcsContainerReader) -> OffAppMesh:
    """The mark for profile `standalone` or `service-connect`, without settings that only App Mesh's image needs."""
    return _connected(mark) if profile == SERVICE_CONNECT else _standalone(mark, containers)


def _connected(mark: Mapping[str, Json]) -> OffAppMesh:
    moved: dict[str, Json] = {"Profile": SERVICE_CONNECT}
    for name in ("MeshName", "VirtualNodeName", "ResourceArn", "Enabled"):
        if name in mark:
            value = mark[name]
            moved[name] = without_owner(value) if name == "MeshName" and isinstance(value, str) else value
    envoy = mark.get("Envoy")
    if isinstance(envoy, Mapping) and _LOG in envoy:
        moved["Envoy"] = {_LOG: envoy[_LOG]}
    return OffAppMesh(moved, ())


def _standalone(mark: Mapping[str, Json], containers: EcsContainerReader) -> OffAppMesh:
    moved: dict[str, Json] = {"Profile": STANDALONE}
    left_out: list[str] = [REGION] if "Region" in mark else []
    for name, value in mark.items():
        if name == "Envoy" and isinstance(value, Mapping):
            fragment = _envoy(value, containers, left_out)
            if fragment:
                moved[name] = fragment
        elif name == "LogLevel":
            moved[name] = "warning" if value == WARN else value
        elif name == "MeshName" and isinstance(value, str):
            moved[name] = without_owner(value)
        elif name not in ("Profile", "Region") and STANDALONE in TABLE[name].profiles:
            moved[name] = value
    return OffAppMesh(moved, tuple(dict.fromkeys(left_out)))


def _envoy(fragment: Mapping[str, Json], containers: EcsContainerReader, left_out: list[str]) -> dict[str, Json]:
    """The fragment without image, health check, command and variables of App Mesh's image. left_out: receives the names
    of these variables."""
    replaced = (
        containers.image_key,
        containers.names["HealthCheck"],
        containers.names["Command"],
        containers.names["EntryPoint"],
    )
    kept = {name: value for name, value in fragment.items() if name not in replaced and not is_no_value(value)}
    environment = kept.pop(containers.names["Environment"], None)
    if isinstance(environment, list):
        left = [each for each in environment if not _is_dropped(each, containers, left_out)]
        if left:
            kept[containers.names["Environment"]] = left
    return kept


def _is_dropped(variable: Json, containers: EcsContainerReader, left_out: list[str]) -> bool:
    if not isinstance(variable, Mapping):
        return False
    if is_no_value(variable.get(containers.names["Value"])):
        return True
    name = variable.get(containers.name_key)
    if not isinstance(name, str) or not (name in _SAID_ELSEWHERE or reason_of_no_effect(name)):
        return False
    if name not in ENVOY_VARIABLES:
        left_out.append(name)
    return True
