"""How ECS task definitions are read and written: in CloudFormation's spelling or in that of the ECS API.

Source: AWS::ECS::TaskDefinition; RegisterTaskDefinition.
"""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.alike import Plain, is_plain
from appmesh_inject.cfn.document import Json, Path, edited
from appmesh_inject.cfn.intrinsics import NO_VALUE, Leaf, Literal, Scope, is_no_value, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.plan import Plan
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.containers import EcsContainers, container_list
from appmesh_inject.workloads.member_names import API_CONTAINERS, CLOUDFORMATION_CONTAINERS
from appmesh_inject.workloads.model import Branch, Task, Workload

TAG_PREFIX = "AppMesh:"


class EcsTasks(NamedTuple):
    """The members of a task definition that decisions read, as one document spells them."""

    containers: EcsContainers
    container_definitions: str
    network_mode: str
    memory: str
    requires_compatibilities: str
    proxy_configuration: str
    tags: str
    key: str
    value: str

    def task(self, properties: Mapping[str, Json], path: Path, workload: Workload, scope: Scope) -> Task:
        """The facts of one task definition, under what `scope` assumes. `path`: where its properties stand."""
        branches, findings = self._branches(properties, path, workload, scope)
        redirect = properties.get(self.proxy_configuration)
        return Task(
            path=path,
            containers=properties.get(self.container_definitions, []),
            branches=branches,
            network=_leaves(properties, self.network_mode, path, scope),
            launch_types=self._launch_types(properties, path, scope),
            memory=_leaves(properties, self.memory, path, scope),
            redirect=None if is_no_value(redirect) else redirect,
            redirect_path=(*path, self.proxy_configuration),
            findings=findings,
        )

    def plain(self, properties: Mapping[str, Json], path: Path) -> Plain | None:
        """What decides about a task definition whose containers are one plain list; None for another."""
        items = properties.get(self.container_definitions)
        if not isinstance(items, list) or not is_plain(items):
            return None
        around = (self.network_mode, self.memory, self.requires_compatibilities, self.proxy_configuration)
        likeness = (
            [self.containers.likeness(item) for item in items if isinstance(item, dict)],
            [properties.get(name) for name in around],
        )
        return Plain(items, path, (*path, self.container_definitions), likeness)

    def _branches(
        self, properties: Mapping[str, Json], path: Path, workload: Workload, scope: Scope
    ) -> tuple[tuple[Branch, ...], tuple[Finding, ...]]:
        """The container lists: one, or one for each branch of the Fn::Ifs around it.

        Facts are read under what `scope` assumes; a branch's own scope says only what the Fn::Ifs around it do.
        """
        place = (*path, self.container_definitions)
        branches: list[Branch] = []
        findings: list[Finding] = []
        for leaf in leaves(properties.get(self.container_definitions, []), workload.scope, place):
            if any(scope.assumed.get(name, outcome) != outcome for name, outcome in leaf.scope.assumed.items()):
                continue
            if not isinstance(leaf.written, list):
                findings.append(self._unreadable(leaf, workload.name))
                continue
            inner = scope.assuming_all(leaf.scope.assumed)
            containers, found = container_list(self.containers, leaf.written, leaf.path, inner, workload.name)
            branches.append(Branch({"app": containers}, leaf.scope))
            findings += found
        return tuple(branches), tuple(findings)

    def _unreadable(self, leaf: Leaf, subject: str) -> Finding:
        return Finding(
            "AM203",
            subject,
            leaf.path,
            f"{self.container_definitions} is no list that can be read when the macro runs",
            "Write the list out here; single containers may be Fn::Ifs",
        )

    def _launch_types(self, properties: Mapping[str, Json], path: Path, scope: Scope) -> tuple[Leaf, ...]:
        found: list[Leaf] = []
        for leaf in _leaves(properties, self.requires_compatibilities, path, scope):
            value = leaf.reading.value if isinstance(leaf.reading, Literal) else None
            if isinstance(value, list):
                for index, item in enumerate(value):
                    found += leaves(item, leaf.scope, (*leaf.path, index))
            else:
                found.append(leaf)
        return tuple(found)

    def tag_levels(
        self, properties: Mapping[str, Json], path: Path, subject: str, scope: Scope
    ) -> tuple[tuple[Level, ...], tuple[Finding, ...]]:
        """The level that the `AppMesh:` tags make, if there are any."""
        tags = properties.get(self.tags)
        if not isinstance(tags, list):
            return (), ()
        given: dict[str, Json] = {}
        paths: dict[str, Path] = {}
        findings: list[Finding] = []
        for index, tag in enumerate(tags):
            place = (*path, self.tags, index)
            for leaf in leaves(tag, scope, place):
                key = leaf.written.get(self.key) if isinstance(leaf.written, dict) else None
                if not isinstance(key, str) or not key.startswith(TAG_PREFIX):
                    continue
                setting = key.removeprefix(TAG_PREFIX)
                if leaf.path != place or setting in given:
                    message = f"tag {key} is " + ("there twice" if setting in given else "under a condition")
                    findings.append(Finding("AM112", subject, leaf.path, message, "Write it once, outside of Fn::If"))
                elif isinstance(leaf.written, dict):
                    given[setting] = leaf.written.get(self.value, "")
                    paths[setting] = (*place, self.value)
        if not given and not findings:
            return (), ()
        return (Level((*path, self.tags), given, subject, paths, is_tags=True),), tuple(findings)


def _leaves(properties: Mapping[str, Json], name: str, path: Path, scope: Scope) -> tuple[Leaf, ...]:
    """What a property can be; one absent leaf where it is not there."""
    return tuple(leaves(properties.get(name, NO_VALUE), scope, (*path, name)))


def applied(document: Json, plans: Mapping[Path, Plan]) -> Json:
    """The document with every plan carried out; the very same object where none changes anything."""
    changes: dict[Path, Json] = {}
    for plan in plans.values():
        for planned in plan.lists:
            if not planned.changes_nothing:
                items = [*planned.items, *planned.appended]
                for index, item in (*planned.replaced.items(), *planned.waiting.items()):
                    items[index] = item
                changes[planned.path] = items
        if plan.redirect is not None:
            changes[plan.redirect_path] = plan.redirect
    return edited(document, changes)


CLOUDFORMATION = EcsTasks(
    containers=CLOUDFORMATION_CONTAINERS,
    container_definitions="ContainerDefinitions",
    network_mode="NetworkMode",
    memory="Memory",
    requires_compatibilities="RequiresCompatibilities",
    proxy_configuration="ProxyConfiguration",
    tags="Tags",
    key="Key",
    value="Value",
)

API = EcsTasks(
    containers=API_CONTAINERS,
    container_definitions="containerDefinitions",
    network_mode="networkMode",
    memory="memory",
    requires_compatibilities="requiresCompatibilities",
    proxy_configuration="proxyConfiguration",
    tags="tags",
    key="key",
    value="value",
)
