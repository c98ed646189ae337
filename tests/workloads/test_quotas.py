"""What comes out against the quotas of AWS: a task definition as a whole, a template's bytes and its resources."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from appmesh_inject.cfn.document import NOTHING, Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, inject
from appmesh_inject.mesh.command_forms import form_of
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests
from tests.mesh import thousand

PROFILES = ("preview", "ga", "standalone")
MARK: dict[str, Json] = {"MeshName": "apps", "VirtualNodeName": "web"}


def mesh(backends: int = 0) -> dict[str, Json]:
    """A node, and the services that it calls, all of which it provides itself."""
    # As unlike as names can be, so that compression does little for them.
    names = [f"{hashlib.sha256(str(number).encode()).hexdigest()[:60]}.local" for number in range(backends)]
    spec: Json = {
        "Listeners": [{"PortMapping": {"Port": 9080, "Protocol": "http"}}],
        "ServiceDiscovery": {"DNS": {"Hostname": "web.shop.local"}},
        "Backends": [{"VirtualService": {"VirtualServiceName": name}} for name in names],
    }
    provider: Json = {"VirtualNode": {"VirtualNodeName": "web"}}
    services: dict[str, Json] = {
        f"Service{number}": {
            "Type": "AWS::AppMesh::VirtualService",
            "Properties": {"MeshName": "apps", "VirtualServiceName": name, "Spec": {"Provider": provider}},
        }
        for number, name in enumerate(names)
    }
    node: Json = {"MeshName": "apps", "VirtualNodeName": "web", "Spec": spec}
    return {
        "Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}},
        "Node": {"Type": "AWS::AppMesh::VirtualNode", "Properties": node},
        **services,
    }


def task(profile: str, text: str = "", marked: Mapping[str, Json] = NOTHING, **properties: Json) -> dict[str, Json]:
    """A marked task definition whose app has a text of its own."""
    app: dict[str, Json] = {"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}]}
    app["DockerLabels"] = {"about": text}
    given: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [app], **properties}
    mark: Json = {"AppMesh": {**MARK, "Profile": profile, **marked}}
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": mark, "Properties": given}


def injected(resources: dict[str, Json], backends: int = 0, **more: Json) -> Outcome:
    return inject({**more, "Resources": {**mesh(backends), **resources}}, CloudFormation(Level((), {}), {}))


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def errors(outcome: Outcome) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.is_error]


def properties_of(outcome: Outcome) -> Any:
    document: Any = outcome.document
    return document["Resources"]["Web"]["Properties"]


def envoy_of(outcome: Outcome) -> Any:
    return properties_of(outcome)["ContainerDefinitions"][1]


PLAIN: Mapping[str, Json] = {"Configuration": "plain"}
COMPRESSED: Mapping[str, Json] = {"Configuration": "compressed"}


def given_mesh(backends: int) -> Meshes:
    """The mesh of a template that --mesh names."""
    template = OtherTemplate({"Resources": mesh(backends)}, {}, "mesh", "us-east-1")
    return Meshes([OtherMesh("mesh", "mesh.yaml", ("--mesh",), template)])


@pytest.mark.parametrize(("profile", "marked"), [("preview", {}), ("standalone", PLAIN), ("standalone", COMPRESSED)])
def test_a_task_definition_may_have_64_kb_as_a_whole_and_no_byte_more(profile: str, marked: Mapping[str, Json]) -> None:
    room = 65_536 - size(properties_of(injected({"Web": task(profile, "", marked)})))
    assert not errors(injected({"Web": task(profile, "x" * room, marked)}))
    (finding,) = errors(outcome := injected({"Web": task(profile, "x" * (room + 1), marked)}))
    assert (finding.code, finding.subject, finding.path) == ("AM319", "Web", ("Resources", "Web"))
    assert "takes about 65,537 bytes" in finding.message
    assert finding.message.endswith("and ECS takes 65,536")
    assert [(report.name, report.action) for report in outcome.reports] == [("Web", Action.REFUSED)]


def test_a_configuration_is_compressed_only_where_the_task_definition_does_not_fit_otherwise() -> None:
    room = 65_536 - size(properties_of(injected({"Web": task("standalone")}, backends=20)))
    outcomes = {length: injected({"Web": task("standalone", "x" * length)}, backends=20) for length in (room, room + 1)}
    assert not any(errors(outcome) for outcome in outcomes.values())
    forms = [form_of(envoy_of(outcome)["Command"]) for outcome in outcomes.values()]
    assert forms == ["plain", "compressed"]
    asked = injected({"Web": task("standalone", "x" * (room + 1), COMPRESSED)}, backends=20)
    assert properties_of(outcomes[room + 1]) == properties_of(asked)


def test_only_the_task_that_needs_it_is_compressed() -> None:
    outcome = injected({"Other": task("standalone"), "Web": task("standalone", "x" * 60_000)}, backends=20)
    document: Any = outcome.document
    tasks = [document["Resources"][name]["Properties"]["ContainerDefinitions"][1] for name in ("Other", "Web")]
    assert [form_of(envoy["Command"]) for envoy in tasks] == ["plain", "compressed"]


def test_what_was_compressed_because_it_did_not_fit_is_compared_as_such() -> None:
    """A task definition in JSON, whose mesh is given: it is compared with what it would be now."""
    meshes = given_mesh(20)
    request = Level((), {**MARK, "Profile": "standalone"})
    app: Json = {"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}
    app = {**app, "dockerLabels": {"about": "x" * 58_000}}  # type: ignore[dict-item]
    document: Json = {"family": "web", "networkMode": "awsvpc", "memory": "512", "containerDefinitions": [app]}
    first = inject(document, EcsTaskDefinition(request), meshes=meshes)
    again = inject(first.document, EcsTaskDefinition(request), meshes=meshes)
    assert [(report.action, report.reason) for report in again.reports] == [(Action.SKIPPED, "already injected")]
    assert not again.has_errors
    other = inject(first.document, EcsTaskDefinition(request), meshes=given_mesh(21))
    assert [finding.code for finding in errors(other)] == ["AM206"]


def test_an_image_without_a_shell_is_not_compressed() -> None:
    image: dict[str, Json] = {"Envoy": {"Image": "envoyproxy/envoy:distroless-v1.40.0"}}
    assert form_of(envoy_of(injected({"Web": task("standalone", "", image)}))["Command"]) == "plain"
    assert [finding.code for finding in errors(injected({"Web": task("standalone", "x" * 65_000, image)}))] == ["AM336"]


MOST_IN_PLAIN = 79
"""Backends with a router and two targets that fit into a task definition without compression; the docs say about 75."""


def test_many_backends_fit_and_a_thousand_if_compressed() -> None:
    def form(backends: int, **mark: Json) -> str | None:
        outcome = inject(thousand.template(backends, **mark), CloudFormation(Level((), {}), {"Domain": "shop.local"}))
        assert not errors(outcome), [str(finding) for finding in errors(outcome)]
        document: Any = outcome.document
        return form_of(document["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]["Command"])

    assert form(MOST_IN_PLAIN) == "plain"
    assert form(MOST_IN_PLAIN + 1) == "compressed"
    assert form(1000) == "compressed"


def test_what_is_too_large_is_said_with_what_the_rest_takes() -> None:
    def refused(profile: str, backends: int = 0, **marked: Json) -> str:
        rest = "" if backends else "x" * 70_000
        return str(errors(injected({"Web": task(profile, rest, marked)}, backends))[0])

    told = refused("standalone")
    whole, envoy, rest = (int(number.replace(",", "")) for number in re.findall("[0-9]+,[0-9]+|[0-9]{4}", told)[:3])
    assert (whole, rest > 70_000) == (envoy + rest, True)
    assert told.endswith("Move containers to another task, or put less text into them.")
    assert "Envoy" not in refused("ga")
    assert refused("ga").endswith("Move containers to another task, or put less text into them.")
    assert refused("standalone", 500, Configuration="plain").endswith(
        "Set Configuration: compressed, or name fewer backends: each takes about 800 bytes."
    )
    assert refused("standalone", 1500).endswith("Split the task, or name fewer backends.")


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
        + (
            "Split the template; with Configuration: compressed, a task with more than a few backends takes less."
            if profile == "standalone"
            else "Split the template: each task carries its own sidecars and their configuration."
        )
    ]


def test_a_template_whose_configurations_are_compressed_already_has_to_be_split() -> None:
    (finding,) = errors(injected({"Web": task("standalone", "", COMPRESSED)}, Description="x" * 1_000_000))
    assert finding.hint.startswith("Split the template")


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
