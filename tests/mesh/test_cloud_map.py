"""Cloud Map services in the template, and whether DNS can find them."""

from typing import Any

import pytest

from appmesh_inject.cfn.intrinsics import Scope
from tests.mesh.meshes import NODE, discovered, mesh, told

POINTERS = [{"Ref": "Elsewhere"}, {"Fn::GetAtt": ["Elsewhere", "Id"]}, {"Fn::GetAtt": "Elsewhere.Id"}]


@pytest.mark.parametrize("pointer", POINTERS)
@pytest.mark.parametrize("place", ["NamespaceId", "DnsConfig"])
def test_a_service_of_another_namespace_is_another_service(pointer: Any, place: str) -> None:
    given = {"NamespaceId": pointer} if place == "NamespaceId" else {"DnsConfig": {"NamespaceId": pointer}}
    other = {"Type": "AWS::ServiceDiscovery::Service", "Properties": {"Name": "one", "Type": "HTTP", **given}}
    namespace = {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": "Elsewhere.local"}}
    found = discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]})
    assert told(mesh(**found, Second=other, Elsewhere=namespace)) == [
        ("AM355", f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName")
    ]


def test_a_service_of_another_name_does_not_count() -> None:
    properties = {"Name": "two", "Type": "HTTP", "NamespaceId": {"Ref": "Namespace"}}
    other = {"Type": "AWS::ServiceDiscovery::Service", "Properties": properties}
    found = discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]})
    assert told(mesh(**found, Second=other)) == [("AM355", f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName")]


@pytest.mark.parametrize(
    "pointer",
    [
        *({"Ref": "Namespace"}, {"Fn::GetAtt": "Namespace.Id"}, {"Fn::ImportValue": "x"}, "ns-1", None, {}),
        *({"Fn::ImportValue": "Elsewhere"}, {"a": 1, "b": 2}),
        *({"Ref": "Missing"}, {"Ref": ["x"]}, {"Ref": "Text"}, {"Ref": "Odd"}, {"Ref": "Nameless"}),
        *({"Fn::GetAtt": []}, {"Fn::GetAtt": [["x"], "Id"]}, {"Fn::Sub": "${Elsewhere}"}),
    ],
)
def test_a_service_of_this_or_of_an_unknown_namespace_counts(pointer: Any) -> None:
    other = {
        "Type": "AWS::ServiceDiscovery::Service",
        "Properties": {"Name": "ONE", "Type": "HTTP", "NamespaceId": pointer},
    }
    odd: dict[str, Any] = {
        "Text": "text",
        "Odd": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": "x"},
        "Nameless": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {}},
        "Elsewhere": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": "elsewhere.local"}},
    }
    found = discovered(DnsConfig={"DnsRecords": [{"Type": "A"}]})
    assert ("AM311", f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName") in told(mesh(**found, Second=other, **odd))


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"DnsRecords": [{"Type": "A"}, {"Type": "SRV"}]}, "AM355"),
        ({"DnsRecords": [{"Type": "SRV"}, "odd"]}, "AM355"),
        ({"DnsRecords": "SRV"}, "AM355"),
        ({"DnsRecords": []}, "AM355"),
        ({"DnsRecords": [{"Type": {"Ref": "Srv"}}]}, "AM311"),
        ({"Fn::If": ["C", {"DnsRecords": [{"Type": "SRV"}]}, "x"]}, "AM355"),
        ({"Ref": "Srv"}, "AM311"),
    ],
)
def test_the_records_of_a_service_decide(config: Any, code: str) -> None:
    found = told(mesh(**discovered(DnsConfig=config)), Scope(parameters={"Srv": "SRV"}))
    assert found[0] == (code, f"{NODE}/ServiceDiscovery/AWSCloudMap/ServiceName")


def in_ecs(**properties: Any) -> dict[str, Any]:
    """An ECS service that registers in the Cloud Map service `Found`."""
    registry = {"RegistryArn": {"Fn::GetAtt": ["Found", "Arn"]}}
    return {"Type": "AWS::ECS::Service", "Properties": {"ServiceRegistries": [registry], **properties}}


@pytest.mark.parametrize(
    ("services", "warns"),
    [
        ({"One": in_ecs(DesiredCount=8)}, False),
        ({"One": in_ecs()}, False),
        ({"One": in_ecs(DesiredCount=9)}, True),
        ({"One": in_ecs(DesiredCount=5), "Two": in_ecs(DesiredCount="5")}, True),
        ({"One": in_ecs(DesiredCount={"Ref": "Count"})}, True),
        ({"One": in_ecs(DesiredCount=2), "Scaled": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget"}}, True),
        ({"One": in_ecs(ServiceRegistries=[])}, True),
    ],
)
def test_more_than_eight_tasks_are_not_all_found(services: dict[str, Any], warns: bool) -> None:
    found = mesh(**discovered(DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 60}]}), **services)
    assert ("AM355" in [code for code, _ in told(found)]) == warns
