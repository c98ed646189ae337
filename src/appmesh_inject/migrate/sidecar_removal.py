"""Finds what to remove to take a document out of the mesh: sidecars, redirect, dependencies on them, marks and calls.

The result is a set of paths. The text without them must read as the document without them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appmesh_inject.cfn.document import Json, Path, Step, value_at
from appmesh_inject.cfn.intrinsics import Absent, known, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.migrate.handwritten_sidecars import Handwritten, handwritten
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT, X_RAY_DAEMON
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries, snippets
from appmesh_inject.settings.layers import gather, settle
from appmesh_inject.workloads.kubernetes import PREFIX
from appmesh_inject.workloads.lost_marks import MARK, TAG_PREFIX
from appmesh_inject.workloads.model import Container, DocumentKind, Found, Workload
from appmesh_inject.workloads.task_definition import TaskDefinitionReader

NOTHING = "left alone: no App Mesh sidecars and no mark"

ROLES = (ENVOY, PROXY_INIT)
"""The X-Ray daemon stays, since the app may send it traces."""

EMPTIED = frozenset(
    {
        "Metadata",
        "AppMeshInject",
        "metadata",
        "annotations",
        "Tags",
        "tags",
        "DependsOn",
        "dependsOn",
        "initContainers",
    }
)
"""Members that are removed when they become empty."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What is removed from one task definition or pod. what: in words. problems: why it cannot be done."""

    name: str
    paths: tuple[Path, ...] = ()
    what: tuple[str, ...] = ()
    problems: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SidecarRemoval:
    """What is removed from a document: for each workload, and outside of workloads."""

    workloads: tuple[Removed, ...]
    around: tuple[Path, ...] = ()
    paths: frozenset[Path] = field(default_factory=frozenset)


def removal(
    content: Json, fragment: Json, kind: DocumentKind, tasks: TaskDefinitionReader | None, macro: str
) -> SidecarRemoval:
    """What to remove from `content`. fragment: the part that the macro receives. tasks: the spelling of task
    definitions; None for pods."""
    found = kind.find(fragment)
    workloads = tuple(
        _Workload(content, fragment, kind, tasks, found, each, macro).removed() for each in found.workloads
    )
    around = tuple(_around(content, macro)) if isinstance(content, Mapping) else ()
    paths = {path for each in workloads for path in each.paths} | set(around)
    return SidecarRemoval(workloads, around, frozenset(hoisted(content, paths)))


def _around(template: Mapping[str, Json], macro: str) -> Iterator[Path]:
    """Marks and calls outside of task definitions."""
    metadata = template.get("Metadata")
    if "Resources" in template and isinstance(metadata, Mapping) and MARK in metadata:
        yield ("Metadata", MARK)
    for key in (TRANSFORM, SNIPPET) if "Resources" in template else (TRANSFORM,):
        ours = [entry.path for entry in entries(template, key, (), macro)]
        yield from ours if _some_stay(template.get(key), ours) else [(key,)] if ours else []


def _some_stay(entries_: Json, ours: Collection[Path]) -> bool:
    return isinstance(entries_, list) and len(ours) < len(entries_)


