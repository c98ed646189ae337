"""CloudFormation: a template, a resource or a snippet, and the AWS::ECS::TaskDefinitions in it.

The macro runs before AWS::LanguageExtensions, so an `Fn::ForEach` is seen raw: its body holds resources whose
names and values carry `${Identifier}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.findings import Finding
from appmesh_inject.intrinsics import (
    Absent,
    Leaf,
    Literal,
    Scope,
    function,
    leaves,
    list_parameters,
    parameters_that_decide,
)
from appmesh_inject.plan import Plan
from appmesh_inject.settings import Level
from appmesh_inject.targets.containers import CLOUDFORMATION, container_list
from appmesh_inject.tree import Json, Path, edited
from appmesh_inject.workload import Branch, Found, Task, Workload

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
MARK = "AppMesh"
TAG_PREFIX = "AppMesh:"


@dataclass(frozen=True, slots=True)
class CloudFormation:
    """The target for one event: what was asked for outside of the fragment, and the parameters' values.

    request: settings of the template's `Transform` entry, or of the snippet, which stand for the resource's
    own mark there.
    """

    request: Level
    parameter_values: Mapping[str, Json]

    dialect = CLOUDFORMATION

    def find(self, document: Json) -> Found:
        """The task definitions in the fragment, whichever of the shapes it has."""
        if isinstance(document, Mapping):
            if isinstance(document.get("Resources"), Mapping):
                return self._in_template(document)
            if document.get("Type") == TASK_DEFINITION and isinstance(document.get("Properties"), Mapping):
                return self._alone(document, (), "Properties")
            if "ContainerDefinitions" in document:
                return self._alone({"Properties": document}, (), "")
        return Found((), findings=(_no_fragment(),))

    def _in_template(self, template: Mapping[str, Json]) -> Found:
        resources = template["Resources"]
        assert isinstance(resources, Mapping)
        declared = template.get("Parameters")
        declarations = declared if isinstance(declared, Mapping) else {}
        scope = Scope(
            parameters=parameters_that_decide(self.parameter_values, declarations),
            lists=list_parameters(self.parameter_values, declarations),
            resources=resources,
        )
        levels, findings = _metadata_levels(template, (), "")
        workloads = _workloads(resources, ("Resources",), scope)
        return Found(tuple(workloads), (*levels, self.request), findings, scope)

    def _alone(self, resource: Mapping[str, Json], path: Path, properties: str) -> Found:
        """A resource or snippet: it is marked by being handed to the macro."""
        scope = Scope(parameters=self.parameter_values, lists=list_parameters(self.parameter_values, {}))
        workload = _workload("", resource, path, scope, ("Properties",) if properties else ())
        levels = (*workload.levels, self.request)
        return Found((Workload("", path, levels, scope, workload.findings),), scope=scope)

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts of one task definition, under what `scope` assumes."""
        path = workload.path
        resource = _at(document, path)
        if "ContainerDefinitions" not in resource:
            properties = resource.get("Properties")
            path = (*path, "Properties")
        else:
            properties = resource
        if not isinstance(properties, Mapping):
            properties = {}
        branches, findings = _branches(properties, path, workload, scope)
        return Task(
            path=path,
            branches=branches,
            network=_leaves(properties, "NetworkMode", path, scope),
            launch_types=_launch_types(properties, path, scope),
            memory=_leaves(properties, "Memory", path, scope),
            redirect=_leaves(properties, "ProxyConfiguration", path, scope),
            findings=findings,
        )

    def apply(self, document: Json, plans: Mapping[Path, Plan]) -> Json:
        """The document with every plan carried out."""
        changes: dict[Path, Json] = {}
        for plan in plans.values():
            for planned in plan.lists:
                if not planned.changes_nothing:
                    items = [
                        planned.replaced.get(index, entry.written) for index, entry in enumerate(planned.list.entries)
                    ]
                    changes[planned.list.path] = [*items, *planned.appended]
        return edited(document, changes)


def _no_fragment() -> Finding:
    return Finding(
        "AM001",
        "",
        (),
        "this is no template with Resources, no AWS::ECS::TaskDefinition and no Properties of one",
        "Use the macro in Transform, in a task definition, or in its Properties",
    )


def _at(document: Json, path: Path) -> Mapping[str, Json]:
    for step in path:
        assert isinstance(document, Mapping | list)
        document = document[step]  # type: ignore[index]
    assert isinstance(document, Mapping)
    return document


def _workloads(resources: Mapping[str, Json], path: Path, scope: Scope) -> Iterator[Workload]:
    for name, resource in resources.items():
        if name.startswith("Fn::ForEach::"):
            yield from _in_loop(resource, (*path, name), scope)
        elif isinstance(resource, Mapping) and resource.get("Type") == TASK_DEFINITION:
            yield _workload(name, resource, (*path, name), scope, (*path, name, "Properties"))


