"""Removes the mesh resources from the template once Envoy's configuration contains what they said.

References to them are removed or replaced by names. A reference that allows neither is a finding.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, final

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Changes, Edit, Json, Path, edited, remove, replace
from appmesh_inject.cfn.intrinsics import Scope, function
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.names import ARN, MeshNames, kind_of, named_by_arn

PLACEHOLDER = "AppMeshInjectPlaceholder"
"""The logical ID of a resource that does nothing, since a template needs one."""


def without_mesh(document: Json, scope: Scope, *, export: bool) -> tuple[Json, tuple[Finding, ...]]:
    """The template without its mesh resources, and the findings. Returns the same object if there are none to remove.
    export: moves them to the template's metadata."""
    if not isinstance(document, dict):
        return document, ()
    resources = document.get("Resources")
    mesh = {name: it for name, it in resources.items() if kind_of(it)} if isinstance(resources, dict) else {}
    if not mesh:
        return document, ()
    removal = mesh_removal(document, MeshNames(scope.resources, scope))
    changed = edited(document, removal.changes)
    assert isinstance(changed, dict)
    findings = removal.findings
    if export:
        # Imported here, since few templates need it and every import prolongs a cold start.
        from appmesh_inject.mesh.export import exported

        moved = exported(changed, mesh, scope)
        changed, findings = moved.template, (*findings, *moved.findings)
    if not _has_resources(changed):
        from appmesh_inject.mesh.export import nothing

        changed = edited(changed, [replace(("Resources", PLACEHOLDER), nothing("Placeholder"))])
    return changed, findings


def _has_resources(template: Json) -> bool:
    return isinstance(template, dict) and bool(template.get("Resources"))


@final
class MeshRemoval(NamedTuple):
    changes: Changes
    findings: tuple[Finding, ...]


_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)")
"""Logical IDs and other names in the text of an Fn::Sub."""

_MARKED = {"VirtualNode": "virtualNode", "VirtualGateway": "virtualGateway"}


def mesh_removal(template: Mapping[str, Json], names: MeshNames) -> MeshRemoval:
    """The changes to `template` that remove all mesh resources. Conditions and parameters stay, including those that
    only the mesh used."""
    resources = _map(template, "Resources")
    gone = frozenset(logical_id for logical_id, resource in resources.items() if kind_of(resource))
    if not gone:
        return MeshRemoval((), ())
    removal = _Removal(names, gone, [remove(("Resources", logical_id)) for logical_id in gone])
    for logical_id, resource in resources.items():
        if logical_id not in gone:
            removal.stay(("Resources", logical_id), logical_id, resource)
    for name, output in _map(template, "Outputs").items():
        removal.output(name, output)
    for section in template:
        if section not in ("Resources", "Outputs"):
            removal.rewrite((section,), "", template[section])
    return MeshRemoval(removal.changes, ordered(removal.findings))


def _map(template: Mapping[str, Json], section: str) -> Mapping[str, Json]:
    value = template.get(section)
    return value if isinstance(value, dict) else {}


