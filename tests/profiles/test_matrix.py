"""Each profile in each kind of document: the containers and the redirect that come out, or the finding that says why
not.

Every document says the same thing: an app on port 9080 that stands for the node `web` of the mesh `apps`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Action, Outcome, inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate
from appmesh_inject.profiles.registry import MODULES
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests
from appmesh_inject.workloads.model import DocumentKind

NODE: Json = {
    "Listeners": [{"PortMapping": {"Port": 9080, "Protocol": "http"}}],
    "ServiceDiscovery": {"DNS": {"Hostname": "web.shop.local"}},
}
MESH: Mapping[str, Json] = {
    "Mesh": {
        "Type": "AWS::AppMesh::Mesh",
        "Properties": {"MeshName": "apps", "Spec": {"EgressFilter": {"Type": "ALLOW_ALL"}}},
    },
    "Node": {
        "Type": "AWS::AppMesh::VirtualNode",
        "Properties": {"MeshName": "apps", "VirtualNodeName": "web", "Spec": NODE},
    },
}
PROPERTIES: Json = {
    "NetworkMode": "awsvpc",
    "Memory": "512",
    "ContainerDefinitions": [{"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}]}],
}
TASK_DEFINITION: Json = {
    "family": "web",
    "networkMode": "awsvpc",
    "memory": "512",
    "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
}
POD: Json = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "app", "image": "web", "ports": [{"containerPort": 9080}]}]},
}

Request = Mapping[str, Json]


def template(request: Request) -> tuple[Json, DocumentKind]:
    task: Json = {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": request}, "Properties": PROPERTIES}
    return {"Resources": {**MESH, "Web": task}}, CloudFormation(Level(("Transform", "Parameters"), {}), {})


def resource(request: Request) -> tuple[Json, DocumentKind]:
    return {"Type": "AWS::ECS::TaskDefinition", "Properties": PROPERTIES}, CloudFormation(Level((), request), {})


def snippet(request: Request) -> tuple[Json, DocumentKind]:
    return PROPERTIES, CloudFormation(Level((), request), {})


def task_definition(request: Request) -> tuple[Json, DocumentKind]:
    return TASK_DEFINITION, EcsTaskDefinition(Level((), request))


def pod(request: Request) -> tuple[Json, DocumentKind]:
    return [POD], KubernetesManifests(Level((), {**request, "Region": "us-east-1"}))


KINDS: Mapping[str, Callable[[Request], tuple[Json, DocumentKind]]] = {
    "template": template,
    "resource": resource,
    "snippet": snippet,
    "task definition": task_definition,
    "pod": pod,
}


class Comes(NamedTuple):
    """What comes out. containers: their names; before: those that run before; redirects: by a ProxyConfiguration."""

    containers: Sequence[str]
    before: Sequence[str] = ()
    redirects: bool = False


PREVIEW = Comes(("app", "envoy", "proxyinit"))
REDIRECTED = Comes(("app", "envoy"), redirects=True)
NO_PODS = "does not support this kind of document."
NO_MESH = "the task names virtual node 'web', which is not in this template."

EXPECTED: Mapping[tuple[str, str], Comes | tuple[str, str]] = {
    ("preview", "template"): PREVIEW,
    ("preview", "resource"): PREVIEW,
    ("preview", "snippet"): PREVIEW,
    ("preview", "task definition"): PREVIEW,
    ("preview", "pod"): Comes(("app", "envoy"), before=("proxyinit",)),
    ("ga", "template"): REDIRECTED,
    ("ga", "resource"): REDIRECTED,
    ("ga", "snippet"): REDIRECTED,
    ("ga", "task definition"): REDIRECTED,
    ("ga", "pod"): ("AM109", f"profile 'ga' {NO_PODS}"),
    ("standalone", "template"): REDIRECTED,
    # What stands for itself has no mesh resources beside it: --mesh or MeshStack names them.
    ("standalone", "resource"): ("AM308", NO_MESH),
    ("standalone", "snippet"): ("AM308", NO_MESH),
    ("standalone", "task definition"): ("AM308", NO_MESH),
    ("standalone", "pod"): ("AM109", f"profile 'standalone' {NO_PODS}"),
    # The template has no ECS service, and the node neither a name nor a backend, so only the sidecars would go.
    ("service-connect", "template"): ("AM463", "takes no part"),
    ("service-connect", "resource"): ("AM419", "Fn::Transform sees only the task definition"),
    ("service-connect", "snippet"): ("AM419", "Fn::Transform sees only the task definition"),
    ("service-connect", "task definition"): ("AM109", f"profile 'service-connect' {NO_PODS}"),
    ("service-connect", "pod"): ("AM109", f"profile 'service-connect' {NO_PODS}"),
}
"""By profile and kind of document: what comes out, or the code and the text of the only finding."""


def injected(kind: str, meshes: Meshes | None = None, **settings: Json) -> Outcome:
    document, target = KINDS[kind]({"MeshName": "apps", "VirtualNodeName": "web", **settings})
    return inject(document, target, meshes=meshes)


def comes_out(outcome: Outcome) -> Comes:
    """The containers and the redirect of the one workload, however its document spells them."""
    assert [report.action for report in outcome.reports] == [Action.INJECTED]
    document: Any = outcome.document[0] if isinstance(outcome.document, list) else outcome.document
    document = document.get("Resources", {}).get("Web", document)
    found: Any = document.get("Properties") or document.get("spec") or document
    lower = {name[:1].lower() + name[1:]: value for name, value in found.items()}
    containers = lower.get("containerDefinitions") or lower["containers"]
    redirect = {name.lower(): value for name, value in lower.get("proxyConfiguration", {}).items()}
    assert redirect.get("containername", "envoy") == "envoy"
    return Comes(_names(containers), _names(lower.get("initContainers", ())), redirect.get("type") == "APPMESH")


def _names(containers: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    return tuple(container.get("Name") or container["name"] for container in containers)


def test_the_matrix_is_whole() -> None:
    assert set(EXPECTED) == {(profile, kind) for profile in MODULES for kind in KINDS}


@pytest.mark.parametrize(("profile", "kind"), EXPECTED)
def test_each_profile_in_each_kind_of_document(profile: str, kind: str) -> None:
    outcome, expected = injected(kind, Profile=profile), EXPECTED[profile, kind]
    if isinstance(expected, Comes):
        assert (comes_out(outcome), outcome.findings) == (expected, ())
    else:
        (finding,) = outcome.findings
        assert (finding.code, expected[1] in str(finding)) == (expected[0], True), str(finding)


@pytest.mark.parametrize("kind", ["resource", "snippet", "task definition"])
def test_standalone_takes_the_mesh_of_another_file_where_there_is_none_beside_the_task(kind: str) -> None:
    outcome = injected(
        kind,
        Meshes([OtherMesh("mesh.yaml", "mesh.yaml", ("mesh.yaml",), OtherTemplate({"Resources": MESH}))]),
        Profile="standalone",
    )
    assert (comes_out(outcome), outcome.findings) == (REDIRECTED, ())


def test_the_mesh_leaves_where_the_profile_stands_for_it() -> None:
    def left(profile: str) -> list[str]:
        document: Any = injected("template", Profile=profile).document
        return list(document["Resources"])

    assert {profile: left(profile) for profile in MODULES} == {
        "preview": ["Mesh", "Node", "Web"],
        "ga": ["Mesh", "Node", "Web"],
        "standalone": ["Web"],
        "service-connect": ["Web"],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_profile_it_is_preview(kind: str) -> None:
    outcome = injected(kind)
    assert comes_out(outcome) == EXPECTED["preview", kind]
    assert [report.profile for report in outcome.reports] == ["preview"]
