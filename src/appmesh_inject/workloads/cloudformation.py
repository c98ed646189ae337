"""Finds and reads the AWS::ECS::TaskDefinitions in a CloudFormation template, resource or snippet.

The macro runs before AWS::LanguageExtensions, so an `Fn::ForEach` is not expanded yet: names and values in its body
contain `${Identifier}`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path, map_at, value_if_there
from appmesh_inject.cfn.intrinsics import (
    Scope,
    function,
    list_parameters,
    missing_parameters,
    parameters_that_decide,
    stored_parameters,
)
from appmesh_inject.cfn.loops import LOOP
from appmesh_inject.findings import Finding
from appmesh_inject.resource_types import TASK_DEFINITION
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.table import TABLE
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.detect import DocumentType, detect
from appmesh_inject.workloads.lost_marks import MARK, lost_marks
from appmesh_inject.workloads.model import Found, Task, Workload
from appmesh_inject.workloads.task_definition import CLOUDFORMATION


class CloudFormation(NamedTuple):
    """The fragment of one macro event.

    request: settings of the template's `Transform` entry; in a snippet they replace the resource's own mark.
    parameter_values: values of the template's parameters, by name. declarations: of the template's parameters, for a
    snippet, which does not contain them; None if they are not known.
    """

    request: Level
    parameter_values: Mapping[str, Json]
    name: str = "cloudformation"
    declarations: Mapping[str, Json] | None = None

    @property
    def containers(self) -> EcsContainerReader:
        return CLOUDFORMATION.containers

    def find(self, document: Json) -> Found:
        """The task definitions in the fragment; AM001 if it is no document that can contain one."""
        document_type = detect(document)
        if document_type is DocumentType.TEMPLATE:
            return self._in_template(map_at(document, ()))
        if document_type is DocumentType.RESOURCE:
            return self._alone(map_at(document, ()), ("Properties",))
        if isinstance(document, dict) and "ContainerDefinitions" in document:
            return self._alone({"Properties": document}, ())
        return Found((), findings=(_unknown_document(),))

    def _in_template(self, template: Mapping[str, Json]) -> Found:
        resources = template["Resources"]
        assert isinstance(resources, dict)
        declared = template.get("Parameters")
        declarations = declared if isinstance(declared, dict) else {}
        conditions = template.get("Conditions")
        scope = Scope(
            parameters=parameters_that_decide(self.parameter_values, declarations),
            lists=list_parameters(self.parameter_values, declarations),
            resources=resources,
            conditions=conditions if isinstance(conditions, dict) else {},
            mappings=template.get("Mappings"),
            missing=missing_parameters(self.parameter_values, declarations),
            stored=stored_parameters(self.parameter_values, declarations),
        )
        levels, findings = _metadata_levels(template, (), "")
        workloads = _workloads(resources, ("Resources",), scope)
        return Found(tuple(workloads), (*levels, self.request), (*findings, *lost_marks(template)), scope)

    def _alone(self, resource: Mapping[str, Json], properties: Path) -> Found:
        """A single resource or a snippet. Calling the macro for it marks it."""
        if self.declarations is None:
            # Without its type, a text such as `/web/ports` is taken for the name of an entry in Parameter Store.
            values = {name: value for name, value in self.parameter_values.items() if not _STORED.match(str(value))}
        else:
            values = dict(parameters_that_decide(self.parameter_values, self.declarations))
        lists = list_parameters(self.parameter_values, self.declarations or {})
        scope = Scope(parameters=values, lists=lists, is_typed=self.declarations is not None)
        workload = _workload("", resource, (), scope, properties)
        levels = (*workload.levels, self.request)
        return Found((workload._replace(levels=levels),), scope=scope)

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts about one task definition, given the conditions that `scope` assumes."""
        properties = value_if_there(document, workload.properties)
        given = properties if isinstance(properties, dict) else {}
        return CLOUDFORMATION.task(given, workload.properties, workload, scope)


_STORED = re.compile(r"/|arn:[^:]*:ssm:")
"""How the name of an entry in Parameter Store begins, or its ARN if another account shares it."""


def _unknown_document() -> Finding:
    return Finding(
        "AM001",
        "",
        (),
        "this is not a template with Resources, an AWS::ECS::TaskDefinition or the Properties of one",
        "Use the macro in Transform, in a task definition, or in its Properties",
    )


def _workloads(resources: Mapping[str, Json], path: Path, scope: Scope) -> Iterator[Workload]:
    for name, resource in resources.items():
        if not isinstance(resource, dict):
            if name.startswith(LOOP):
                yield from _in_loop(resource, (*path, name), scope)
        elif resource.get("Type") == TASK_DEFINITION:
            yield _workload(name, resource, (*path, name), scope, (*path, name, "Properties"))


def _in_loop(loop: Json, path: Path, scope: Scope) -> Iterator[Workload]:
    """The workloads in the body of an Fn::ForEach: [identifier, collection, body]."""
    if isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict):
        yield from _workloads(loop[2], (*path, 2), scope.within(loop[0]))


def _workload(name: str, resource: Mapping[str, Json], path: Path, scope: Scope, properties_path: Path) -> Workload:
    properties = resource.get("Properties")
    tags: tuple[tuple[Level, ...], tuple[Finding, ...]] = (), ()
    if isinstance(properties, dict) and "Tags" in properties:
        tags = CLOUDFORMATION.tag_levels(properties, properties_path, name, scope)
    metadata = _metadata_levels(resource, path, name)
    # In a snippet of properties, and in a resource that lacks the level `Properties`, the containers stand higher.
    holder = path if "ContainerDefinitions" in resource else properties_path
    return Workload(name, path, holder, tags[0] + metadata[0], scope, tags[1] + metadata[1])


def _metadata_levels(
    holder: Mapping[str, Json], path: Path, subject: str
) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
    """The settings in `Metadata.AppMesh` of a template or resource: one level, or none."""
    metadata = holder.get("Metadata")
    if not isinstance(metadata, dict) or MARK not in metadata:
        return (), ()
    mark = metadata[MARK]
    place = (*path, "Metadata", MARK)
    if isinstance(mark, dict) and function(mark) is None:
        return (Level(place, mark, subject),), ()
    return (Level(place, {}, subject),), (Finding("AM112", subject, place, *_no_map(mark, metadata)),)


def _no_map(mark: Json, metadata: Mapping[str, Json]) -> tuple[str, str]:
    """What is wrong with a mark that is no map, and what to do."""
    beside = [key for key in metadata if key in TABLE]
    if mark is None and beside:
        stands, it = ("stand", "them") if len(beside) > 1 else ("stands", "it")
        message = f"Metadata.AppMesh is empty, and {', '.join(beside)} {stands} beside it instead of in it"
        return message, f"Indent {it} below AppMesh"
    hint = "Write a map, or {} if all settings are given elsewhere; for a condition, use Enabled"
    return "Metadata.AppMesh must be a map of settings", hint
