"""Every mistake that other tools pass over is found, and none in what comes out of the macro."""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from appmesh_inject.profiles.connecting.finished_template import Mistake, mistakes
from tests.golden.cases import Case, cases
from tests.profiles.connecting.unmet_order import unmet_order

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Namespace": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": "mesh"}},
        "ColorTask": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "NetworkMode": "awsvpc",
                "Memory": "1024",
                "ContainerDefinitions": [
                    {
                        "Name": "app",
                        "Image": "color",
                        "PortMappings": [
                            {"ContainerPort": 9080, "Name": "color-9080", "AppProtocol": "http"},
                            {"ContainerPort": 9000, "Name": "color-9000"},
                        ],
                    }
                ],
            },
        },
        "ColorService": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "TaskDefinition": {"Ref": "ColorTask"},
                "ServiceConnectConfiguration": {
                    "Enabled": True,
                    "Namespace": {"Fn::GetAtt": ["Namespace", "Arn"]},
                    "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "mesh"}},
                    "AccessLogConfiguration": {"Format": "JSON"},
                    "ContainerConfigurations": [{"LogLevel": "info"}],
                    "Services": [
                        {
                            "PortName": "color-9080",
                            "DiscoveryName": "color",
                            "ClientAliases": [{"DnsName": "color.mesh.local", "Port": 9080}],
                            "Timeout": {"IdleTimeoutSeconds": 300, "PerRequestTimeoutSeconds": 15},
                        }
                    ],
                },
            },
        },
    }
}
"""What Service Connect takes, with every kind of member."""

Change = Callable[[dict[str, Any]], object]


def configuration(resources: dict[str, Any]) -> Any:
    return resources["ColorService"]["Properties"]["ServiceConnectConfiguration"]


def entry(resources: dict[str, Any]) -> Any:
    return configuration(resources)["Services"][0]


def alias(resources: dict[str, Any]) -> Any:
    return entry(resources)["ClientAliases"][0]


def mappings(resources: dict[str, Any]) -> Any:
    return task(resources)["ContainerDefinitions"][0]["PortMappings"]


def service(resources: dict[str, Any]) -> Any:
    return resources["ColorService"]["Properties"]


def task(resources: dict[str, Any]) -> Any:
    return resources["ColorTask"]["Properties"]


def second(**members: Any) -> Any:
    return {"PortName": "color-9080", "DiscoveryName": "two", "ClientAliases": [{"Port": 1, "DnsName": "x"}], **members}


def twin(resources: dict[str, Any], **members: Any) -> Any:
    """A second ECS service, whose entry differs in the members."""
    copied: Any = copy.deepcopy(resources["ColorService"])
    copied["Properties"]["ServiceConnectConfiguration"]["Services"][0].update(members)
    return copied


class Wrong(NamedTuple):
    """A mistake. code: of the finding that is about it; said: a part of what the validator says."""

    change: Change
    code: str
    said: str


