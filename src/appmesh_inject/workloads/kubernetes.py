"""Finds and reads the pods in Kubernetes objects: pods themselves, and pod templates of Deployments, Jobs and others.

Marks are the annotations of App Mesh's own injectors, `appmesh.k8s.aws/...`, on the pod or pod template.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path, map_at, value_if_there
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.table import NAMING
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.model import Branch, Found, Task, Workload
from appmesh_inject.workloads.pods import POD_CONTAINERS, PodContainerReader, pod_containers

PREFIX = "appmesh.k8s.aws/"
SWITCH = f"{PREFIX}sidecarInjectorWebhook"
ANNOTATIONS: Mapping[str, str] = {
    f"{PREFIX}mesh": "MeshName",
    f"{PREFIX}virtualNode": "VirtualNodeName",
    f"{PREFIX}ports": "AppPorts",
    f"{PREFIX}egressIgnoredIPs": "EgressIgnoredIPs",
    f"{PREFIX}egressIgnoredPorts": "EgressIgnoredPorts",
}

POD_TEMPLATES: Mapping[str, Path] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""The path of the pod in an object, by the object's kind."""

RUN_TO_THE_END = frozenset({"Job", "CronJob"})


class KubernetesManifests(NamedTuple):
    """A list of Kubernetes objects. request: settings given by flags. They have the lowest precedence, and mark every
    pod if they name what it represents."""

    request: Level
    name: str = "pod"

    @property
    def containers(self) -> PodContainerReader:
        return POD_CONTAINERS

    def find(self, document: Json) -> Found:
        """The pods in the documents, in order."""
        assert isinstance(document, list)
        return Found(tuple(self._workloads(document, ())))

    def _workloads(self, objects: Sequence[Json], path: Path) -> Iterator[Workload]:
        for index, manifest in enumerate(objects):
            if not isinstance(manifest, dict):
                continue
            kind, items = manifest.get("kind"), manifest.get("items")
            if kind == "List" and isinstance(items, list):
                yield from self._workloads(items, (*path, index, "items"))
            elif isinstance(kind, str) and kind in POD_TEMPLATES:
                workload = self._workload(manifest, kind, (*path, index))
                if workload:
                    yield workload

    def _workload(self, manifest: Mapping[str, Json], kind: str, path: Path) -> Workload | None:
        pod = _map_at(manifest, POD_TEMPLATES[kind])
        if pod is None:
            return None
        metadata = manifest.get("metadata")
        given = metadata.get("name") or metadata.get("generateName") if isinstance(metadata, dict) else None
        name = f"{kind.lower()}/{given}" if isinstance(given, str) else kind.lower()
        place = (*path, *POD_TEMPLATES[kind])
        spec = (*place, "spec")
        annotations = _map_at(pod, ("metadata", "annotations")) or {}
        switch = annotations.get(SWITCH)
        if switch == "disabled":
            return Workload(name, place, spec, (), NOTHING_KNOWN, passed=f"{SWITCH} is disabled")
        levels: tuple[Level, ...]
        where = (*place, "metadata", "annotations")
        findings = list(_invalid_switch(switch, (*where, SWITCH), name))
        if kind in RUN_TO_THE_END:
            findings.append(_never_ends(kind, place, name))
        marks = {ANNOTATIONS[key]: value for key, value in annotations.items() if key in ANNOTATIONS}
        paths = {setting: (*where, key) for key, setting in ANNOTATIONS.items() if key in annotations}
        if marks or switch == "enabled":
            levels = (self.request, Level(where, marks, name, paths))
        else:
            levels = (self.request,) if any(setting in self.request.given for setting in NAMING) else ()
        return Workload(name, place, spec, levels, NOTHING_KNOWN, tuple(findings))

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts about one pod."""
        spec = _map_at(map_at(document, workload.path), ("spec",)) or {}
        path = workload.properties
        containers, found = pod_containers(spec.get("containers"), (*path, "containers"), scope, workload.name)
        first, found_first = pod_containers(spec.get("initContainers"), (*path, "initContainers"), scope, workload.name)
        findings = [*found, *found_first]
        if spec.get("hostNetwork") is True:
            message = "the pod uses its host's network, so proxyinit would redirect all traffic of the host"
            findings.append(Finding("AM501", workload.name, (*path, "hostNetwork"), message, "Remove hostNetwork"))
        return Task(
            path=path,
            containers=[],
            branches=(Branch({"app": containers, "init": first}, scope),),
            findings=tuple(findings),
        )


def _map_at(value: Json, path: Path) -> Mapping[str, Json] | None:
    """The map at `path`, or None if there is no map."""
    member = value_if_there(value, path)
    return member if isinstance(member, dict) else None


def _invalid_switch(switch: Json, path: Path, name: str) -> Iterator[Finding]:
    if switch not in (None, "enabled"):
        message = f"{SWITCH} must be enabled or disabled, and {quoted(switch)} is not"
        yield Finding("AM112", name, path, message, "Write enabled or disabled")


def _never_ends(kind: str, path: Path, name: str) -> Finding:
    return Finding(
        "AM551",
        name,
        path,
        f"the {kind} will not end when its app does, because its envoy keeps running",
        "Let the app end envoy (POST to /quitquitquit on port 9901), or leave the job out of the mesh",
    )