@final
@dataclass(frozen=True, slots=True)
class _Removal:
    names: MeshNames
    gone: frozenset[str]
    changes: list[Edit]
    findings: list[Finding] = field(default_factory=list)
    marks: set[Path] = field(default_factory=set)

    def stay(self, path: Path, logical_id: str, resource: Json) -> None:
        """Rewrites the references of a resource that stays, and removes its dependencies on removed resources."""
        if not isinstance(resource, dict):
            self.rewrite(path, logical_id, resource)
            return
        for key, value in resource.items():
            if key == "DependsOn":
                self._wait_no_longer((*path, key), value)
            else:
                self.rewrite((*path, key), logical_id, value)

    def _wait_no_longer(self, path: Path, value: Json) -> None:
        if isinstance(value, str) and value in self.gone:
            self.changes.append(remove(path))
        elif isinstance(value, list):
            kept = [item for item in value if not (isinstance(item, str) and item in self.gone)]
            if len(kept) < len(value):
                self.changes.append(replace(path, kept) if kept else remove(path))

    def rewrite(self, path: Path, subject: str, value: Json) -> None:
        """Replaces references to removed resources by names. Each reference is one change, so that other changes to the
        same resource are kept."""
        if isinstance(value, list):
            for n, item in enumerate(value):
                if isinstance(item, dict | list):
                    self.rewrite((*path, n), subject, item)
        elif not isinstance(value, dict):
            return
        elif self._is_mark(path) and (shortened := self._in_mark(value)) is not None:
            self.changes.append(replace(path, shortened))
        elif function(value) not in ("Ref", "Fn::GetAtt", "Fn::Sub"):
            if value.get("Key") == "AppMesh:ResourceArn":
                self.marks.add(path)
            for key, item in value.items():
                if isinstance(item, dict | list):
                    self.rewrite((*path, key), subject, item)
        elif self._may_refer(value):
            rewritten = self.names.rewritten(
                value,
                lambda place, target, attribute: self._dangles((*path, *place), subject, target, attribute),
            )
            if rewritten is not value:
                self.changes.append(replace(path, rewritten))

    def _may_refer(self, value: Mapping[str, Json]) -> bool:
        """Whether a Ref, Fn::GetAtt or Fn::Sub can refer to a removed resource. A quick test that excludes most."""
        (argument,) = value.values()
        if isinstance(argument, str):
            named = _NAMED.findall(argument) if "${" in argument else [argument.partition(".")[0]]
            return not self.gone.isdisjoint(named)
        target = argument[0] if isinstance(argument, list) and argument else None
        return "Fn::Sub" in value or not isinstance(target, str) or target in self.gone

    def _in_mark(self, value: Json) -> Json:
        """A mark may name its node or gateway by its ARN, which `!Ref` and `!GetAtt Node.Arn` return. The last part of
        the ARN is enough for the mark."""
        target = named_by_arn(value)
        if target is None:
            return self._without_owner(value)
        if target not in self.gone:
            return None
        kind = kind_of(self.names.resources.get(target))
        mesh, name = self.names.attribute(target, "MeshName"), self.names.name(target)
        if kind not in _MARKED or mesh is None or name is None:
            return None
        return joined(["mesh/", mesh, f"/{_MARKED[kind]}/", name])

    def _without_owner(self, value: Json) -> Json:
        """An Fn::Sub without the owner of a shared mesh, `@${Mesh.MeshOwner}`: the rest names the node. None if it has
        no such owner."""
        split = sub.pieces(value["Fn::Sub"]) if isinstance(value, dict) and function(value) == "Fn::Sub" else None
        parts: list[Json] = []
        is_shorter = False
        for piece in split or ():
            owned = parts[-1] if parts else None
            if isinstance(piece, str):
                parts.append(piece)
            elif self._is_owner(piece.value) and isinstance(owned, str) and owned.endswith("@"):
                parts[-1] = owned[:-1]
                is_shorter = True
            else:
                parts.append(piece.value)
        lost: list[str] = []
        rest = self.names.written(joined(parts), lambda *reference: lost.extend(reference)) if is_shorter else None
        return None if lost else rest

    def _is_owner(self, value: Json) -> bool:
        return any(value == {"Fn::GetAtt": [name, "MeshOwner"]} for name in self.gone)

    def _is_mark(self, path: Path) -> bool:
        """Whether `path` leads to the ResourceArn of a mark, in Metadata or in a tag."""
        if path[-3:] == ("Metadata", "AppMesh", "ResourceArn"):
            return True
        return path[-1] == "Value" and path[:-1] in self.marks

    def _dangles(self, path: Path, subject: str, logical_id: str, attribute: str) -> None:
        what = f"the {attribute} of {logical_id}" if attribute not in ("", ARN) else f"the ARN of {logical_id}"
        message = f"refers to {what}, which is removed from the template with the mesh"
        self.findings.append(Finding("AM325", subject, path, message, "Take the reference out"))

    def output(self, name: str, output: Json) -> None:
        """Rewrites an output whose value is a name, and removes one that refers to anything else of the mesh."""
        path: Path = ("Outputs", name)
        dangling: list[str] = []
        value = output.get("Value") if isinstance(output, dict) else None
        self.names.rewritten(value, lambda _, target, __: dangling.append(target))
        if not dangling:
            self.rewrite(path, name, output)
            return
        self.changes.append(remove(path))
        if isinstance(output, dict) and "Export" in output:
            message = (
                f"is removed with {dangling[0]}, but exported: CloudFormation refuses that while a stack imports it"
            )
            self.findings.append(Finding("AM360", name, path, message, "Take the imports out first"))