CASES: dict[str, Wrong] = {
    "Enabled is missing": Wrong(lambda it: configuration(it).pop("Enabled"), "AM421", "is required"),
    "PortName is missing": Wrong(lambda it: entry(it).pop("PortName"), "AM421", "is required"),
    "Port of the alias is missing": Wrong(lambda it: alias(it).pop("Port"), "AM421", "is required"),
    "an unknown member": Wrong(lambda it: entry(it).update(Timeouts={}), "AM421", "did you mean 'Timeout'?"),
    "AppProtocol tcp": Wrong(lambda it: mappings(it)[0].update(AppProtocol="tcp"), "AM421", "http, http2 or grpc"),
    "IngressPortOverride 70000": Wrong(lambda it: entry(it).update(IngressPortOverride=70000), "AM421", "to 65535"),
    "IngressPortOverride 80": Wrong(lambda it: entry(it).update(IngressPortOverride=80), "AM421", "from 1025"),
    "PortName that the task does not have": Wrong(
        lambda it: entry(it).update(PortName="color"), "AM421", "names no port mapping"
    ),
    "two aliases": Wrong(lambda it: entry(it)["ClientAliases"].append({"Port": 1}), "AM421", "with 1 item, and has 2"),
    "no alias": Wrong(lambda it: entry(it)["ClientAliases"].clear(), "AM421", "with 1 item, and has 0"),
    "no list of aliases": Wrong(lambda it: entry(it).pop("ClientAliases"), "AM421", "is required"),
    "upper case in DnsName": Wrong(lambda it: alias(it).update(DnsName="Color.local"), "AM421", "lower-case letters"),
    "200 characters in DnsName": Wrong(lambda it: alias(it).update(DnsName="a" * 200), "AM421", "1 to 127"),
    "DiscoveryName with dots": Wrong(lambda it: entry(it).update(DiscoveryName="color.v1"), "AM421", "1 to 64"),
    "DiscoveryName twice": Wrong(
        lambda it: configuration(it)["Services"].append(second(DiscoveryName="color")), "AM421", "a second time"
    ),
    "alias twice": Wrong(
        lambda it: configuration(it)["Services"].append(second(ClientAliases=entry(it)["ClientAliases"])),
        "AM421",
        "a second time",
    ),
    "upper case in the name of a port": Wrong(
        lambda it: mappings(it).append({"ContainerPort": 1, "Name": "Color"}), "AM421", "lower-case"
    ),
    "PerRequest on tcp": Wrong(lambda it: entry(it).update(PortName="color-9000"), "AM421", "cannot be set for TCP"),
    "no namespace": Wrong(lambda it: configuration(it).pop("Namespace"), "AM421", "is required"),
    "namespace by id": Wrong(lambda it: configuration(it).update(Namespace="ns-abc123"), "AM421", "a name of at most"),
    "access log without LogConfiguration": Wrong(
        lambda it: configuration(it).pop("LogConfiguration"), "AM421", "needs a LogConfiguration"
    ),
    "CODE_DEPLOY": Wrong(
        lambda it: service(it).update(DeploymentController={"Type": "CODE_DEPLOY"}), "AM403", "CODE_DEPLOY"
    ),
    "no Memory of the task": Wrong(lambda it: task(it).pop("Memory"), "AM405", "no Memory"),
    "ProxyConfiguration beside it": Wrong(
        lambda it: task(it).update(ProxyConfiguration={"ContainerName": "envoy"}), "AM207", "must have none"
    ),
    "host mode": Wrong(lambda it: task(it).update(NetworkMode="host"), "AM201", "'host'"),
    "TLS in bridge mode": Wrong(
        lambda it: (
            task(it).update(NetworkMode="bridge"),
            entry(it).update(Tls={"IssuerCertificateAuthority": {"AwsPcaAuthorityArn": "x"}}),
        ),
        "AM421",
        "needs NetworkMode awsvpc",
    ),
    "a host name in bridge mode": Wrong(
        lambda it: (task(it).update(NetworkMode="bridge"), task(it)["ContainerDefinitions"][0].update(Hostname="x")),
        "AM404",
        "Hostname",
    ),
    "no NetworkMode": Wrong(lambda it: task(it).pop("NetworkMode"), "AM201", "not given"),
    "Windows": Wrong(
        lambda it: task(it).update(RuntimePlatform={"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}),
        "AM404",
        "Windows",
    ),
    "a clash with Cloud Map": Wrong(
        lambda it: it.update(
            Taken={
                "Type": "AWS::ServiceDiscovery::Service",
                "Properties": {"Name": "color", "NamespaceId": {"Ref": "Namespace"}},
            }
        ),
        "AM415",
        "already has a service 'color'",
    ),
    "a clash with another ECS service": Wrong(
        lambda it: it.update(Twin=twin(it, ClientAliases=[{"Port": 1, "DnsName": "x"}])),
        "AM415",
        "already has a service 'color'",
    ),
    "the alias of another ECS service": Wrong(
        lambda it: it.update(Twin=twin(it, DiscoveryName="twin")), "AM414", "already has the name 'color.mesh.local'"
    ),
    "the name of a port twice": Wrong(
        lambda it: mappings(it).append({"ContainerPort": 1, "Name": "color-9000"}), "AM421", "a second time"
    ),
    "a limit in a branch": Wrong(
        lambda it: entry(it).update(IngressPortOverride={"Fn::If": ["C", 15000, 80]}), "AM421", "from 1025"
    ),
    "eleven container configurations": Wrong(
        lambda it: configuration(it).update(ContainerConfigurations=[{"LogLevel": "info"}] * 11), "AM421", "at most 10"
    ),
}


def found(change: Change) -> list[Mistake]:
    template = copy.deepcopy(TEMPLATE)
    change(template["Resources"])
    return list(mistakes(template))


def test_nothing_is_wrong_with_what_service_connect_takes() -> None:
    assert found(lambda _: None) == []


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_and_nothing_else_is(name: str) -> None:
    wrong = CASES[name]
    (mistake,) = found(wrong.change)
    assert mistake.code == wrong.code
    assert wrong.said in mistake.message


@pytest.mark.parametrize(
    "change",
    [
        # CloudFormation converts numbers and words that are written as text.
        lambda it: alias(it).update(Port="9080"),
        lambda it: configuration(it).update(Enabled="true"),
        lambda it: entry(it).update(Timeout={"IdleTimeoutSeconds": "0"}),
        # What only CloudFormation knows breaks nothing.
        lambda it: alias(it).update(DnsName={"Fn::Sub": "Color.${Domain}"}),
        lambda it: configuration(it).update(Services={"Ref": "AWS::NoValue"}),
        # The task definition of a parameter may have any port.
        lambda it: service(it).update(TaskDefinition={"Ref": "TaskArn"}),
        # One name in either branch is one name.
        lambda it: task(it).update(
            ContainerDefinitions={"Fn::If": ["C", task(it)["ContainerDefinitions"], task(it)["ContainerDefinitions"]]}
        ),
        # A configuration that is switched off may say anything.
        lambda it: service(it).update(ServiceConnectConfiguration={"Enabled": False, "Namespace": "ns-1"}),
        # The oldest version of Fargate that has it, and the words for the newest.
        lambda it: service(it).update(PlatformVersion="1.4.0"),
        lambda it: service(it).update(PlatformVersion="LATEST"),
    ],
)
def test_what_is_unusual_but_right_is_no_mistake(change: Change) -> None:
    assert found(change) == []


CONVERTED = [case for case in cases("cloudformation") if "service-connect" in case.name and not case.outcome.has_errors]


@pytest.mark.parametrize("case", CONVERTED, ids=lambda case: case.name)
def test_what_comes_out_has_no_mistake(case: Case) -> None:
    document: Any = case.outcome.document
    # Golden cases show what the user's own words make of it, too.
    kept = {"KeepingService"}
    assert [each for each in mistakes(document, case.parameters) if each.logical_id not in kept] == []
    assert unmet_order(document) == []
