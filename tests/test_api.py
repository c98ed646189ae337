"""The front door for Python: one function, plain values, nothing raised."""

import copy
import subprocess
import sys
from types import MappingProxyType
from typing import Any

import pytest
import yaml

import appmesh_inject
from appmesh_inject import Action, Finding, Injected, Report, inject
from appmesh_inject.files import documents
from tests.cli.command import SIDECARS, TEMPLATE, run

DOCUMENT: Any = documents.parsed("", TEMPLATE).content


def names(injected: Injected) -> list[str]:
    template: Any = injected.template
    return [each["Name"] for each in template["Resources"]["Web"]["Properties"]["ContainerDefinitions"]]


def test_a_template_comes_out_as_the_command_line_renders_it() -> None:
    before = copy.deepcopy(DOCUMENT)
    injected = inject(DOCUMENT)
    assert injected.ok
    assert injected.template == documents.parsed("", run("render", "-", stdin=TEMPLATE).out).content
    assert [(each.name, each.action) for each in injected.reports] == [("Web", Action.INJECTED)]
    assert before == DOCUMENT, "what was given is as it was"


def test_settings_parameters_and_deployment_count() -> None:
    template = {**DOCUMENT, "Parameters": {"Level": {"Type": "String", "Default": "info"}}}
    template["Metadata"] = {"AppMesh": {"LogLevel": {"Ref": "Level"}}}
    assert not inject(template, parameters={"Level": "loud"}).ok
    injected = inject(DOCUMENT, settings={"LogLevel": "trace"}, deployment={"PreviewEnvoyImage": "mine"})
    assert "trace" in str(injected.template)
    assert "mine" in str(injected.template)


@pytest.mark.parametrize(
    "template", [{}, {"Resources": []}, {"Resources": {"Web": None}}, {"kind": "Pod", "apiVersion": 1}]
)
def test_a_mistake_is_a_finding_or_nothing_and_never_raised(template: Any) -> None:
    assert inject(template).template is template


CONVERTED: Any = documents.load("tests/golden/cloudformation/service-connect-minimal/input.yaml").content


def test_service_connect_comes_out_with_its_services_and_words_for_each_task() -> None:
    injected = inject(CONVERTED)
    assert injected.ok
    resources: Any = injected.template["Resources"]
    assert (
        resources["CartService"]["Properties"]["ServiceConnectConfiguration"]["Services"][0]["PortName"] == "http-8080"
    )
    assert [(each.name, each.action, each.reason, each.profile) for each in injected.reports] == [
        ("CartTask", Action.INJECTED, "cart.shop.local:8080 (CartService)", "service-connect"),
        ("WebTask", Action.INJECTED, "calls only (WebService)", "service-connect"),
    ]
    again = inject(injected.template)
    assert again.template is injected.template
    assert {each.action for each in again.reports} == {Action.SKIPPED}


def test_what_is_refused_comes_back_itself() -> None:
    injected = inject(DOCUMENT, settings={"Profil": "ga"})
    assert injected.template is DOCUMENT
    assert [(each.code, each.path) for each in injected.findings] == [("AM101", ("settings['Profil']",))]


def test_the_other_forms() -> None:
    task = inject(
        {"family": "web", "memory": "512", "networkMode": "awsvpc", "containerDefinitions": [{"name": "app"}]},
        settings={"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80"},
    )
    assert [each["name"] for each in task.template["containerDefinitions"]] == SIDECARS  # type: ignore[index,union-attr,call-overload]
    pod = yaml.safe_load("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: app}]}}")
    asked = {"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80", "Region": "us-east-1"}
    assert "envoy" in str(inject(pod, settings=asked).template)


def test_each_workload_is_reported_with_its_place_and_profile() -> None:
    task: Any = DOCUMENT["Resources"]["Web"]
    resources = {
        "Off": {**task, "Metadata": {"AppMesh": {"Enabled": False, "Profile": "ga"}}},
        "Unmarked": {**task, "Metadata": {}},
        "Web": task,
    }
    bad = {**task, "Metadata": {"AppMesh": {"Profile": "standalone", "MeshStack": "mesh", "MeshName": "a"}}}

    def reports(**more: Any) -> list[Report]:
        return list(inject({"Resources": {**resources, **more}}).reports)

    off = Report("Off", ("Resources", "Off"), Action.SKIPPED, "Enabled is false", "ga")
    unmarked = Report("Unmarked", ("Resources", "Unmarked"), Action.SKIPPED, "not marked", "preview")
    web = Report("Web", ("Resources", "Web"), Action.INJECTED, "", "preview")
    held = Report("Web", ("Resources", "Web"), Action.SKIPPED, "another finding stops the injection", "preview")
    refused = Report("Bad", ("Resources", "Bad"), Action.REFUSED, "see the findings", "standalone")
    assert reports() == [off, unmarked, web]
    assert reports(Bad=bad) == [off, unmarked, held, refused]


