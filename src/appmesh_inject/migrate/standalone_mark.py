"""Off App Mesh in the same step: a mark for hand-written sidecars becomes one for profile `standalone`.

What only App Mesh's own image understands goes. What the stock Envoy and the compiler understand stays.
"""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import is_no_value
from appmesh_inject.mesh.tls_model import SDS_VARIABLE
from appmesh_inject.settings.table import STANDALONE, TABLE
from appmesh_inject.workloads.containers import EcsContainerReader

VARIABLES_OF_THE_IMAGE = ("APPMESH_", "APPNET_", "AWS_REGION", "ENVOY_LOG_LEVEL", "ENVOY_INITIAL_FETCH_TIMEOUT")
"""Beginnings of variables that App Mesh's image reads, and a stock Envoy does not."""


def off_app_mesh(mark: Mapping[str, Json], containers: EcsContainerReader) -> dict[str, Json]:
    """The mark for profile `standalone` that says what `mark` says, without what is App Mesh's alone."""
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
    """The fragment without the image, what it is started with and asked, and variables that only it reads."""
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
