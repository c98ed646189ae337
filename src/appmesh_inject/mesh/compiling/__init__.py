"""The mesh model becomes the bootstrap of one Envoy: that of a virtual node, or of a virtual gateway."""

from appmesh_inject.mesh.compiling.compiler import Compiler, compile_gateway, compile_node
from appmesh_inject.mesh.compiling.options import Compiled, Options

__all__ = ["Compiled", "Compiler", "Options", "compile_gateway", "compile_node"]
