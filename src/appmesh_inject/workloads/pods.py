"""Reads the containers of a Kubernetes pod. Source: Kubernetes API, core/v1 Container."""

from collections.abc import Mapping

from appmesh_inject.cfn.document import Changes, Json, Path
from appmesh_inject.cfn.fragment_merge import Identities
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.settings.types import port as port_check
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerList, Port, UnderCondition

IDENTITIES: Identities = {
    "env": (("name", None),),
    "ports": (("containerPort", None), ("protocol", "TCP")),
    "volumeMounts": (("mountPath", None),),
}
"""The members that identify the items of lists, for `cfn.fragment_merge`: those by which Kubernetes itself merges."""


class PodContainerReader:
    """Reads the containers of pods."""

    name_key = "name"
    image_key = "image"
    identities = IDENTITIES

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container:
        """The facts about one container. Its pod needs no memory setting and runs all its containers until it ends."""
        name, image = definition.get("name"), definition.get("image")
        context = definition.get("securityContext")
        return Container(
            definition=definition,
            path=path,
            scope=scope,
            name=name if isinstance(name, str) else None,
            image=image if isinstance(image, str) else None,
            variables={str(item.get("name")): item.get("value") for item in _maps(definition.get("env"))},
            user=str(context.get("runAsUser", "")) if isinstance(context, dict) else "",
        )

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container lists."""
        ports: list[Port] = []
        findings: list[Finding] = []
        for index, mapping in enumerate(_maps(container.definition.get("ports"))):
            path = (*container.path, "ports", index, "containerPort")
            number = mapping.get("containerPort")
            if str(mapping.get("protocol", "TCP")).upper() != "TCP":
                continue
            if port_check(str(number)):
                message = f"{quoted(number)} is not a port from 1 to 65535"
                findings.append(Finding("AM107", subject, path, message, "Correct the port"))
            else:
                ports.append(Port(str(number), str(number), path, certain=True))
        return tuple(ports), tuple(findings)

    def waiting(self, container: Container, name: Json, under: UnderCondition) -> Changes | None:
        """No edits, since the containers of a pod start together."""
        return ()


POD_CONTAINERS = PodContainerReader()


def _maps(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def pod_containers(value: Json, path: Path, scope: Scope, subject: str) -> tuple[ContainerList, tuple[Finding, ...]]:
    """The facts about a pod's list of containers, and findings about what is not a container."""
    if value is None:
        return ContainerList(path), ()
    if not isinstance(value, list):
        finding = Finding("AM203", subject, path, f"{path[-1]} is not a list", "Write a list of containers")
        return ContainerList(path), (finding,)
    entries: list[ContainerEntry] = []
    findings: list[Finding] = []
    for index, item in enumerate(value):
        place = (*path, index)
        if isinstance(item, dict):
            entries.append(ContainerEntry(item, place, ((POD_CONTAINERS.container(item, place, scope), {}),)))
        else:
            message = "this is not a container definition"
            findings.append(Finding("AM203", subject, place, message, "Write a map with name and image"))
    return ContainerList(path, tuple(entries)), tuple(findings)
