"""The finding that the mesh of a stack cannot be read."""

from appmesh_inject.findings import Finding
from appmesh_inject.profiles.context import Context


def unavailable_stacks(context: Context) -> Finding | None:
    """The finding about the stacks of MeshStack that are not available; None if all are."""
    settings = context.settings
    unavailable = context.meshes.unavailable(settings)
    if not unavailable:
        return None
    # A name that is a parameter's value is not shown.
    names = dict.fromkeys(settings.mesh_stack.shown(name) for name in unavailable)
    message = f"MeshStack names {' and '.join(names)}, whose mesh is not available"
    allowed = "MeshStacks that allows it" if settings.mesh_stack.parameters else f"MeshStacks={','.join(unavailable)}"
    hint = f"Deploy the macro with {allowed}, or render with --mesh FILE|FOLDER"
    return context.finding("AM330", context.setting_path("MeshStack"), message, hint)