def test_a_pod_that_is_passed_over_is_reported_with_its_place() -> None:
    metadata: dict[str, Any] = {"annotations": {"appmesh.k8s.aws/sidecarInjectorWebhook": "disabled"}}
    template = {"metadata": metadata, "spec": {"containers": []}}
    deployment: dict[str, Any] = {"apiVersion": "v1", "kind": "Deployment", "spec": {"template": template}}
    (report,) = inject(deployment).reports
    assert (report.path, report.action) == ((0, "spec", "template"), Action.SKIPPED)


def test_any_mapping_is_a_template() -> None:
    template = MappingProxyType(DOCUMENT)
    injected = inject(template)
    assert injected.template == inject(DOCUMENT).template
    refused = inject(template, settings={"Profil": "ga"})
    assert refused.template is template
    snippet = DOCUMENT["Resources"]["Web"]["Properties"]
    asked = {"MeshName": "a", "VirtualNodeName": "b"}
    assert inject(MappingProxyType(snippet), settings=asked).template == inject(snippet, settings=asked).template


def test_the_deployment_counts_in_every_form() -> None:
    asked = {"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80", "Region": "us-east-1"}
    deployment = {"PreviewEnvoyImage": "registry.example.com/envoy"}
    forms: list[dict[str, Any]] = [
        {"family": "web", "memory": "512", "networkMode": "awsvpc", "containerDefinitions": [{"name": "app"}]},
        {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app"}]}},
        {"Memory": "512", "NetworkMode": "awsvpc", "ContainerDefinitions": [{"Name": "app"}]},
    ]
    for form in forms:
        injected = inject(form, settings=asked, deployment=deployment)
        assert injected.ok, injected.findings
        assert "registry.example.com/envoy" in str(injected.template)


def test_parameters_count_in_a_snippet() -> None:
    snippet: dict[str, Any] = {
        "Memory": "512",
        "NetworkMode": {"Ref": "Mode"},
        "ContainerDefinitions": [{"Name": "app"}],
    }
    asked = {"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80"}
    assert inject(snippet, settings=asked, parameters={"Mode": "awsvpc"}).ok
    assert not inject(snippet, settings=asked, parameters={"Mode": "bridge"}).ok


def test_parameters_have_their_defaults_and_their_types() -> None:
    ports = {"Ports": {"Type": "CommaDelimitedList", "Default": "80,81"}}
    level = {"Level": {"Type": "String", "Default": "loud"}}
    asked = {"AppPorts": {"Ref": "Ports"}, "LogLevel": {"Ref": "Level"}}
    template = {**DOCUMENT, "Parameters": {**ports, **level}, "Metadata": {"AppMesh": asked}}
    assert [each.code for each in inject(template).findings] == ["AM102"]
    injected = inject(template, parameters={"Level": "debug"})
    assert injected.ok
    assert "{'Fn::Join': [',', {'Ref': 'Ports'}]}" in str(injected.template)
    assert [each.code for each in inject(template, parameters={"Level": "debug", "Ports": "http"}).findings] == [
        "AM107"
    ]


def test_a_kind_alone_makes_no_kubernetes_object() -> None:
    assert [each.code for each in inject({"kind": "Pod", "spec": {"containers": []}}).findings] == ["AM001"]


def test_what_describe_task_definition_prints_can_be_registered() -> None:
    task: dict[str, Any] = {"family": "web", "memory": "512", "networkMode": "awsvpc"}
    task["containerDefinitions"] = [{"name": "app"}]
    read_only: dict[str, Any] = {"revision": 7, "status": "ACTIVE", "taskDefinitionArn": "arn:aws:ecs:x"}
    tags = [{"key": "AppMesh:MeshName", "value": "a"}, {"key": "AppMesh:VirtualNodeName", "value": "b"}]
    asked = {"AppPorts": "80"}
    injected = inject({"taskDefinition": {**task, **read_only}, "tags": tags}, settings=asked)
    assert injected.ok
    assert list(injected.template) == [*task, "tags"]
    assert injected.template["tags"] == tags
    untagged = inject({"taskDefinition": task, "tags": []}, settings={**asked, "MeshName": "a", "VirtualNodeName": "b"})
    assert list(untagged.template) == list(task)


def test_what_is_not_of_the_package_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'appmesh_inject' has no attribute 'ejnect'"):
        _ = appmesh_inject.ejnect
    fresh = {name: appmesh_inject.__getattr__(name) for name in ("inject", "Injected", "Finding", "Action")}
    assert fresh == {"inject": inject, "Injected": Injected, "Finding": Finding, "Action": Action}


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, appmesh_inject; print(*[name for name in sys.modules if name.startswith('appmesh_inject.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_the_front_door_needs_no_command_line() -> None:
    code = "import sys; from appmesh_inject import inject; inject({'Resources': {}}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"typer", "rich", "yaml", "cfnlint", "boto3"} & set(loaded)
