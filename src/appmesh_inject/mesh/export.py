"""Moves the mesh of a template to its Metadata, where other stacks read it.

CloudFormation does not update a stack whose template differs in Metadata alone. So the template also gets a resource
that does nothing, and whose logical ID changes with the exported mesh.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Changes, Json, edited, remove, replace, value_if_there
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.cfn.references import references
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.template_mesh import EXPORT, exported_mesh

HANDLE = "AppMeshInjectMesh"
"""How the logical ID of the resource begins that stands for the exported mesh."""

OURS = ("AppMeshInject", "AddedFor")
"""The path in Metadata of what a resource was added for, so that a second run knows our own. Users may write other keys
beside it."""

DOES_NOTHING = "AWS::CloudFormation::WaitConditionHandle"
HASH_CHARACTERS = 16


@final
class Exported(NamedTuple):
    template: Json
    findings: tuple[Finding, ...] = ()


def nothing(purpose: str) -> Mapping[str, Json]:
    """A resource that costs nothing and does nothing."""
    return {"Type": DOES_NOTHING, "Metadata": {OURS[0]: {OURS[1]: purpose}}}


def exported(template: Mapping[str, Json], mesh: Mapping[str, Json], scope: Scope) -> Exported:
    """The template with the mesh in its Metadata, and with the resource that stands for it. mesh: the resources that
    were taken out of it; those that were moved before stay there."""
    all_mesh = {**exported_mesh(template), **mesh}
    handle = HANDLE + fingerprint(template, all_mesh, scope)
    resources = template.get("Resources")
    known = resources if isinstance(resources, dict) else {}
    if handle in known and not is_ours(known[handle]):
        message = f"has the logical ID that the macro gives to what it adds for ExportMesh: {handle}"
        return Exported(template, (Finding("AM341", handle, ("Resources", handle), message, "Rename it"),))
    metadata = template.get("Metadata")
    held = metadata if isinstance(metadata, dict) else {}
    section = held.get(EXPORT[0])
    moved = {**(section if isinstance(section, dict) else {}), EXPORT[1]: all_mesh}
    earlier = [name for name, it in known.items() if name.startswith(HANDLE) and name != handle and is_ours(it)]
    changes: Changes = [
        replace(("Metadata",), {**held, EXPORT[0]: moved}),
        *(remove(("Resources", name)) for name in earlier),
        *([] if handle in known else [replace(("Resources", handle), nothing("ExportMesh"))]),
    ]
    return Exported(edited(template, changes))


def is_ours(resource: Json) -> bool:
    """Whether the macro has added this resource."""
    return value_if_there(resource, ("Metadata", *OURS)) is not None


def fingerprint(template: Mapping[str, Json], mesh: Mapping[str, Json], scope: Scope) -> str:
    """A text that changes with the exported mesh: with its resources, with the conditions and mappings that they use,
    and with the values of the parameters that these use, as the event carries them. NoEcho parameters are left out,
    and of one from Parameter Store the event carries the name alone."""
    conditions = _members(template, "Conditions")
    used = dict(_conditions_of(mesh, conditions))
    names = {name for value in (mesh, used) for name in references(value)}
    values = {**scope.parameters, **scope.stored}
    told = {
        "mesh": mesh,
        "conditions": used,
        "mappings": template.get("Mappings") if "Fn::FindInMap" in json.dumps([mesh, used]) else None,
        "values": {name: value for name, value in values.items() if name in names},
    }
    encoded = json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()[:HASH_CHARACTERS]


def _members(template: Mapping[str, Json], section: str) -> Mapping[str, Json]:
    value = template.get(section)
    return value if isinstance(value, dict) else {}


def _conditions_of(
    value: Json, conditions: Mapping[str, Json], visited: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Json]]:
    """The conditions that a value uses, also through other conditions."""
    if isinstance(value, list):
        for item in value:
            yield from _conditions_of(item, conditions, visited)
    elif isinstance(value, dict):
        for key, item in value.items():
            name = item[0] if key == "Fn::If" and isinstance(item, list) and item else item
            if key in ("Fn::If", "Condition") and isinstance(name, str) and name in conditions and name not in visited:
                yield name, conditions[name]
                yield from _conditions_of(conditions[name], conditions, visited | {name})
            yield from _conditions_of(item, conditions, visited)