@dataclass(frozen=True, slots=True)
class _Workload:
    """The removal for one workload."""

    content: Json
    fragment: Json
    kind: DocumentKind
    tasks: TaskDefinitionReader | None
    found: Found
    workload: Workload
    macro: str

    def removed(self) -> Removed:
        task = self.kind.task(self.fragment, self.workload, self.workload.scope)
        hand = handwritten(task, self.kind.containers, self._names)
        if problems := tuple(self._problems(hand)):
            return Removed(self.workload.name, problems=problems)
        going = [entry for role in ROLES for entry in hand.entries[role]]
        roles = [role for role in ROLES if hand.entries[role]]
        paths = [entry.path for entry in going]
        what = [f"{role} container" for role in roles]
        if self.tasks and task.proxy_configuration is not None:
            paths.append(task.proxy_configuration_path)
            what.append("redirect")
        dependencies = list(self._dependencies(hand))
        marks = list(self._marks())
        what += ["dependencies"] * bool(dependencies) + ["mark"] * bool(marks)
        if what and (emptied := tuple(self._emptied(hand))):
            return Removed(self.workload.name, problems=emptied)
        return Removed(self.workload.name, (*paths, *dependencies, *marks), tuple(what))

    def _problems(self, hand: Handwritten) -> Iterator[Finding]:
        """Findings for containers that may or may not be sidecars."""
        name, envoys = self.workload.name, hand.entries[ENVOY]
        yield from (doubt.finding(name) for doubt in hand.doubts)
        if len(envoys) > 1 and not hand.is_certain:
            message = f"{len(envoys)} containers are envoy containers by their names and variables"
            hint = "Name the one that is in the ProxyConfiguration, or take out the others' variables"
            yield Finding("AM210", name, envoys[1].path, message, hint)
        for entry in (entry for role in ROLES for entry in hand.entries[role]):
            if not all(
                container is None or hand.roles.get(container.path) in ROLES for container, _ in entry.containers
            ):
                message = "one branch of this Fn::If is a sidecar, and another is not"
                yield Finding("AM211", name, entry.path, message, "Take the sidecar out by hand")

    def _emptied(self, hand: Handwritten) -> Iterator[Finding]:
        """Findings if no container would remain, as in the task of a virtual gateway."""
        going = {entry.path for role in ROLES for entry in hand.entries[role]}
        for branch in hand.task.branches:
            listed = branch.lists["app"]
            left = [each for entry in listed.entries if entry.path not in going for each, _ in entry.containers if each]
            if not left:
                is_pod = self.kind.name == "pod"
                message = f"no container would be left, and a {'pod' if is_pod else 'task'} needs one"
                whole = "whole object" if is_pod else "task definition"
                hint = f"Take the {whole} out of the document{'' if is_pod else ', with the service that runs it'}"
                yield Finding("AM607", self.workload.name, listed.path, message, hint)

    def _dependencies(self, hand: Handwritten) -> Iterator[Path]:
        """Dependencies on removed containers, or on those that the mark would have injected."""
        if self.tasks is None:
            return
        going = {entry.path for role in ROLES for entry in hand.entries[role]}
        staying: list[Container] = []
        names: set[Json] = {self._names.get(role, role) for role in self._fragments}
        for branch in hand.task.branches:
            for entry in branch.lists["app"].entries:
                containers = [container for container, _ in entry.containers if container]
                if entry.path in going:
                    names |= {container.name for container in containers}
                else:
                    staying += containers
        names -= {None, *(container.name for container in staying)}
        for container in staying:
            yield from self._dependencies_of(container, names)

    def _dependencies_of(self, container: Container, names: Collection[Json]) -> Iterator[Path]:
        assert self.tasks is not None
        spelling = self.tasks.containers
        place = (*container.path, spelling.names["DependsOn"])
        for listed in leaves(container.definition.get(spelling.names["DependsOn"], []), container.scope, place):
            for index, item in enumerate(listed.written if isinstance(listed.written, list) else []):
                ends = [leaf for leaf in leaves(item, listed.scope) if not isinstance(leaf.reading, Absent)]
                targets = [
                    known(end.written.get(spelling.names["ContainerName"]), end.scope)
                    for end in ends
                    if isinstance(end.written, Mapping)
                ]
                if targets and all(isinstance(each, str) and each in names for each in targets):
                    yield (*listed.path, index)

    @property
    def _fragments(self) -> Mapping[str, Sequence[Mapping[str, Json]]]:
        """The fragments in the workload's mark by role, lowest level first."""
        if not self.workload.is_marked:
            return {}
        shared = gather(self.found.levels, self.found.scope)
        settings = settle(gather(self.workload.levels, self.workload.scope, shared), self.workload.name).settings
        x_ray = {X_RAY_DAEMON: settings.x_ray_daemon} if settings.x_ray else {}
        return {ENVOY: settings.envoy, PROXY_INIT: settings.proxy_init, **x_ray}

    @property
    def _names(self) -> Mapping[str, Json]:
        """The names of sidecars that the mark sets, by role. None for a name that only CloudFormation knows."""
        key = self.kind.containers.name_key
        return {
            role: known(fragment[key], self.workload.scope)
            for role, fragments in self._fragments.items()
            for fragment in fragments
            if key in fragment
        }

    def _marks(self) -> Iterator[Path]:
        """Marks in the workload's metadata, tags or annotations, and calls inside it."""
        path = self.workload.path
        here: Json = value_at(self.content, path)
        if not isinstance(here, Mapping):
            return
        if self.tasks is None:
            yield from self._annotations(here)
            return
        yield from marks(here, path, self.tasks, self.macro)

    def _annotations(self, pod: Mapping[str, Json]) -> Iterator[Path]:
        metadata = pod.get("metadata")
        annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
        for key in annotations if isinstance(annotations, Mapping) else ():
            if key.startswith(PREFIX):
                yield (*self.workload.path, "metadata", "annotations", key)


def marks(task: Mapping[str, Json], path: Path, tasks: TaskDefinitionReader, macro: str) -> Iterator[Path]:
    """Marks in the metadata and tags of a task definition, and calls inside it. path: of the task definition."""
    metadata = task.get("Metadata")
    if isinstance(metadata, Mapping) and MARK in metadata:
        yield (*path, "Metadata", MARK)
    properties = "Properties" if isinstance(task.get("Properties"), Mapping) else ""
    holder = value_at(task, (properties,) if properties else ())
    tags = holder.get(tasks.names["Tags"]) if isinstance(holder, Mapping) else None
    for index, tag in enumerate(tags if isinstance(tags, list) else []):
        key = tag.get(tasks.names["Key"]) if isinstance(tag, Mapping) else None
        if isinstance(key, str) and key.startswith(TAG_PREFIX):
            yield (*path, *((properties,) if properties else ()), tasks.names["Tags"], index)
    for place in snippets(task, macro):
        there = value_at(task, place)
        assert isinstance(there, Mapping)
        ours = [entry.path for entry in entries(there, SNIPPET, (*path, *place), macro)]
        yield from ours if _some_stay(there[SNIPPET], ours) else [(*path, *place, SNIPPET)]


def hoisted(content: Json, paths: Collection[Path]) -> Iterator[Path]:
    """The paths. If all members of a map or list in EMPTIED are removed, its own path replaces theirs."""
    by_holder: dict[Path, set[Step]] = {}
    for path in paths:
        by_holder.setdefault(path[:-1], set()).add(path[-1])
    whole: set[Path] = set()
    for holder, steps in by_holder.items():
        value = value_at(content, holder)
        is_emptied = isinstance(value, list | dict) and len(steps) == len(value)
        if holder and holder[-1] in EMPTIED and is_emptied:
            whole.add(holder)
    if not whole:
        yield from paths
        return
    yield from hoisted(content, whole | {path for path in paths if path[:-1] not in whole})
