"""CloudFormation: a template, a resource or a snippet, and the AWS::ECS::TaskDefinitions in it.

The macro runs before AWS::LanguageExtensions, so an `Fn::ForEach` is seen raw: its body holds resources whose
names and values carry `${Identifier}`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path, map_at
from appmesh_inject.cfn.intrinsics import Scope, function, list_parameters, parameters_that_decide
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.detect import TASK_DEFINITION_TYPE, DocumentType, detect
from appmesh_inject.workloads.model import Found, Task, Workload
from appmesh_inject.workloads.task_definition import CLOUDFORMATION

MARK = "AppMesh"


class CloudFormation(NamedTuple):
    """The fragment of one event.

    request: settings of the template's `Transform` entry, or of the snippet, which stand for the resource's own mark
    there. parameter_values: of the template's parameters.
    """

    request: Level
    parameter_values: Mapping[str, Json]
    name: str = "cloudformation"

    @property
    def containers(self) -> EcsContainerReader:
        return CLOUDFORMATION.containers

    def find(self, document: Json) -> Found:
        """The task definitions in the fragment, whichever of the shapes it has."""
        found = detect(document)
        if found is DocumentType.TEMPLATE:
            return self._in_template(map_at(document, ()))
        if found is DocumentType.RESOURCE:
            return self._alone(map_at(document, ()), ("Properties",))
        if isinstance(document, dict) and "ContainerDefinitions" in document:
            return self._alone({"Properties": document}, ())
        return Found((), findings=(_no_fragment(),))

    def _in_template(self, template: Mapping[str, Json]) -> Found:
        resources = template["Resources"]
        assert isinstance(resources, dict)
        declared = template.get("Parameters")
        declarations = declared if isinstance(declared, dict) else {}
        scope = Scope(
            parameters=parameters_that_decide(self.parameter_values, declarations),
            lists=list_parameters(self.parameter_values, declarations),
            resources=resources,
        )
        levels, findings = _metadata_levels(template, (), "")
        workloads = _workloads(resources, ("Resources",), scope)
        return Found(tuple(workloads), (*levels, self.request), findings, scope)

    def _alone(self, resource: Mapping[str, Json], properties: Path) -> Found:
        """A resource or snippet: it is marked by being handed to the macro."""
        scope = Scope(parameters=self.parameter_values, lists=list_parameters(self.parameter_values, {}))
        workload = _workload("", resource, (), scope, properties)
        levels = (*workload.levels, self.request)
        return Found((Workload("", (), levels, scope, workload.findings),), scope=scope)

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts of one task definition, under what `scope` assumes."""
        properties, path = _properties(document, workload)
        return CLOUDFORMATION.task(properties, path, workload, scope)

    def properties_path(self, document: Json, workload: Workload) -> Path:
        """Where the properties of a task definition stand."""
        return _properties(document, workload)[1]

    def decisive(self, document: Json, workload: Workload, telling_images: Collection[str]) -> Json:
        """What a plan for a task definition depends on, where its containers are one plain list."""
        return CLOUDFORMATION.decisive(_properties(document, workload)[0], telling_images)


def _properties(document: Json, workload: Workload) -> tuple[Mapping[str, Json], Path]:
    """The properties of a task definition and where they are: in a resource, or a snippet is them."""
    resource = map_at(document, workload.path)
    if "ContainerDefinitions" in resource:
        return resource, workload.path
    properties = resource.get("Properties")
    return properties if isinstance(properties, dict) else {}, (*workload.path, "Properties")


def _no_fragment() -> Finding:
    return Finding(
        "AM001",
        "",
        (),
        "this is no template with Resources, no AWS::ECS::TaskDefinition and no Properties of one",
        "Use the macro in Transform, in a task definition, or in its Properties",
    )


def _workloads(resources: Mapping[str, Json], path: Path, scope: Scope) -> Iterator[Workload]:
    for name, resource in resources.items():
        if not isinstance(resource, dict):
            if name.startswith("Fn::ForEach::"):
                yield from _in_loop(resource, (*path, name), scope)
        elif resource.get("Type") == TASK_DEFINITION_TYPE:
            yield _workload(name, resource, (*path, name), scope, (*path, name, "Properties"))


def _in_loop(loop: Json, path: Path, scope: Scope) -> Iterator[Workload]:
    """The workloads in the body of an Fn::ForEach: [identifier, collection, body]."""
    if isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict):
        yield from _workloads(loop[2], (*path, 2), scope.within(loop[0]))


def _workload(name: str, resource: Mapping[str, Json], path: Path, scope: Scope, properties_path: Path) -> Workload:
    properties = resource.get("Properties")
    tagged = properties if isinstance(properties, dict) and "Tags" in properties else {}
    if not tagged and "Metadata" not in resource:
        return Workload(name, path, (), scope)
    tags, tag_findings = CLOUDFORMATION.tag_levels(tagged, properties_path, name, scope)
    metadata, metadata_findings = _metadata_levels(resource, path, name)
    return Workload(name, path, (*tags, *metadata), scope, (*tag_findings, *metadata_findings))


def _metadata_levels(
    holder: Mapping[str, Json], path: Path, subject: str
) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
    """The level in `Metadata.AppMesh` of a template or resource, if it is there."""
    metadata = holder.get("Metadata")
    if not isinstance(metadata, dict) or MARK not in metadata:
        return (), ()
    mark = metadata[MARK]
    place = (*path, "Metadata", MARK)
    if isinstance(mark, dict) and function(mark) is None:
        return (Level(place, mark, subject),), ()
    finding = Finding(
        "AM112",
        subject,
        place,
        "Metadata.AppMesh must be a map of settings",
        "Write a map, or {} where all settings come from elsewhere; use Enabled for a condition",
    )
    return (Level(place, {}, subject),), (finding,)
