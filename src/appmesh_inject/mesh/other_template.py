"""The template of another stack: its mesh, with the values resolved, since the names in them mean nothing in this one.

Values that only CloudFormation knows stay as they are, and `_unresolved` reports those that matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple, final

from appmesh_inject.cfn import conditions
from appmesh_inject.cfn.document import NOTHING, Json, Path, value_at, value_if_there
from appmesh_inject.cfn.intrinsics import PSEUDO, Scope, function, missing_parameters, parameters_that_decide
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.names import IMPORT, MeshNames, export_as_written, kind_of
from appmesh_inject.mesh.value_resolution import Values, matters


@final
class Resolved(NamedTuple):
    """resources: only those of the mesh and of Cloud Map, with their values resolved."""

    resources: Mapping[str, Json]
    findings: tuple[Finding, ...]


@final
class OtherTemplate(NamedTuple):
    """The template of another stack. parameters: the values that the stack has; defaults apply to others. stack_name,
    region: empty if unknown. is_resolved: its values were resolved before, and those that are left are not known."""

    template: Mapping[str, Json]
    parameters: Mapping[str, Json] = NOTHING
    stack_name: str = ""
    region: str = ""
    is_resolved: bool = False

    @property
    def declarations(self) -> Mapping[str, Json]:
        declared = self.template.get("Parameters")
        return declared if isinstance(declared, dict) else {}

    @property
    def resources(self) -> Mapping[str, Json]:
        resources = self.template.get("Resources")
        return resources if isinstance(resources, dict) else {}

    @property
    def known(self) -> Mapping[str, Json]:
        """The values of parameters that decisions may use."""
        defaults = {
            name: declaration["Default"]
            for name, declaration in self.declarations.items()
            if isinstance(declaration, dict) and "Default" in declaration
        }
        return parameters_that_decide({**defaults, **self.parameters}, self.declarations)

    def values(self, imports: Mapping[str, str]) -> Values:
        pseudo: dict[str, Json] = {
            name: value for name, value in (("AWS::StackName", self.stack_name), ("AWS::Region", self.region)) if value
        }
        pseudo |= {name: value for name, value in self.parameters.items() if name.startswith("AWS::")}
        scope = Scope(parameters={**self.known, **pseudo}, imports=imports)
        before = Values(scope.parameters, self.template.get("Mappings"), self.resources, {}, imports)
        return replace(before, outcomes=conditions.outcomes(self.template.get("Conditions"), scope, before.of))


def resolved(other: OtherTemplate, imports: Mapping[str, str] = NOTHING) -> Resolved:
    """The mesh resources of another stack's template. imports: values that further stacks export, by name."""
    if other.is_resolved:
        return Resolved(other.resources, ())
    values = other.values(imports)
    kept = {
        logical_id: values.of(resource)
        for logical_id, resource in other.resources.items()
        if logical_id.startswith(LOOP) or (matters(resource) and values.exists(resource))
    }
    missing = missing_parameters(other.known, other.declarations)
    return Resolved(kept, ordered(_unresolved(kept, other.resources, missing)))


def exports(other: OtherTemplate, imports: Mapping[str, str] = NOTHING) -> Mapping[str, str]:
    """The values that a template exports, by the name of the export, without those that are not known."""
    outputs = other.template.get("Outputs")
    values = other.values(imports)
    names = MeshNames(other.resources, Scope(parameters=values.known, imports=imports))
    found: dict[str, str] = {}
    for output in outputs.values() if isinstance(outputs, dict) else ():
        export = output.get("Export") if isinstance(output, dict) else None
        name = values.of(export.get("Name")) if isinstance(export, dict) else None
        if isinstance(name, str) and values.exists(output):
            value = names.key(values.of(output.get("Value")))
            found |= {} if "\0" in value else {name: value}
    return found


def exports_of_all(others: Sequence[OtherMesh]) -> Mapping[str, str]:
    """The values that the templates export. An export may be made of an import from another one of them."""
    found: dict[str, str] = {}
    for other in others:
        found |= other.exports or {}
    for _ in others:
        before = len(found)
        for other in others:
            if other.exports is None and other.template is not None:
                found = {**exports(other.template, found), **found}
        if len(found) == before:
            break
    return found


_NEVER_IN_ENVOY = ("Tags", "MeshOwner")
"""Properties that are no part of Envoy's configuration, so their values need not be known."""


def _unresolved(
    resources: Mapping[str, Json], written: Mapping[str, Json], missing: frozenset[str]
) -> Iterator[Finding]:
    """Reports values in mesh resources that only CloudFormation can resolve. References between mesh resources are
    fine. written: the resources before their values were resolved. missing: parameters that have no value."""
    for logical_id, resource in resources.items():
        if kind_of(resource) is None or not isinstance(resource, dict):
            continue
        properties = resource.get("Properties")
        if isinstance(properties, dict) and function(properties) is None:
            properties = {name: it for name, it in properties.items() if name not in _NEVER_IN_ENVOY}
        for path in _functions(properties, ("Properties",), resources):
            left = value_at(resource, path)
            # The path ends at a value that is written in the template: an Fn::Sub has become an Fn::Join where a part
            # of it is known.
            plain = tuple(takewhile(lambda step: not str(step).startswith("Fn::"), path))
            before = function(value_if_there(written.get(logical_id), plain))
            place = path if before == "Fn::Join" else plain
            called = function(left) if place is path else before or function(left)
            name = left.get("Ref") if isinstance(left, dict) else None
            if isinstance(name, str) and (name in missing or name in PSEUDO):
                message = f"'{called}' takes {name}, whose value is not given"
                hint = f"Give it: --mesh-parameter {name}=..."
            elif called == IMPORT:
                message, hint = _of_import(left)
            else:
                message = f"'{called}' is known only to the stack of the mesh"
                hint = "Write the value itself in the mesh's template, or make it a parameter with a plain value"
            yield Finding("AM326", logical_id, ("Resources", logical_id, *place), message, hint)


def _of_import(left: Json) -> tuple[str, str]:
    """The message and hint about an Fn::ImportValue whose value is not known."""
    name = export_as_written(left[IMPORT]) if isinstance(left, dict) else ""
    message = f"'{IMPORT}' takes the export '{name}', which none of the mesh's stacks has"
    return message, "Add the stack that exports it to MeshStack; on the command line, give its template with --mesh"


def _functions(value: Json, path: Path, resources: Mapping[str, Json]) -> Iterator[Path]:
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _functions(item, (*path, n), resources)
    elif isinstance(value, dict):
        called = function(value)
        if called is None:
            for key, item in value.items():
                yield from _functions(item, (*path, key), resources)
        elif called == "Fn::Join" and _joins(value):
            yield from _functions(value["Fn::Join"], (*path, called), resources)
        elif not _names_mesh(value[called], called, resources):
            yield path


def _joins(value: Mapping[str, Json]) -> bool:
    argument = value["Fn::Join"]
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)


def _names_mesh(argument: Json, called: str, resources: Mapping[str, Json]) -> bool:
    if called not in ("Ref", "Fn::GetAtt"):
        return False
    target = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
    return isinstance(target, str) and kind_of(resources.get(target)) is not None
