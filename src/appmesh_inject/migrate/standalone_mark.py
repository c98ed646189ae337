"""Turns a mark for hand-written sidecars into one for profile `standalone`.

Drops what only App Mesh's image understands, and keeps what the stock Envoy and the compiler understand.
"""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import is_no_value
from appmesh_inject.mesh.tls_model import SDS_VARIABLE
from appmesh_inject.settings.table import STANDALONE, TABLE
from appmesh_inject.workloads.containers import EcsContainerReader

VARIABLES_OF_THE_IMAGE = ("APPMESH_", "APPNET_", "AWS_REGION", "ENVOY_LOG_LEVEL", "ENVOY_INITIAL_FETCH_TIMEOUT")
"""Prefixes of variables that only App Mesh's image reads."""


def off_app_mesh(mark: Mapping[str, Json], containers: EcsContainerReader) -> dict[str, Json]:
    """The mark for profile `standalone`, without settings that only App Mesh's image needs."""
    moved: dict[str, Json] = {"Profile": STANDALONE}
    for name, value in mark.items():
        if name == "Envoy" and isinstance(value, Mapping):
            fragment = _envoy(value, containers)
            if fragment:
                moved[name] = fragment
        elif name not in ("Profile", "Region") and STANDALONE in TABLE[name].profiles:
            moved[name] = value
    return moved


def _envoy(fragment: Mapping[str, Json], containers: EcsContainerReader) -> dict[str, Json]:
    """The fragment without image, health check, command and variables of App Mesh's image."""
    replaced = (
        containers.image_key,
        containers.names["HealthCheck"],
        containers.names["Command"],
        containers.names["EntryPoint"],
    )
    kept = {name: value for name, value in fragment.items() if name not in replaced and not is_no_value(value)}
    environment = kept.pop(containers.names["Environment"], None)
    if isinstance(environment, list):
        left = [each for each in environment if not _is_of_the_image(each, containers)]
        if left:
            kept[containers.names["Environment"]] = left
    return kept


def _is_of_the_image(variable: Json, containers: EcsContainerReader) -> bool:
    name = variable.get(containers.name_key) if isinstance(variable, Mapping) else None
    is_taken_back = isinstance(variable, Mapping) and is_no_value(variable.get(containers.names["Value"]))
    is_the_image_s = isinstance(name, str) and name.startswith(VARIABLES_OF_THE_IMAGE) and name != SDS_VARIABLE
    return is_taken_back or is_the_image_s
