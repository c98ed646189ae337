"""What makes a mesh resource the same one: type, mesh and name. Stacks made from one module share logical IDs."""

from typing import TypeAlias

from appmesh_inject.mesh.model import Resource

Key: TypeAlias = tuple[str, ...]


def key_of(resource: Resource) -> Key:
    return type(resource).__name__, *resource.identity
