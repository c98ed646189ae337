"""Joins the mesh resources of several templates into one mesh.

A resource is identified by its type, mesh and name. The same resource in two templates is one if both say the same.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn.document import shown
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.parsing.resources import KINDS, Parsed, parse
from appmesh_inject.mesh.source import MeshSources
from appmesh_inject.mesh.value_resolution import deciding

FIELDS = tuple(kind.field for kind in KINDS.values())


@final
class Part(NamedTuple):
    """The mesh resources of one template. place: names the template, in words."""

    parsed: Parsed
    place: str


def parsed(of_task: MeshSources, scope: Scope) -> Parsed:
    """The resources of all templates of a mesh. scope: of the one that is processed, which is the first."""
    own, *others = of_task.sources
    scope = deciding(scope._replace(resources=own.resources, imports=of_task.imports))
    first = parse(own.resources, scope, own.path)
    if not others:
        return first
    rest = [Part(parse(it.resources, NOTHING_KNOWN, it.path, it.name), it.place) for it in others]
    return joined([Part(first, own.place), *rest])


def joined(parts: Sequence[Part]) -> Parsed:
    """The resources of all parts as one model, and the findings. The first part is the template that is processed."""
    findings = [finding for part in parts for finding in part.parsed.findings]
    models = [part.parsed.model for part in parts]
    found: dict[str, tuple[Resource, ...]] = {}
    for name in FIELDS:
        distinct = _Distinct({}, {})
        for part in parts:
            findings += distinct.added(getattr(part.parsed.model, name), part.place)
        found[name] = tuple(distinct.resources.values())
    model = Model(
        names=models[0].names,
        namespaces=tuple(dict.fromkeys(fact for model in models for fact in model.namespaces)),
        cloud_map_services=tuple(dict.fromkeys(fact for model in models for fact in model.cloud_map_services)),
        places=tuple(part.place for part in parts if part.parsed.model.resources or part is not parts[0]),
        **found,  # type: ignore[arg-type]
    )
    return Parsed(model, ordered(findings))


class _Distinct(NamedTuple):
    """Resources of one type by their identity, and the place of each."""

    resources: dict[tuple[str, ...], Resource]
    places: dict[tuple[str, ...], str]

    def added(self, resources: Sequence[Resource], place: str) -> Iterator[Finding]:
        """Adds the resources of one template, and reports those that differ from what is there."""
        for resource in resources:
            known = self.resources.setdefault(resource.identity, resource)
            here = self.places.setdefault(resource.identity, place)
            # Two in one template have been reported by the parser.
            if known != resource and here != place:
                yield _difference(known, here, resource, place)


def _difference(known: Resource, here: str, other: Resource, place: str) -> Finding:
    path = shown(other.path[other.path.index("Resources") :])
    message = f"is defined in {here}, and differently in {place}, at {path}"
    which = "one of them" if known.source else place
    hint = f"Keep one of the two; if {which} is the stack of this template, leave it out of MeshStack"
    return Finding("AM340", known.logical_id, known.path, message, hint)
