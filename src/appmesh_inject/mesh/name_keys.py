"""Takes the keys apart that `MeshNames` makes of values. In a key, what only CloudFormation knows stands as JSON,
between NULs."""

import json
import re

from appmesh_inject.mesh.names import IMPORT, export_as_written

_OWNER = re.compile(r"@(?:[^@\0]*|\0[^\0]*\0)\Z")


def without_owner(mesh: str) -> str:
    """The name of a mesh. A shared mesh has its owner's account in the names of its resources: `shop@111122223333`."""
    return _OWNER.sub("", mesh)


def mesh_and_name(key: str, kind: str) -> tuple[str | None, str] | None:
    """What `mesh/apps/virtualNode/white` names, or an ARN that ends like this: the keys of the mesh, None if it cannot
    be told, and of the name. None for a bare name. kind: virtualNode or virtualGateway."""
    beginning, found, name = key.rpartition(f"/{kind}/")
    mesh = beginning.rpartition("mesh/")[2]
    # Between NULs, the text may stand in an argument of a function.
    if not found or name.count("\0") % 2:
        return None
    return None if mesh.count("\0") % 2 else mesh, name


def unknown_import(key: str) -> str | None:
    """The name of an export whose value is not known, as it is written, if the key of a value has one in it."""
    for part in key.split("\0")[1::2]:
        value = json.loads(part)
        if isinstance(value, dict) and IMPORT in value:
            return export_as_written(value[IMPORT])
    return None


def depends_on_a_condition(key: str) -> bool:
    """Whether the key is of a value with an Fn::If whose condition is not known."""
    return any('"Fn::If"' in part for part in key.split("\0")[1::2])
