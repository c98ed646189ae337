"""Reads ECS task definition JSON, the input of `aws ecs register-task-definition --cli-input-json`."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Json, map_at
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.containers import EcsContainerReader
from appmesh_inject.workloads.detect import DESCRIBED
from appmesh_inject.workloads.model import Found, Task, Workload
from appmesh_inject.workloads.task_definition import ECS_API

READ_ONLY = frozenset(
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)
"""Members that DescribeTaskDefinition returns and RegisterTaskDefinition refuses."""


def registrable(document: Json) -> Json:
    """The document as RegisterTaskDefinition takes it: unwrapped and without read-only members. The same object if it
    needs no change."""
    if not isinstance(document, dict):
        return document
    described = document.get(DESCRIBED)
    if isinstance(described, dict):
        tags = document.get("tags")
        document = {**described, **({"tags": tags} if tags else {})}
    if READ_ONLY.isdisjoint(document):
        return document
    return {name: value for name, value in document.items() if name not in READ_ONLY}


class EcsTaskDefinition(NamedTuple):
    """One task definition. request: settings given by flags. They mark it, and have the lowest precedence."""

    request: Level
    name: str = "ecs"

    @property
    def containers(self) -> EcsContainerReader:
        return ECS_API.containers

    def find(self, document: Json) -> Found:
        """The task definition as the only workload; AM001 if the document is not a task definition."""
        if not isinstance(document, dict) or "containerDefinitions" not in document:
            return Found((), findings=(_unknown_document(),))
        family = document.get("family")
        name = family if isinstance(family, str) else ""
        tags, findings = ECS_API.tag_levels(document, (), name, NOTHING_KNOWN)
        levels = (*((self.request,) if self.request.given else ()), *tags)
        return Found((Workload(name, (), (), levels, NOTHING_KNOWN, findings),))

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts about the task definition."""
        return ECS_API.task(map_at(document, ()), (), workload, scope)


def _unknown_document() -> Finding:
    return Finding("AM001", "", (), "this is not an ECS task definition", "Give a document with containerDefinitions")
