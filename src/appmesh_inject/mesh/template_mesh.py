"""The mesh resources of a template: among its Resources, or exported in its Metadata."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Json
from appmesh_inject.resource_types import APP_MESH

EXPORT = ("AppMeshInject", "Mesh")
"""The path in Metadata of an exported mesh, which other templates use with MeshStack."""


def has_mesh(resources: Mapping[str, Json]) -> bool:
    """Whether mesh resources are among `resources`."""
    return any(
        isinstance(resource, dict) and str(resource.get("Type")).startswith(APP_MESH) for resource in resources.values()
    )


def with_exported(template: Mapping[str, Json]) -> Mapping[str, Json]:
    """The template, with the mesh that it exports back among its resources."""
    mesh = exported_mesh(template)
    resources = template.get("Resources")
    if not mesh:
        return template
    return {**template, "Resources": {**(resources if isinstance(resources, dict) else {}), **mesh}}


def exported_mesh(template: Mapping[str, Json]) -> Mapping[str, Json]:
    """The mesh resources that were moved to the template's Metadata."""
    metadata = template.get("Metadata")
    section = metadata.get(EXPORT[0]) if isinstance(metadata, dict) else None
    mesh = section.get(EXPORT[1]) if isinstance(section, dict) else None
    return mesh if isinstance(mesh, dict) else {}


def resources_of(content: Json) -> Mapping[str, Json]:
    """The resources of a template including the mesh that it exports. Empty for other documents."""
    resources = with_exported(content).get("Resources") if isinstance(content, Mapping) else None
    return resources if isinstance(resources, Mapping) else {}
