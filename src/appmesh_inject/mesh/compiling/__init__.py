"""Compiles the mesh model into the bootstrap of one Envoy, for a virtual node or a virtual gateway."""

from appmesh_inject.mesh.compiling.compiler import Compiler, compile_gateway, compile_node
from appmesh_inject.mesh.compiling.options import Compiled, Options

__all__ = ["Compiled", "Compiler", "Options", "compile_gateway", "compile_node"]
