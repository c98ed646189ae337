"""Joins the mesh resources of several templates into one mesh.

A resource is identified by its type, mesh and name. The same resource in two templates is one if both say the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, shown
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.mesh_sources import MeshSources
from appmesh_inject.mesh.model import Model, Resource
from appmesh_inject.mesh.parsing.reached_resources import reached
from appmesh_inject.mesh.parsing.resources import KINDS, Parsed, outlined, undecided_parents
from appmesh_inject.mesh.value_resolution import deciding

FIELDS = tuple(kind.field for kind in KINDS.values())


@final
class MeshPart(NamedTuple):
    """The mesh resources of one template. place: names the template, in words."""

    parsed: Parsed
    place: str


def parsed(of_task: MeshSources, scope: Scope, tasks: Iterable[tuple[Json, Scope]] | None = None) -> Parsed:
    """The resources of all templates of a mesh. scope: of the template that is processed, which is the first.

    tasks: what names the node or gateway of each task, to parse only what these need; None: everything is parsed.
    """
    own, *others = of_task.sources
    scope = deciding(scope._replace(resources=own.resources, imports=of_task.imports))
    first = outlined(own.resources, scope, own.path)
    templates = [first, *(outlined(it.resources, NOTHING_KNOWN, it.path, it.name) for it in others)]
    first.findings.extend(undecided_parents(first.outlines))
    known = None
    if tasks is not None:
        known = reached(templates, (first.names.key(who, scope) for who, scope in tasks))
    models = [template.parsed(known) for template in templates]
    if not others:
        return models[0]
    return joined([MeshPart(model, it.place) for model, it in zip(models, of_task.sources, strict=True)])


def joined(parts: Sequence[MeshPart]) -> Parsed:
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
