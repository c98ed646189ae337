"""What other templates still call, although it is in none of the templates of the mesh."""

from collections.abc import Iterator

from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.resource_links import Links
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.scalars import Scalar

KEEP = "Deploy that template without it first, and take it out then; or give the template that has it with --mesh"


def still_called(model: Model) -> Iterator[Finding]:
    """A warning for each name in the resources of other templates that leads nowhere. Only in meshes to which the
    processed template belongs: of others, it cannot have taken anything away."""
    meshes = {resource.mesh.key for resource in model.resources if not resource.source}
    for by, what, name in _missing(Links(model)):
        if by.source and by.mesh.key in meshes:
            message = f"names a {what} that is in none of the templates: the next deployment of its callers fails"
            yield Finding("AM370", by.logical_id, name.path, message, KEEP)


def _missing(links: Links) -> Iterator[tuple[Resource, str, Scalar]]:
    """Each resource that names one that is not there, the type of this one in words, and its name."""
    model = links.model
    for node in model.nodes:
        yield from (
            (node, "virtual service", it.service) for it in node.backends if links.service(node, it.service) is None
        )
    for entry in model.gateway_routes:
        if links.service(entry, entry.service) is None:
            yield entry, "virtual service", entry.service
    for service in model.services:
        if service.node is not None and links.node(service, service.node) is None:
            yield service, "virtual node", service.node
        if service.router is not None and links.router(service, service.router) is None:
            yield service, "virtual router", service.router
    for route in model.routes:
        yield from (
            (route, "virtual node", target.node) for target in route.targets if links.node(route, target.node) is None
        )
