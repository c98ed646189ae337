"""Parses the resources of a template into the mesh model, with `parse`."""

from appmesh_inject.mesh.parsing.resources import Parsed, parse

__all__ = ["Parsed", "parse"]
