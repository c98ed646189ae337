"""Keeps the mesh resources when they leave the template: policies that stop CloudFormation from deleting them."""

from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path, replace
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.documents import Document
from appmesh_inject.files.text_editing import Placement
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.names import kind_of

RETAIN = "Retain"
_SUFFICIENT: Mapping[str, tuple[str, ...]] = {
    "DeletionPolicy": (RETAIN, "RetainExceptOnCreate"),
    "UpdateReplacePolicy": (RETAIN,),
}
"""The policies, and the values of each that keep a resource which leaves the template."""

_NAMED = 5
"""Resources that the warning names."""


def mesh_resources(template: Json) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    """The mesh resources with their paths, including those in the bodies of loops."""
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    yield from _in(resources, ("Resources",))


def _in(resources: Json, path: Path) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    if not isinstance(resources, Mapping):
        return
    for name, resource in resources.items():
        if name.startswith(LOOP) and isinstance(resource, list) and len(resource) == 3:
            yield from _in(resource[2], (*path, name, 2))
        elif kind_of(resource) and isinstance(resource, Mapping):
            yield (*path, name), resource


def retained(document: Document) -> tuple[str, tuple[str, ...]]:
    """The text with both policies at every mesh resource, and the names of the resources that were changed. Raises
    UserError if the text cannot be edited."""
    lacking = [
        (path, resource, policy)
        for path, resource in mesh_resources(document.content)
        for policy, values in _SUFFICIENT.items()
        if resource.get(policy) not in values
    ]
    if not lacking:
        return document.text, ()
    changes = [replace((*path, policy), RETAIN) for path, _, policy in lacking]
    text = edited_text(document, changes, Placement(dict.fromkeys(_SUFFICIENT, ("Type",))))
    return text, tuple(dict.fromkeys(str(path[-1]) for path, _, _ in lacking))


def warning_of_deletion(before: Json, after: Json) -> tuple[Finding, ...]:
    """One warning, AM365, if mesh resources of `before` are not in `after`, and CloudFormation would delete them."""
    if any(mesh_resources(after)):
        return ()
    # A policy that is a function may well retain its resource.
    lost = [
        path
        for path, resource in mesh_resources(before)
        if not isinstance(resource.get("DeletionPolicy"), Mapping)
        and resource.get("DeletionPolicy") not in _SUFFICIENT["DeletionPolicy"]
    ]
    if not lost:
        return ()
    names = ", ".join(str(path[-1]) for path in lost[:_NAMED])
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    message = (
        f"{names}{more} will leave the stack without DeletionPolicy: Retain, so CloudFormation tries to delete"
        f" {'it' if len(lost) == 1 else 'them'} in App Mesh, which no longer answers"
    )
    hint = "First deploy the template as it is with these policies: adopt --retain writes them"
    return (Finding("AM365", str(lost[0][-1]), lost[0], message, hint),)