def _in_loop(loop: Json, path: Path, scope: Scope) -> Iterator[Workload]:
    """The workloads in the body of an Fn::ForEach: [identifier, collection, body]."""
    if isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], Mapping):
        yield from _workloads(loop[2], (*path, 2), scope.within(loop[0]))


def _workload(name: str, resource: Mapping[str, Json], path: Path, scope: Scope, properties_path: Path) -> Workload:
    properties = resource.get("Properties")
    tags, tag_findings = (
        _tag_levels(properties, properties_path, name, scope) if isinstance(properties, Mapping) else ((), ())
    )
    metadata, metadata_findings = _metadata_levels(resource, path, name)
    return Workload(name, path, (*tags, *metadata), scope, (*tag_findings, *metadata_findings))


def _metadata_levels(
    holder: Mapping[str, Json], path: Path, subject: str
) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
    """The level in `Metadata.AppMesh` of a template or resource, if it is there."""
    metadata = holder.get("Metadata")
    if not isinstance(metadata, Mapping) or MARK not in metadata:
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


def _tag_levels(
    properties: Mapping[str, Json], path: Path, subject: str, scope: Scope
) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
    """The level that the `AppMesh:` tags make."""
    tags = properties.get("Tags")
    if not isinstance(tags, list):
        return (), ()
    given: dict[str, Json] = {}
    paths: dict[str, Path] = {}
    findings: list[Finding] = []
    for index, tag in enumerate(tags):
        place = (*path, "Tags", index)
        for leaf in leaves(tag, scope, place):
            key = leaf.written.get("Key") if isinstance(leaf.written, Mapping) else None
            if not isinstance(key, str) or not key.startswith(TAG_PREFIX):
                continue
            setting = key.removeprefix(TAG_PREFIX)
            if leaf.path != place or setting in given:
                message = f"tag {key} is " + ("there twice" if setting in given else "under a condition")
                findings.append(Finding("AM112", subject, leaf.path, message, "Write it once, outside of Fn::If"))
            elif isinstance(leaf.written, Mapping):
                given[setting] = leaf.written.get("Value", "")
                paths[setting] = (*place, "Value")
    if not given and not findings:
        return (), ()
    return (Level((*path, "Tags"), given, subject, paths, is_tags=True),), tuple(findings)


def _branches(
    properties: Mapping[str, Json], path: Path, workload: Workload, scope: Scope
) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
    """The container lists: one, or one for each branch of the Fn::Ifs around it.

    Facts are read under what `scope` assumes; a branch's own scope says only what the Fn::Ifs around it do.
    """
    place = (*path, "ContainerDefinitions")
    branches: list[Branch] = []
    findings: list[Finding] = []
    for leaf in leaves(properties.get("ContainerDefinitions"), workload.scope, place):
        if any(scope.assumed.get(name, outcome) != outcome for name, outcome in leaf.scope.assumed.items()):
            continue
        if not isinstance(leaf.written, list):
            findings.append(_unreadable_list(leaf, workload.name))
            continue
        inner = _assuming_all(scope, leaf.scope.assumed)
        containers, found = container_list(CLOUDFORMATION, leaf.written, leaf.path, inner, workload.name)
        branches.append(Branch({"app": containers}, leaf.scope))
        findings += found
    return tuple(branches), tuple(findings)


def _assuming_all(scope: Scope, assumed: Mapping[str, bool]) -> Scope:
    for condition, outcome in assumed.items():
        scope = scope.assuming(condition, outcome)
    return scope


def _unreadable_list(leaf: Leaf, subject: str) -> Finding:
    if isinstance(leaf.reading, Absent) or leaf.written is None:
        return Finding("AM203", subject, leaf.path, "the task has no ContainerDefinitions", "Add the app's containers")
    return Finding(
        "AM203",
        subject,
        leaf.path,
        "ContainerDefinitions is no list that can be read when the macro runs",
        "Write the list out here; single containers may be Fn::Ifs",
    )


def _leaves(properties: Mapping[str, Json], name: str, path: Path, scope: Scope) -> tuple[Leaf, ...]:
    """What a property can be; one absent leaf where it is not there."""
    value = properties.get(name, {"Ref": "AWS::NoValue"})
    return tuple(leaves(value, scope, (*path, name)))


def _launch_types(properties: Mapping[str, Json], path: Path, scope: Scope) -> tuple[Leaf, ...]:
    found: list[Leaf] = []
    for leaf in _leaves(properties, "RequiresCompatibilities", path, scope):
        value = leaf.reading.value if isinstance(leaf.reading, Literal) else None
        if isinstance(value, list):
            for index, item in enumerate(value):
                found += leaves(item, leaf.scope, (*leaf.path, index))
        else:
            found.append(leaf)
    return tuple(found)
