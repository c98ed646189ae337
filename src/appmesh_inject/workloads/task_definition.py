"""Reads ECS task definitions, in the spelling of CloudFormation or of the ECS API.

Source: AWS::ECS::TaskDefinition; RegisterTaskDefinition.
"""

from collections.abc import Iterable, Mapping, Sequence

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, OPAQUE, Leaf, Literal, Scope, is_no_value, leaves
from appmesh_inject.cfn.loops import may_add
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads import member_names
from appmesh_inject.workloads.containers import EcsContainerReader, container_list, has_loops
from appmesh_inject.workloads.lost_marks import TAG_PREFIX, misspelt_tag
from appmesh_inject.workloads.member_names import MemberNames
from appmesh_inject.workloads.model import Branch, Task, Workload


class TaskDefinitionReader:
    """Reads task definitions. names: the spelling of their members."""

    def __init__(self, names: MemberNames) -> None:
        self.names = names
        self.containers = EcsContainerReader(names)

    def task(self, properties: Mapping[str, Json], path: Path, workload: Workload, scope: Scope) -> Task:
        """The facts about one task definition, given the conditions that `scope` assumes. path: of its properties."""
        names = self.names
        branches, findings = self._branches(properties, path, workload, scope)
        proxy_configuration = properties.get(names["ProxyConfiguration"])
        return Task(
            path=path,
            containers=properties.get(names["ContainerDefinitions"], []),
            branches=branches,
            network=_leaves(properties, names["NetworkMode"], path, scope),
            launch_types=_items(_leaves(properties, names["RequiresCompatibilities"], path, scope)),
            memory=_leaves(properties, names["Memory"], path, scope),
            proxy_configuration=None if is_no_value(proxy_configuration) else proxy_configuration,
            proxy_configuration_path=(*path, names["ProxyConfiguration"]),
            findings=findings,
        )

    def _branches(
        self, properties: Mapping[str, Json], path: Path, workload: Workload, scope: Scope
    ) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
        """The container lists, one for each branch of the Fn::Ifs around the list.

        Containers are read in `scope`. The scope of a branch assumes only the outcomes that those Fn::Ifs imply.
        """
        listed = self.names["ContainerDefinitions"]
        place = (*path, listed)
        if listed not in properties and may_add(properties, listed):
            message = f"an Fn::ForEach may give the task {listed}, and is not unrolled when the macro runs"
            hint = f"Write {listed} out, or list AWS::LanguageExtensions before the macro"
            return (), (Finding("AM203", workload.name, path, message, hint),)
        branches: list[Branch] = []
        findings: list[Finding] = []
        for leaf in leaves(properties.get(listed, []), workload.scope, place):
            if any(scope.assumed.get(name, outcome) != outcome for name, outcome in leaf.scope.assumed.items()):
                continue
            if not isinstance(leaf.written, list):
                findings.append(self._unreadable(leaf, workload.name))
                continue
            inner = scope.assuming_all(leaf.scope.assumed)
            containers, unreadable = container_list(self.containers, leaf.written, leaf.path, inner, workload.name)
            branches.append(Branch({"app": containers}, leaf.scope))
            findings += unreadable
        return tuple(branches), tuple(findings)

    def _unreadable(self, leaf: Leaf, subject: str) -> Finding:
        return Finding(
            "AM203",
            subject,
            leaf.path,
            f"the list {self.names['ContainerDefinitions']} cannot be read when the macro runs",
            "Write the list out here; an item of it may be an Fn::If",
        )

    def tag_levels(
        self, properties: Mapping[str, Json], path: Path, subject: str, scope: Scope
    ) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
        """The settings in the `AppMesh:` tags: one level, or none."""
        tags = properties.get(self.names["Tags"])
        if not isinstance(tags, list):
            return (), ()
        given: dict[str, Json] = {}
        paths: dict[str, Path] = {}
        findings: list[Finding] = []
        for index, tag in enumerate(tags):
            place = (*path, self.names["Tags"], index)
            for leaf in leaves(tag, scope, place):
                key = leaf.written.get(self.names["Key"]) if isinstance(leaf.written, dict) else None
                if not isinstance(key, str):
                    continue
                setting = misspelt_tag(key)
                if setting is not None:
                    message = f"tag '{key}' is not read, so it marks nothing: did you mean '{TAG_PREFIX}{setting}'?"
                    findings.append(Finding("AM117", subject, leaf.path, message, f"Write {TAG_PREFIX}{setting}"))
                elif key.startswith(TAG_PREFIX):
                    setting = key.removeprefix(TAG_PREFIX)
                else:
                    continue
                if leaf.path != place or setting in given:
                    message = f"tag {key} is " + ("given twice" if setting in given else "under a condition")
                    findings.append(Finding("AM112", subject, leaf.path, message, "Write it once, outside of Fn::If"))
                elif isinstance(leaf.written, dict):
                    given[setting] = leaf.written.get(self.names["Value"], "")
                    paths[setting] = (*place, self.names["Value"])
        if not given and not findings:
            return (), ()
        return (Level((*path, self.names["Tags"]), given, subject, paths, is_tags=True),), tuple(findings)


def _leaves(properties: Mapping[str, Json], name: str, path: Path, scope: Scope) -> Sequence[Leaf]:
    """The values that a property can take; one absent leaf if it is missing, and one opaque leaf if an
    `Fn::ForEach` may still add it."""
    if name not in properties and has_loops(properties) and may_add(properties, name):
        return (Leaf(NO_VALUE, OPAQUE, path, scope),)
    return leaves(properties.get(name, NO_VALUE), scope, (*path, name))


def _items(lists: Iterable[Leaf]) -> Sequence[Leaf]:
    """The items of literal lists; what is no list is an item itself."""
    items: list[Leaf] = []
    for leaf in lists:
        value = leaf.reading.value if isinstance(leaf.reading, Literal) else None
        if isinstance(value, list):
            for index, item in enumerate(value):
                items += leaves(item, leaf.scope, (*leaf.path, index))
        else:
            items.append(leaf)
    return items


CLOUDFORMATION = TaskDefinitionReader(member_names.CLOUDFORMATION)
ECS_API = TaskDefinitionReader(member_names.ECS_API)
