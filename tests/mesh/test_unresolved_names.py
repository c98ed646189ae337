"""A virtual service whose name no record of the template makes: a warning, where nothing else can make it."""

from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh import parsing
from appmesh_inject.mesh.unresolved_names import unresolved
from tests.mesh.meshes import mesh

NAMESPACE = {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": "Apps.local"}}
BACKENDS = [{"VirtualService": {"VirtualServiceName": "svc.apps.local"}}]


def warned(*, template: dict[str, Any] | None = None, **resources: Any) -> list[str]:
    """The subjects of the warnings about a mesh whose node `Caller` calls svc.apps.local."""
    named = {"Service__VirtualServiceName": "svc.apps.local", "Caller__Spec__Backends": BACKENDS}
    whole = mesh(**{**named, "Namespace": NAMESPACE, **resources})
    model = parsing.parse(whole, Scope()).model
    found = list(unresolved(model, ["Caller"], template or {}))
    assert {finding.code for finding in found} <= {"AM369"}
    return [finding.subject for finding in found]


def of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def zone(**properties: Any) -> dict[str, Any]:
    return of("AWS::Route53::HostedZone", **properties)


def record(name: Any, kind: str = "A") -> dict[str, Any]:
    return of("AWS::Route53::RecordSet", HostedZoneId="Z1", Name=name, Type=kind)


def discovered(name: Any, namespace: Any = None) -> dict[str, Any]:
    """A Cloud Map service, in the namespace of the template if no other is given."""
    return of("AWS::ServiceDiscovery::Service", Name=name, NamespaceId=namespace or {"Ref": "Namespace"})


def test_a_name_in_a_namespace_of_the_template_needs_a_record() -> None:
    assert warned() == ["Service"]
    assert warned(Namespace=zone(Name="local.")) == ["Service"]


@pytest.mark.parametrize(
    "namespace",
    [
        zone(Name="other.local"),
        zone(Name="pps.local"),
        zone(Name={"Ref": "Zone"}),
        of("AWS::ServiceDiscovery::HttpNamespace", Name="apps.local"),
        {**NAMESPACE, "Condition": "IsTest"},
    ],
)
def test_nothing_is_said_of_a_zone_that_is_elsewhere_or_not_known(namespace: Any) -> None:
    assert not warned(Namespace=namespace)


@pytest.mark.parametrize(
    "maker",
    [
        record("SVC.apps.local."),
        record("*.apps.local"),
        record("apps.local", "A") | {"Properties": {"Name": {"Fn::Sub": "${Name}.apps.local"}}},
        record({"Fn::ImportValue": "name"}),
        of("AWS::Route53::RecordSetGroup", RecordSets=[{"Name": "svc.apps.local", "Type": "A"}]),
        of("AWS::Route53::RecordSetGroup", RecordSets={"Fn::If": ["C", [], []]}),
        discovered("svc"),
        discovered({"Ref": "Name"}),
        discovered("svc", {"Fn::ImportValue": "namespace"}),
        of("AWS::CloudFormation::Stack", Parameters={"Namespace": {"Ref": "Namespace"}}),
        of("AWS::CloudFormation::Stack", Parameters={"Domain": "apps.local"}),
        of("Custom::Record", Zone={"Fn::GetAtt": ["Namespace", "HostedZoneId"]}),
        of("AWS::IAM::Policy", Resource={"Fn::Sub": "${Namespace.Arn}"}),
        of("AWS::ECS::Service", ServiceConnectConfiguration={"Namespace": "apps.local"}),
        of("AWS::ECS::Service", ServiceConnectConfiguration={"ClientAliases": [{"DnsName": "svc.apps.local"}]}),
    ],
)
def test_nothing_is_said_where_something_makes_the_name_or_may(maker: Any) -> None:
    assert not warned(Maker=maker)


@pytest.mark.parametrize(
    "other",
    [
        record("other.apps.local"),
        record("*.more.apps.local"),
        record("apps.local", "NS"),
        record({"Fn::Sub": "${Name}.apps.example"}),
        record({"Fn::Sub": "green-${Name}"}),
        discovered("svc2"),
        of("AWS::ECS::TaskDefinition", Environment=[{"Name": "URL", "Value": "svc.apps.local"}]),
    ],
)
def test_what_makes_another_name_does_not_count(other: Any) -> None:
    assert warned(Other=other) == ["Service"]


def test_a_name_below_one_that_other_servers_answer_for_is_theirs() -> None:
    assert not warned(Namespace=zone(Name="local"), Delegated=record("apps.local", "NS"))


def test_a_zone_that_other_stacks_get_hold_of_may_have_their_records() -> None:
    assert not warned(template={"Outputs": {"Zone": {"Value": {"Ref": "Namespace"}}}})


def test_a_loop_or_an_include_may_make_any_name() -> None:
    makers: dict[str, Any] = {"Fn::ForEach::Names": ["N", ["a"], {}], "Fn::Transform": of("x")}
    for name, maker in makers.items():
        assert not warned(**{name: maker})


def test_names_that_no_node_calls_need_no_record() -> None:
    assert not warned(Caller__Spec__Backends=[])


def test_a_zone_whose_name_is_not_known_is_recognized_by_how_it_is_written() -> None:
    name = {"Fn::Sub": "svc.${Zone}"}
    given: dict[str, Any] = {
        "Service__VirtualServiceName": name,
        "Caller__Spec__Backends": [{"VirtualService": {"VirtualServiceName": name}}],
        "Namespace": zone(Name={"Ref": "Zone"}),
    }
    assert warned(**given) == ["Service"]
    assert warned(**given, Other=record("green.apps.local")) == ["Service"]
    assert not warned(**given, Record=record("svc.apps.local"))
