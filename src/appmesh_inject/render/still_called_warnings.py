"""The warnings about what a template no longer has, and other templates of its mesh still call."""

from collections.abc import Iterator

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.template_mesh import has_mesh, resources_of
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.table import Settings
from appmesh_inject.workloads.cloudformation import CloudFormation


def warnings_of_callers(template: Json, options: RenderOptions) -> Iterator[Finding]:
    """One warning for each name in the given meshes that leads nowhere; none for a template without a mesh."""
    if not options.given_meshes or not has_mesh(resources_of(template)):
        return
    # The mesh package is large, and most calls do not need it.
    from appmesh_inject.mesh.still_called import still_called
    from appmesh_inject.mesh.template_joining import parsed

    scope = CloudFormation(options.level, options.parameter_values).find(template).scope
    yield from still_called(parsed(options.meshes.of_task(Settings(), scope, template), scope).model)
