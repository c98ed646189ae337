"""What comes out against the quotas of AWS: a task definition as a whole, a template's bytes and its resources."""

import json
import re
from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests

PROFILES = ("preview", "ga", "standalone")
MARK: dict[str, Json] = {"MeshName": "apps", "VirtualNodeName": "web"}


def mesh() -> dict[str, Json]:
    spec: Json = {
        "Listeners": [{"PortMapping": {"Port": 9080, "Protocol": "http"}}],
        "ServiceDiscovery": {"DNS": {"Hostname": "web.shop.local"}},
    }
    node: Json = {"MeshName": "apps", "VirtualNodeName": "web", "Spec": spec}
    return {
        "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}},
        "Node": {"Type": "AWS::AppMesh::VirtualNode", "Properties": node},
    }


def task(profile: str, text: str = "", **properties: Json) -> dict[str, Json]:
    """A marked task definition whose app has a text of its own."""
    app: dict[str, Json] = {"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}]}
    app["DockerLabels"] = {"about": text}
    given: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [app], **properties}
    mark: Json = {"AppMesh": {**MARK, "Profile": profile}}
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": mark, "Properties": given}


def injected(resources: dict[str, Json], **more: Json) -> Outcome:
    return inject({**more, "Resources": {**mesh(), **resources}}, CloudFormation(Level((), {}), {}))


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def errors(outcome: Outcome) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.is_error]


def properties_of(outcome: Outcome) -> Any:
    document: Any = outcome.document
    return document["Resources"]["Web"]["Properties"]


@pytest.mark.parametrize("profile", ["preview", "standalone"])
def test_a_task_definition_may_have_64_kb_as_a_whole_and_no_byte_more(profile: str) -> None:
    room = 65_536 - size(properties_of(injected({"Web": task(profile)})))
    assert not errors(injected({"Web": task(profile, "x" * room)}))
    (finding,) = errors(outcome := injected({"Web": task(profile, "x" * (room + 1))}))
    assert (finding.code, finding.subject, finding.path) == ("AM319", "Web", ("Resources", "Web"))
    assert "takes about 65,537 bytes" in finding.message
    assert finding.message.endswith("and ECS takes 65,536")
    assert [(report.name, report.action) for report in outcome.reports] == [("Web", Action.REFUSED)]


def test_what_is_too_large_is_said_with_what_the_rest_takes() -> None:
    def refused(profile: str) -> str:
        return str(errors(injected({"Web": task(profile, "x" * 70_000)}))[0])

    told = refused("standalone")
    whole, envoy, rest = (int(number.replace(",", "")) for number in re.findall("[0-9]+,[0-9]+|[0-9]{4}", told)[:3])
    assert (whole, rest > 70_000) == (envoy + rest, True)
    assert told.endswith("Split the task, or name fewer backends: each takes about 2,000 bytes.")
    assert "Envoy" not in refused("ga")
    assert refused("ga").endswith("Move containers to another task, or put less text into them.")


def test_one_branch_of_the_containers_is_in_a_task_at_a_time() -> None:
    def branch(length: int) -> Json:
        app: Json = {"Name": "app", "Image": "web", "DockerLabels": {"about": "x" * length}}
        return [app]

    def of(then: int, otherwise: int) -> list[Finding]:
        containers: Json = {"Fn::If": ["Large", branch(then), branch(otherwise)]}
        web = task("ga", ContainerDefinitions=containers)
        web["Metadata"] = {"AppMesh": {**MARK, "Profile": "ga", "AppPorts": [9080]}}
        return errors(injected({"Web": web}))

    assert not of(50_000, 50_000)
    assert [finding.code for finding in of(1_000, 70_000)] == ["AM319"]


def test_tags_are_no_part_of_a_task_definition() -> None:
    tags: Json = [{"Key": f"key{n}", "Value": "x" * 250} for n in range(50)]
    assert not errors(injected({"Web": task("ga", "x" * 60_000, Tags=tags)}))


def test_an_ecs_task_definition_that_is_too_large_is_refused() -> None:
    request = Level((), {**MARK, "Profile": "ga"})
    app: Json = {"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}
    document: dict[str, Json] = {"family": "web", "networkMode": "awsvpc", "memory": "512"}
    for length, expected in ((50_000, []), (70_000, ["AM319"])):
        containers: Json = [{**app, "dockerLabels": {"about": "x" * length}}]  # type: ignore[dict-item]
        outcome = inject({**document, "containerDefinitions": containers}, EcsTaskDefinition(request))
        assert [finding.code for finding in outcome.findings] == expected


def test_a_pod_has_no_such_quota() -> None:
    request = Level((), {**MARK, "Region": "us-east-1", "AppPorts": [9080]})
    spec: Json = {"containers": [{"name": "app", "image": "web", "args": ["x" * 70_000]}]}
    pod: Json = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}
    outcome = inject([pod], KubernetesManifests(request))
    assert ([report.action for report in outcome.reports], errors(outcome)) == ([Action.INJECTED], [])


@pytest.mark.parametrize("profile", PROFILES)
def test_a_processed_template_may_have_a_million_bytes_and_no_byte_more(profile: str) -> None:
    room = 1_000_000 - size(injected({"Web": task(profile)}, Description="").document)
    assert not errors(injected({"Web": task(profile)}, Description="x" * room))
    outcome = injected({"Web": task(profile)}, Description="x" * (room + 1))
    assert [str(finding) for finding in errors(outcome)] == [
        "AM329 the processed template has 1,000,001 bytes, and CloudFormation takes 1,000,000. "
        "Split the template: each task carries its own sidecars and their configuration."
    ]


def test_a_template_in_which_nothing_changes_is_left_to_cloudformation() -> None:
    document: Json = {"Description": "x" * 2_000_000, "Resources": {"Web": {"Type": "AWS::ECS::TaskDefinition"}}}
    outcome = inject(document, CloudFormation(Level((), {}), {}))
    assert (outcome.document is document, outcome.findings) == (True, ())


@pytest.mark.parametrize("profile", PROFILES)
def test_a_processed_template_may_have_500_resources_and_none_more(profile: str) -> None:
    there = 1 if profile == "standalone" else 1 + len(mesh())  # without the mesh, which leaves

    def of(count: int) -> list[str]:
        others: dict[str, Json] = {f"Topic{n}": {"Type": "AWS::SNS::Topic"} for n in range(count - there)}
        return [str(finding) for finding in errors(injected({"Web": task(profile), **others}))]

    assert not of(500)
    assert of(501) == [
        "AM331 the processed template has 501 resources, and CloudFormation takes 500. "
        "Split the template: move some of its resources to another stack, or to a nested one."
    ]


def test_a_loop_is_no_resource() -> None:
    loop: Json = ["N", ["a"], {"Topic${N}": {"Type": "AWS::SNS::Topic"}}]
    loops: dict[str, Json] = {f"Fn::ForEach::L{n}": loop for n in range(600)}
    assert not errors(injected({"Web": task("ga"), **loops}))


@pytest.mark.parametrize("name", ["Large", "Fn::ForEach::Tasks"])
def test_each_task_definition_is_measured_alone_also_in_a_loop(name: str) -> None:
    large: Json = task("preview", "x" * 70_000)
    looped: Json = ["Name", ["A", "B"], {"Task${Name}": large}]
    outcome = injected({"Small": task("preview"), name: large if name == "Large" else looped})
    assert [(finding.code, finding.path[:2]) for finding in errors(outcome)] == [("AM319", ("Resources", name))]
