"""The routes with live weights, as the function that tells these weights needs them."""

from collections.abc import Iterator, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.compiling.clusters import egress_name
from appmesh_inject.mesh.compiling.resource_links import Links, Rule
from appmesh_inject.mesh.live_function import LiveRoute
from appmesh_inject.mesh.live_weights import runtime_key, runtime_name
from appmesh_inject.mesh.model import Model


def live_routes(links: Links) -> Iterator[LiveRoute]:
    """Each route with a live weight that a virtual service of the mesh leads to, once."""
    rules: dict[str, tuple[Rule, list[Json]]] = {}
    for service in links.model.services:
        for exposure in links.exposed(service).exposures:
            for rule in exposure.rules:
                if rule.route is not None and rule.is_live:
                    rules.setdefault(rule.route.logical_id, (rule, []))[1].append(service.name.written)
    has_variants = _has_client_policies(links.model)
    meshes: dict[str, Json] = {}
    for rule, services in rules.values():
        assert rule.route is not None
        # A mesh's name may be written in several ways.
        mesh = meshes.setdefault(rule.route.mesh.key, runtime_name(rule.route.mesh))
        yield _live_route(rule, mesh, services if has_variants else ())


def _live_route(rule: Rule, mesh: Json, services: Sequence[Json]) -> LiveRoute:
    """mesh: the name of its layer. services: those whose names callers with several policies may add to the name of a
    cluster."""
    route = rule.route
    assert route is not None
    return LiveRoute(
        mesh,
        runtime_key(route),
        [
            (egress_name(target, variant), target.weight.written)
            for target in rule.targets
            if target.baseline is not None
            for variant in ("", *services)
        ],
        [target.weight.written for target in rule.targets if target.baseline is None],
    )


def _has_client_policies(model: Model) -> bool:
    backends = (backend.tls for node in model.nodes for backend in node.backends)
    return any((*backends, *(node.tls for node in model.nodes), *(gateway.tls for gateway in model.gateways)))
