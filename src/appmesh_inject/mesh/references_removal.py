"""The mesh resources leave the template, once Envoy's configuration says what they said.

Nothing may dangle: whatever in the template refers to them is taken out, or rewritten to the name that it stood
for, or it is a finding.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Changes, Edit, Json, Path, removals, remove, replace
from appmesh_inject.cfn.interpolation import joined
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.names import MeshNames, kind_of


@final
class Departure(NamedTuple):
    changes: Changes
    findings: tuple[Finding, ...]


_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)")
"""The logical IDs in the text of an Fn::Sub, and other names."""

_MARKED = {"VirtualNode": "virtualNode", "VirtualGateway": "virtualGateway"}


def departure(template: Mapping[str, Json], names: MeshNames) -> Departure:
    """What changes in `template` when all of its mesh resources leave it. Conditions and parameters stay, also
    those that only the mesh used."""
    resources = _map(template, "Resources")
    gone = frozenset(logical_id for logical_id, resource in resources.items() if kind_of(resource))
    if not gone:
        return Departure((), ())
    leaving = _Leaving(names, gone, [*removals(("Resources", logical_id) for logical_id in gone)])
    for logical_id, resource in resources.items():
        if logical_id not in gone:
            leaving.stay(("Resources", logical_id), logical_id, resource)
    for name, output in _map(template, "Outputs").items():
        leaving.output(name, output)
    for section in template:
        if section not in ("Resources", "Outputs"):
            leaving.rewrite((section,), "", template[section])
    return Departure(leaving.changes, ordered(leaving.findings))


def _map(template: Mapping[str, Json], section: str) -> Mapping[str, Json]:
    value = template.get(section)
    return value if isinstance(value, dict) else {}


@final
@dataclass(frozen=True, slots=True)
class _Leaving:
    names: MeshNames
    gone: frozenset[str]
    changes: list[Edit]
    findings: list[Finding] = field(default_factory=list)
    marks: set[Path] = field(default_factory=set)

    def stay(self, path: Path, logical_id: str, resource: Json) -> None:
        """A resource that stays: its references are rewritten, and it waits no longer for what is gone."""
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
        """`value` with names in the place of references to what is gone. Each place is a change of its own, so
        that whatever else changes beside it is not lost."""
        if isinstance(value, list):
            for n, item in enumerate(value):
                if isinstance(item, dict | list):
                    self.rewrite((*path, n), subject, item)
        elif not isinstance(value, dict):
            return
        elif function(value) not in ("Ref", "Fn::GetAtt", "Fn::Sub"):
            if value.get("Key") == "AppMesh:ResourceArn":
                self.marks.add(path)
            for key, item in value.items():
                if isinstance(item, dict | list):
                    self.rewrite((*path, key), subject, item)
        elif self._may_refer(value):
            rewritten = self._in_mark(path, value)
            if rewritten is None:
                rewritten = self.names.rewritten(
                    value,
                    lambda place, target, attribute: self._dangles((*path, *place), subject, target, attribute),
                )
            if rewritten is not value:
                self.changes.append(replace(path, rewritten))

    def _may_refer(self, value: Mapping[str, Json]) -> bool:
        """Whether a Ref, Fn::GetAtt or Fn::Sub can be about what is gone: most are not, which is quick to see."""
        (argument,) = value.values()
        if isinstance(argument, str):
            named = _NAMED.findall(argument) if "${" in argument else [argument.partition(".")[0]]
            return not self.gone.isdisjoint(named)
        target = argument[0] if isinstance(argument, list) and argument else None
        return "Fn::Sub" in value or not isinstance(target, str) or target in self.gone

    def _in_mark(self, path: Path, value: Mapping[str, Json]) -> Json:
        """A mark may name the node or gateway by `!Ref`: the resource's ARN, of which the part that names it is
        enough."""
        target = value.get("Ref")
        if not isinstance(target, str) or target not in self.gone or not self._is_mark(path):
            return None
        kind = kind_of(self.names.resources.get(target))
        mesh, name = self.names.attribute(target, "MeshName"), self.names.name(target)
        if kind not in _MARKED or mesh is None or name is None:
            return None
        return joined(["mesh/", mesh, f"/{_MARKED[kind]}/", name])

    def _is_mark(self, path: Path) -> bool:
        """Whether `path` leads to the ResourceArn of a mark: of a Metadata, or of a tag."""
        if path[-3:] == ("Metadata", "AppMesh", "ResourceArn"):
            return True
        return path[-1] == "Value" and path[:-1] in self.marks

    def _dangles(self, path: Path, subject: str, logical_id: str, attribute: str) -> None:
        what = f"the {attribute} of {logical_id}" if attribute else f"the ARN of {logical_id}"
        message = f"refers to {what}, which leaves the template with the rest of the mesh"
        self.findings.append(Finding("AM325", subject, path, message, "Take the reference out"))

    def output(self, name: str, output: Json) -> None:
        """An output that gave a name still does; one that gave anything else of the mesh goes."""
        path: Path = ("Outputs", name)
        dangling: list[str] = []
        value = output.get("Value") if isinstance(output, dict) else None
        self.names.rewritten(value, lambda _, target, __: dangling.append(target))
        if not dangling:
            self.rewrite(path, name, output)
            return
        self.changes.append(remove(path))
        if isinstance(output, dict) and "Export" in output:
            message = f"goes with {dangling[0]}, and is exported: stacks that import it stop CloudFormation"
            self.findings.append(Finding("AM360", name, path, message, "Take the imports out first"))
