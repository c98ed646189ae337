"""Whether the envoy container can unpack a compressed configuration: with the image's own entrypoint, bash and gzip."""

from collections.abc import Iterator

from appmesh_inject.cfn.intrinsics import is_no_value
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.sidecar.image_names import SHELLLESS_IMAGES
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.model import Container


def obstacles(context: Context, envoy: Container) -> Iterator[Finding]:
    """Findings about an envoy container that cannot run a compressed configuration. An image has a shell unless its
    name says otherwise: the health check of `standalone` needs bash, too."""
    reader = context.kind.containers
    assert isinstance(reader, EcsContainerReader)
    entry_point = envoy.definition.get(reader.names["EntryPoint"])
    path = context.setting_path("Envoy")
    message = "Envoy's configuration is compressed, and bash has to unpack it, but"
    hint = "or name so few backends that Configuration: plain fits"
    if entry_point is not None and not is_no_value(entry_point):
        yield context.finding(
            "AM336", path, f"{message} the container has an EntryPoint of its own", f"Remove EntryPoint, {hint}"
        )
    if any(part in (envoy.image or "") for part in SHELLLESS_IMAGES):
        yield context.finding("AM336", path, f"{message} the image has no shell", f"Use an image that has one, {hint}")
