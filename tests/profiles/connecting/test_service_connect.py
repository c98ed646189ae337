"""Profile `service-connect`: the colour app, meshes of other stacks, and tasks that change their profile."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Action, Outcome, inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.other_template import OtherTemplate
from appmesh_inject.mesh.template_mesh import resources_of
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import deployed
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests import invariants
from tests.conftest import REPOSITORY
from tests.deployed import defaults
from tests.golden.cases import plain
from tests.linting import lint
from tests.profiles.connecting.meshes import (
    MARK,
    MESH,
    configuration,
    converted,
    converted_template,
    ecs_service,
    node,
    of_mesh,
    service_of_node,
    task,
)

COLOUR_APP: Path = REPOSITORY / "examples/standalone/template.yaml"


@pytest.fixture
def colour_app() -> Any:
    """The example of profile `standalone`, with the other profile in its mark."""
    template: Any = plain(cfn_yaml.load(str(COLOUR_APP)))
    template["Metadata"]["AppMesh"]["Profile"] = "service-connect"
    return template


def injected(template: Any) -> Outcome:
    return inject(template, CloudFormation(Level(("Transform", "Parameters"), {}), defaults(template)))


def edited(template: Any) -> Any:
    """The two edits: the way in stays standalone, and the other colours have no weight."""
    changed = copy.deepcopy(template)
    resources = changed["Resources"]
    resources["IngressTask"]["Metadata"]["AppMesh"]["Profile"] = "standalone"
    for target in resources["ColortellerRoute"]["Properties"]["Spec"]["HttpRoute"]["Action"]["WeightedTargets"][1:]:
        target["Weight"] = 0
    return changed


def codes(outcome: Outcome, subject: str | None = None) -> list[str]:
    return [finding.code for finding in outcome.findings if subject in (None, finding.subject)]


def test_the_colour_app_is_refused_for_its_gateway_and_its_weights(colour_app: Any) -> None:
    outcome = injected(colour_app)
    assert [(each.code, each.subject) for each in outcome.findings if each.is_error] == [
        ("AM407", "ColortellerRoute"),
        ("AM413", "IngressTask"),
    ]
    assert outcome.document is colour_app


def test_with_both_callers_standalone_its_weights_are_kept_and_no_name_is_left(colour_app: Any) -> None:
    resources = colour_app["Resources"]
    for name in ("IngressTask", "GatewayTask"):
        resources[name]["Metadata"]["AppMesh"]["Profile"] = "standalone"
    outcome = injected(colour_app)
    assert not outcome.has_errors
    document: Any = outcome.document
    assert "ServiceConnectConfiguration" not in document["Resources"]["ColortellerWhiteService"]["Properties"]
    assert "AM463" in codes(outcome, "ColortellerWhiteTask")
    assert [str(it) for it in outcome.findings if it.subject == "Mesh" and it.code == "AM463"] == [
        "AM463 Mesh Resources/Mesh: no caller here uses a name of Service Connect: all of them stay standalone. "
        "Convert a caller as well, or leave all tasks standalone."
    ]


def test_the_colour_app_converts_after_two_edits(colour_app: Any) -> None:
    template = edited(colour_app)
    outcome = invariants.hold(template, injected)
    assert not outcome.has_errors
    document: Any = outcome.document
    resources = document["Resources"]
    assert resources["ServiceConnectNamespace"]["Type"] == "AWS::ServiceDiscovery::HttpNamespace"
    assert resources["ServiceConnectNamespace"]["Properties"] == {"Name": {"Ref": "AWS::StackName"}}
    logs = colour_app["Metadata"]["AppMesh"]["Envoy"]["LogConfiguration"]
    namespace = {"Fn::GetAtt": ["ServiceConnectNamespace", "Arn"]}

    def entry(port: str, number: int, discovery: str, alias: str, **more: Json) -> Json:
        name = {"Fn::Sub": alias + ".${NamespaceName}"}
        aliases: Json = [{"Port": number, "DnsName": name}]
        return {"PortName": port, "DiscoveryName": discovery, "ClientAliases": aliases, **more}

    assert configuration(outcome, "GatewayService") == {
        "Enabled": True,
        "Namespace": namespace,
        "Services": [entry("http-9080", 9080, "gateway", "gateway")],
        "LogConfiguration": logs,
        "AccessLogConfiguration": {"Format": "TEXT"},
    }
    white = entry("http-9080", 9080, "colorteller-white", "colorteller", Timeout={"PerRequestTimeoutSeconds": 5})
    assert configuration(outcome, "ColortellerWhiteService")["Services"] == [white]
    echo = entry("tcp-2701", 2701, "tcpecho", "tcpecho", Timeout={"IdleTimeoutSeconds": 300})
    assert configuration(outcome, "TcpechoService")["Services"] == [echo]
    assert resources["GatewayService"]["DependsOn"] == ["ColortellerWhiteService", "TcpechoService"]

    def mappings(name: str) -> Any:
        return resources[name]["Properties"]["ContainerDefinitions"][0]["PortMappings"]

    assert mappings("GatewayTask") == [{"ContainerPort": 9080, "Name": "http-9080", "AppProtocol": "http"}]
    assert mappings("TcpechoTask") == [{"ContainerPort": 2701, "Name": "tcp-2701"}]
    for colour in ("Black", "Blue", "Red"):
        name = f"Colorteller{colour}Service"
        assert resources[name] is template["Resources"][name]
    assert resources["IngressTask"]["Properties"]["ContainerDefinitions"][0]["Name"] == "envoy"
    warned = {"AM451", "AM456", "AM461", "AM463", "AM464", "AM465"}
    assert set(codes(outcome)) == warned
    assert [codes(outcome).count(code) for code in ("AM464", "AM463")] == [3, 3]


def test_of_the_colour_app_cfn_lint_says_only_that_a_parameter_is_unused(colour_app: Any) -> None:
    template = edited(colour_app)
    new = lint(injected(template).document) - lint(template)
    assert {rule for rule, _ in new} <= {"W2001"}


SHOP: dict[str, Any] = {
    "Mesh": MESH,
    "CartNode": node("cart", (8080, "http")),
    "Cart": service_of_node("cart.shop.local", "cart"),
    "WebNode": node("web", backends=("cart.shop.local",)),
}


STACK_NAME: Json = {"Ref": "AWS::StackName"}
NAMESPACE: dict[str, Json] = {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": STACK_NAME}}


def other_mesh(resources: Mapping[str, Json], **members: Json) -> OtherMesh:
    """The mesh of another stack or file. members: of its template."""
    template = OtherTemplate({"Resources": dict(resources), **members}, {}, "shop", "us-east-1")
    return OtherMesh("base", "stack base", ("MeshStack", "base"), template)


def test_a_mesh_of_another_stack_gives_its_name_to_the_namespace() -> None:
    of_stack = {"base": other_mesh({**SHOP, "Namespace": NAMESPACE})}
    resources = {"Task": task("cart", 8080, MeshStack="base"), "Service": ecs_service("Task")}
    outcome = converted(resources, Meshes(read_stacks=lambda names: [of_stack.get(name) for name in names]))
    assert not outcome.has_errors
    assert configuration(outcome, "Service")["Namespace"] == "shop"
    assert configuration(outcome, "Service")["Services"][0]["DiscoveryName"] == "cart"
    document: Any = outcome.document
    assert list(document["Resources"]) == ["Task", "Service"]


MARKED: Json = {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": MARK}}
TAGS: Json = [{"Key": "AppMesh:Profile", "Value": "service-connect"}]
EXPORTED: dict[str, Json] = {"AppMeshInject": {"Mesh": SHOP}}


@pytest.mark.parametrize(
    ("resources", "metadata", "is_made"),
    [
        ({}, {}, False),
        ({}, {"AppMesh": {"ExportMesh": True}}, False),
        ({}, {"AppMesh": {"ExportMesh": True, "Profile": "standalone"}}, False),
        ({}, {"AppMesh": {"ExportMesh": True, "Profile": "service-connect"}}, True),
        ({}, {"AppMesh": {"ExportMesh": True, "Profile": {"Ref": "Profile"}}}, True),
        ({}, {"AppMesh": {"ExportMesh": True, "Profile": "service-connect", "Namespace": "own"}}, False),
        ({"Task": MARKED}, {}, True),
        ({"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Tags": TAGS}}}, {}, True),
        # What was processed has the namespace, or never will.
        ({"Namespace": NAMESPACE}, EXPORTED, True),
        ({}, {**EXPORTED, "AppMesh": {"Profile": "service-connect"}}, False),
        ({"Namespace": {**NAMESPACE, "Properties": {"Name": "other"}}}, EXPORTED, False),
    ],
)
def test_the_stack_of_the_mesh_makes_the_namespace_or_the_task_must_name_one(
    resources: dict[str, Json], metadata: Json, is_made: bool
) -> None:
    given = Meshes([other_mesh({**SHOP, **resources}, Metadata=metadata)])
    outcome = converted({"Web": task("web"), "WebService": ecs_service("Web")}, given)
    assert [finding.code for finding in outcome.findings if finding.is_error] == ([] if is_made else ["AM416"])
    named = converted({"Web": task("web", Namespace="own"), "WebService": ecs_service("Web")}, given)
    assert configuration(named, "WebService")["Namespace"] == "own"


def test_a_stack_makes_the_namespace_where_the_deployment_has_the_profile_for_all() -> None:
    template: Json = {"Resources": {"Web": task("web"), "WebService": ecs_service("Web")}}
    kind = CloudFormation(Level((), {}), {})
    outcome = inject(template, kind, deployed({"Profile": "service-connect"}), Meshes([other_mesh(SHOP)]))
    assert not outcome.has_errors


@pytest.mark.parametrize("written", [{"Fn::GetAtt": ["Private", "Arn"]}, {"Fn::GetAtt": "Private.Arn"}])
def test_a_name_that_cloud_map_has_in_the_namespace_is_taken(written: Json) -> None:
    resources: dict[str, Any] = {
        **SHOP,
        "Private": {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": "shop.local"}},
        "InCloudMap": {
            "Type": "AWS::ServiceDiscovery::Service",
            "Properties": {"Name": "cart-sc", "NamespaceId": {"Ref": "Private"}},
        },
        "Task": task("cart", 8080, Namespace=written),
        "Service": ecs_service("Task"),
    }
    assert [finding.code for finding in converted(resources).findings if finding.is_error] == ["AM415"]


def test_a_mesh_of_another_stack_that_is_not_at_hand_is_refused() -> None:
    resources = {"Task": task("cart", 8080, MeshStack="base"), "Service": ecs_service("Task")}
    assert codes(converted(resources)) == ["AM330"]


def test_an_exported_mesh_serves_tasks_of_another_template() -> None:
    base: Json = {"Metadata": {"AppMesh": {**MARK, "ExportMesh": True}}, "Resources": SHOP}
    exported = injected(base)
    document: Any = exported.document
    namespace, handle = document["Resources"]
    assert namespace == "ServiceConnectNamespace"
    assert handle.startswith("AppMeshInjectMesh")
    given = Meshes([other_mesh(dict(resources_of(document)))])
    resources = {"Web": task("web"), "WebService": ecs_service("Web")}
    outcome = converted(resources, given)
    assert configuration(outcome, "WebService") == {"Enabled": True, "Namespace": "shop"}
    # What the other stacks serve is none of this template's concern.
    assert "AM466" not in codes(outcome)


def test_of_a_mesh_of_another_stack_only_what_concerns_the_tasks_here_is_refused() -> None:
    split = [{"VirtualNode": name, "Weight": 1} for name in ("one", "two")]
    mesh = {
        **SHOP,
        "Namespace": NAMESPACE,
        "One": node("one", (8080, "http")),
        "Two": node("two", (8080, "http")),
        "Split": of_mesh(
            "VirtualService",
            VirtualServiceName="split",
            Spec={"Provider": {"VirtualRouter": {"VirtualRouterName": "r"}}},
        ),
        "Router": of_mesh("VirtualRouter", VirtualRouterName="r"),
        "Route": of_mesh(
            "Route",
            VirtualRouterName="r",
            RouteName="all",
            Spec={"HttpRoute": {"Match": {"Prefix": "/"}, "Action": {"WeightedTargets": split}}},
        ),
        "Caller": node("caller", backends=("split",)),
    }
    given = Meshes([other_mesh(mesh)])
    for name, expected in (("cart", []), ("one", ["AM407"]), ("caller", ["AM407"])):
        outcome = converted({"Task": task(name, 8080), "Service": ecs_service("Task")}, given)
        assert [finding.code for finding in outcome.findings if finding.is_error] == expected


def test_of_a_task_with_a_sidecar_only_the_sidecar_is_found_wrong() -> None:
    sidecar: Json = {"Name": "envoy", "Image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1"}
    marked = task("cart")
    marked["Properties"]["ContainerDefinitions"].insert(0, sidecar)
    outcome = converted({**SHOP, "Task": marked, "Service": ecs_service("Task")})
    assert [finding.code for finding in outcome.findings if finding.is_error] == ["AM206"]


def test_a_namespace_that_is_named_is_not_made() -> None:
    exported: Json = {"Metadata": {"AppMesh": {**MARK, "ExportMesh": True, "Namespace": "own"}}, "Resources": SHOP}
    document: Any = injected(exported).document
    (handle,) = document["Resources"]
    assert handle.startswith("AppMeshInjectMesh")


def test_a_task_that_is_switched_off_is_left_alone_with_its_service() -> None:
    resources = {**SHOP, "Task": task("cart", 8080, Enabled=False), "Service": ecs_service("Task")}
    outcome = converted(resources)
    document: Any = outcome.document
    assert document["Resources"]["Service"] is resources["Service"]
    assert [report.action for report in outcome.reports] == [Action.SKIPPED]


@pytest.mark.parametrize(
    ("enabled", "condition"),
    [
        ({"Fn::If": ["Moved", True, False]}, "Moved"),
        # No condition of the template says the opposite, and a namespace that nobody uses costs nothing.
        ({"Fn::If": ["Stays", False, True]}, None),
        ({"Fn::If": ["Moved", {"Fn::If": ["Stays", False, True]}, False]}, None),
        (True, None),
    ],
)
def test_the_namespace_exists_under_the_condition_of_its_only_task(enabled: Json, condition: str | None) -> None:
    outcome = converted({**SHOP, "Task": task("cart", 8080, Enabled=enabled), "Service": ecs_service("Task")})
    assert not outcome.has_errors
    document: Any = outcome.document
    assert document["Resources"]["ServiceConnectNamespace"].get("Condition") == condition


def test_a_namespace_of_a_task_that_is_always_there_always_exists() -> None:
    sometimes: Json = {"Fn::If": ["Moved", True, False]}
    resources = {
        **SHOP,
        "Task": task("cart", 8080, Enabled=sometimes),
        "Service": ecs_service("Task"),
        "Web": task("web"),
        "WebService": ecs_service("Web"),
    }
    document: Any = converted(resources).document
    assert "Condition" not in document["Resources"]["ServiceConnectNamespace"]


def test_a_second_run_says_that_it_was_done_before() -> None:
    once = converted({**SHOP, "Task": task("cart", 8080), "Service": ecs_service("Task")})
    twice = converted_template(once.document)
    assert [(report.action, report.reason) for report in twice.reports] == [("skipped", "already injected")]


@pytest.mark.parametrize(
    "written",
    [
        {"Ref": "Task"},
        {"Fn::GetAtt": ["Task", "TaskDefinitionArn"]},
        {"Fn::GetAtt": "Task.TaskDefinitionArn"},
        {"Fn::Sub": "${Task}"},
    ],
)
def test_a_service_may_name_its_task_definition_in_every_form(written: Json) -> None:
    service: Any = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": written}}
    outcome = converted({**SHOP, "Task": task("cart", 8080), "Service": service})
    assert configuration(outcome, "Service")["Services"][0]["DiscoveryName"] == "cart"


def test_a_mark_may_name_its_node_by_a_reference() -> None:
    marked = task("cart", 8080)
    marked["Metadata"]["AppMesh"] = {"Profile": "service-connect", "ResourceArn": {"Ref": "CartNode"}}
    outcome = converted({**SHOP, "Task": marked, "Service": ecs_service("Task")})
    assert not outcome.has_errors
    assert configuration(outcome, "Service")["Services"][0]["DiscoveryName"] == "cart"


def test_the_configuration_to_paste_is_what_the_service_would_get() -> None:
    (finding,) = [it for it in converted({**SHOP, "Task": task("cart", 8080)}).findings if it.code == "AM401"]
    whole = converted({**SHOP, "Task": task("cart", 8080), "Service": ecs_service("Task")})
    services = configuration(whole, "Service")["Services"]
    assert f'"Services": {json.dumps(services)}' in finding.hint
    assert 'ServiceConnectConfiguration: {"Enabled": true, "Namespace": "shop", "Services": ' in finding.hint
    assert "functions" not in finding.hint
    assert '{"ContainerPort": 8080, "Name": "http-8080", "AppProtocol": "http"}' in finding.hint


def test_what_a_function_in_the_configuration_to_paste_means_is_said() -> None:
    shop = {
        name: {**resource, "Properties": {**resource["Properties"], "MeshName": STACK_NAME}}
        for name, resource in SHOP.items()
    }
    outcome = converted({**shop, "Task": task("cart", 8080, MeshName=STACK_NAME)})
    (finding,) = [it for it in outcome.findings if it.code == "AM401"]
    assert '"Namespace": {"Ref": "AWS::StackName"}' in finding.hint
    assert finding.hint.endswith("Write values for its functions, which mean this template")
