"""The mesh leaves its template: compiled into the tasks, its resources have nothing to configure any more."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Changes, Json, edited, replace
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import MeshNames, kind_of
from appmesh_inject.mesh.references_removal import departure
from appmesh_inject.mesh.source import EXPORT

PLACEHOLDER = "AppMeshInjectPlaceholder"
PLACEHOLDER_RESOURCE: Mapping[str, Json] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
"""A resource that costs nothing and does nothing: a stack needs one."""


def without_mesh(document: Json, scope: Scope, *, export: bool) -> tuple[Json, tuple[Finding, ...]]:
    """The template without its mesh resources, and what stands in the way. `export`: they move into its metadata.
    The very same object where it has none."""
    if not isinstance(document, dict):
        return document, ()
    resources = document.get("Resources")
    mesh = {name: it for name, it in resources.items() if kind_of(it)} if isinstance(resources, dict) else {}
    if not mesh:
        return document, ()
    leaving = departure(document, MeshNames(scope.resources, scope))
    changed = edited(document, leaving.changes)
    assert isinstance(changed, dict)
    if export:
        changed = edited(changed, _exported(changed, mesh))
    if not _has_resources(changed):
        changed = edited(changed, [replace(("Resources", PLACEHOLDER), PLACEHOLDER_RESOURCE)])
    return changed, leaving.findings


def _exported(template: Mapping[str, Json], mesh: Mapping[str, Json]) -> Changes:
    metadata = template.get("Metadata")
    section = metadata.get(EXPORT[0]) if isinstance(metadata, dict) else None
    before: Mapping[str, Json] = section if isinstance(section, dict) else {}
    all_metadata: Mapping[str, Json] = metadata if isinstance(metadata, dict) else {}
    return [replace(("Metadata",), {**all_metadata, EXPORT[0]: {**before, EXPORT[1]: mesh}})]


def _has_resources(template: Json) -> bool:
    return isinstance(template, dict) and bool(template.get("Resources"))
