"""Resources of a template become the mesh model. `parse` is the whole of it."""

from appmesh_inject.mesh.parsing.resources import Parsed, parse

__all__ = ["Parsed", "parse"]
