"""The mesh resources that the Envoys of some tasks need, and no others: what the tasks run, what that calls, and where
the routes lead. Only these are parsed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from appmesh_inject.cfn.document import Path
from appmesh_inject.mesh.model import (
    GatewayRoute,
    Resource,
    Route,
    VirtualGateway,
    VirtualNode,
    VirtualRouter,
    VirtualService,
)
from appmesh_inject.mesh.parsing.resources import Outline, Outlined
from appmesh_inject.mesh.scalars import Scalar, host_key

Key: TypeAlias = tuple[str, ...]

_OWNERS = ("VirtualNode", "VirtualGateway")
_ALWAYS = "Mesh"


def reached(templates: Sequence[Outlined], named: Iterable[str]) -> Mapping[Path, Resource | None]:
    """The resources that are needed, by path; None for one with mistakes. named: the keys of what tasks run, each a
    name, a logical ID or an ARN."""
    outlines = [outline for template in templates for outline in template.outlines]
    owners = {key.rpartition("/")[2] for key in named}
    reach = _Reach(outlines)
    for outline in outlines:
        if outline.kind in _OWNERS and not owners.isdisjoint((outline.name, outline.logical_id)):
            reach.follow(outline)
        elif outline.kind == _ALWAYS:
            reach.parsed(outline)
    return reach.found


class _Reach:
    def __init__(self, outlines: Iterable[Outline]) -> None:
        self.found: dict[Path, Resource | None] = {}
        self._by_identity: dict[Key, list[Outline]] = {}
        self._followed: set[Path] = set()
        for outline in outlines:
            # A route is found by what it belongs to.
            key = (outline.kind, outline.mesh, outline.parent or outline.name)
            self._by_identity.setdefault(key, []).append(outline)

    def parsed(self, outline: Outline) -> Resource | None:
        if outline.prop.path not in self.found:
            self.found[outline.prop.path] = outline.parsed()
        return self.found[outline.prop.path]

    def follow(self, outline: Outline) -> None:
        """Parses a resource and all that it leads to."""
        if outline.prop.path in self._followed:
            return
        self._followed.add(outline.prop.path)
        resource = self.parsed(outline)
        if resource is not None:
            for key in _leads_to(resource):
                for other in self._by_identity.get(key, ()):
                    # A node's backends matter only to the tasks that run it.
                    if other.kind == "VirtualNode":
                        self.parsed(other)
                    else:
                        self.follow(other)


def _leads_to(resource: Resource) -> Iterable[Key]:
    def service(name: Scalar) -> Key:
        return "VirtualService", resource.mesh.key, host_key(name)

    def node(name: Scalar) -> Key:
        return "VirtualNode", resource.mesh.key, name.key

    match resource:
        case VirtualNode():
            return [service(backend.service) for backend in resource.backends]
        case VirtualGateway():
            return [("GatewayRoute", resource.mesh.key, resource.name.key)]
        case VirtualService(node=Scalar() as name):
            return [node(name)]
        case VirtualService(router=Scalar() as name):
            return [("VirtualRouter", resource.mesh.key, name.key)]
        case VirtualRouter():
            return [("Route", resource.mesh.key, resource.name.key)]
        case Route():
            return [node(target.node) for target in resource.targets]
        case GatewayRoute():
            return [service(resource.service)]
    return []
