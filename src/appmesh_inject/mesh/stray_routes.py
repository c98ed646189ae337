"""Routes that belong to a virtual router or gateway which no template of the mesh has: no Envoy follows them."""

from collections.abc import Iterator

from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.missing_resources import missing
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.settings.types import quoted


def stray_routes(model: Model) -> Iterator[Finding]:
    """A warning for each route of the template whose virtual router or gateway is missing."""
    for route in model.routes:
        yield from _stray(model, route, route.router, "virtual router", model.routers)
    for gateway_route in model.gateway_routes:
        yield from _stray(model, gateway_route, gateway_route.gateway, "virtual gateway", model.gateways)


def _stray(
    model: Model, route: Resource, parent: Scalar, what: str, candidates: tuple[Resource, ...]
) -> Iterator[Finding]:
    if route.source or any((it.mesh, it.name) == (route.mesh, parent) for it in candidates):
        return
    about = missing(model, route.mesh.key, parent.key, candidates)
    named = f"{what} {quoted(parent.written)}, which" if isinstance(parent.written, str) else f"a {what} that"
    message = f"belongs to {named} is not in {about.where}, so no Envoy follows it"
    yield Finding("AM374", route.logical_id, parent.path, message, about.hint)
