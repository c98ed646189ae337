"""A task definition comes out the same among others that are like it as alone."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests import invariants

PARAMETERS: dict[str, Json] = {"Agent": "amazon/cloudwatch-agent", "App": "web", "Port": "9080"}

NOTHING = object()


def member(*values: Any) -> st.SearchStrategy[Any]:
    """One of the values, or nothing at all."""
    return st.sampled_from([NOTHING, *values])


containers = st.fixed_dictionaries(
    {
        "Name": st.sampled_from(["app", "other", "envoy"]),
        "Image": st.sampled_from(["web", "fluent-bit", {"Ref": "Agent"}, {"Ref": "App"}, {"Fn::Sub": "x"}]),
        "PortMappings": member([{"ContainerPort": 80}], [{"ContainerPort": {"Ref": "Port"}}], [{"ContainerPort": "x"}]),
        "Environment": member([{"Name": "A", "Value": "1"}], [{"Name": "APPMESH_RESOURCE_ARN", "Value": "x"}]),
        "User": member("1337", "0"),
        "Essential": member(False, "false"),
        "Memory": member(128, 4096),
        "DependsOn": member([{"ContainerName": "other", "Condition": "START"}], {"Ref": "X"}),
        "FirelensConfiguration": member({"Type": "fluentbit"}),
    }
)
marks = st.fixed_dictionaries(
    {
        "VirtualNodeName": st.sampled_from(["web", "api", {"Ref": "App"}, NOTHING]),
        "Profile": st.sampled_from(["preview", "ga"]),
        "LogLevel": member("debug"),
        "XRay": member(True),
        "AppPorts": member([80], [81, 82]),
        "WaitForEnvoy": member([], ["other"]),
        "Envoy": member(
            {"Name": "proxy"},
            {"Environment": [{"Name": "ENVOY_ADMIN_ACCESS_PORT", "Value": "1"}]},
            {"DependsOn": [{"ContainerName": "other", "Condition": "START"}]},
        ),
        "Enabled": member(False, {"Fn::If": ["A", True, False]}),
    }
)
tasks = st.fixed_dictionaries(
    {
        "mark": marks,
        "ContainerDefinitions": st.lists(containers, min_size=1, max_size=2),
        "NetworkMode": st.sampled_from(["awsvpc", "awsvpc", "awsvpc", "bridge"]),
        "Memory": member("512"),
        "RequiresCompatibilities": member(["EC2"], ["FARGATE"]),
    }
)


def resource(drawn: dict[str, Any]) -> Json:
    present = _without_nothing(drawn)
    mark = present.pop("mark")
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": mark}, "Properties": present}


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(each) for key, each in value.items() if each is not NOTHING}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def injected(resources: dict[str, Json]) -> Outcome:
    template: Json = {"Metadata": {"AppMesh": {"MeshName": "apps"}}, "Resources": resources}
    return inject(template, CloudFormation(Level(("Transform",), {}), PARAMETERS))


@settings(max_examples=300)
@given(st.lists(tasks, min_size=1, max_size=2), st.lists(st.integers(0, 1), min_size=2, max_size=5))
def test_alone_and_among_others(kinds: list[dict[str, Any]], chosen: list[int]) -> None:
    resources: dict[str, Json] = {
        f"Task{position}": resource(kinds[index % len(kinds)]) for position, index in enumerate(chosen)
    }
    together = injected(resources)
    alone = {name: injected({name: each}) for name, each in resources.items()}
    assert set(together.findings) == {finding for outcome in alone.values() for finding in outcome.findings}
    if not together.has_errors:
        document: Any = together.document
        for name, outcome in alone.items():
            single: Any = outcome.document
            assert document["Resources"][name] == single["Resources"][name]


def node(name: str, port: int, *backends: str) -> Json:
    spec: dict[str, Json] = {
        "Listeners": [{"PortMapping": {"Port": port, "Protocol": "http"}}],
        "ServiceDiscovery": {"DNS": {"Hostname": f"{name}.local"}},
        "Backends": [{"VirtualService": {"VirtualServiceName": f"{backend}.local"}} for backend in backends],
    }
    properties: Json = {"MeshName": "apps", "VirtualNodeName": name, "Spec": spec}
    return {"Type": "AWS::AppMesh::VirtualNode", "Properties": properties}


def service(name: str) -> Json:
    spec: Json = {"Provider": {"VirtualNode": {"VirtualNodeName": name}}}
    properties: Json = {"MeshName": "apps", "VirtualServiceName": f"{name}.local", "Spec": spec}
    return {"Type": "AWS::AppMesh::VirtualService", "Properties": properties}


MESH: dict[str, Json] = {
    "Mesh": {
        "Type": "AWS::AppMesh::Mesh",
        "Properties": {"MeshName": "apps", "Spec": {"EgressFilter": {"Type": "ALLOW_ALL"}}},
    },
    "Web": node("web", 80, "api"),
    "Api": node("api", 80),
    "Other": node("other", 9999, "web", "api"),
    "WebService": service("web"),
    "ApiService": service("api"),
}


def of_tasks(outcome: Outcome) -> set[Finding]:
    """The findings but for those about which task runs which node, which are a matter of the whole template."""
    return {finding for finding in outcome.findings if finding.code not in ("AM367", "AM368")}


@settings(max_examples=150)
@given(st.lists(tasks, min_size=1, max_size=2), st.lists(st.integers(0, 1), min_size=2, max_size=5), st.data())
def test_alone_and_among_others_with_a_mesh(
    kinds: list[dict[str, Any]], chosen: list[int], data: st.DataObject
) -> None:
    resources: dict[str, Json] = {}
    for position, index in enumerate(chosen):
        kind = kinds[index % len(kinds)]
        name = data.draw(st.sampled_from(["web", "api", "other", "nobody"]))
        mark = {**kind["mark"], "Profile": "standalone", "VirtualNodeName": name}
        resources[f"Task{position}"] = resource({**kind, "mark": mark})
    together = injected({**MESH, **resources})
    alone = {name: injected({**MESH, name: each}) for name, each in resources.items()}
    assert of_tasks(together) == {finding for outcome in alone.values() for finding in of_tasks(outcome)}
    if not together.has_errors:
        document: Any = together.document
        for name, outcome in alone.items():
            single: Any = outcome.document
            assert document["Resources"].get(name) == single["Resources"].get(name)


def test_names_and_logs_differ_and_nothing_else() -> None:
    kind: dict[str, Any] = {
        "mark": {"VirtualNodeName": "web", "Profile": "ga"},
        "NetworkMode": "awsvpc",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 80}]}],
    }
    resources = {
        f"Task{number}": resource({**kind, "mark": {**kind["mark"], "VirtualNodeName": f"n{number}"}})
        for number in range(3)
    }
    outcome = invariants.hold({"Resources": resources}, inject_with_mesh)
    document: Any = outcome.document
    arns = [
        task["Properties"]["ContainerDefinitions"][1]["Environment"][0]["Value"]["Fn::Sub"]
        for task in document["Resources"].values()
    ]
    assert [arn.rsplit("/", 1)[1] for arn in arns] == ["n0", "n1", "n2"]


@pytest.mark.parametrize("profile", ["preview", "ga"])
def test_environments_differ(profile: str) -> None:
    """Most services have variables of their own. Some of these make a container look like a proxy."""
    telling: Json = {"Name": "APPMESH_RESOURCE_ARN", "Value": "x"}
    start: Json = {"Name": "APPMESH_START_ENABLED", "Value": "1"}
    environments: list[Json] = [
        [{"Name": "A", "Value": "1"}],
        [{"Name": "B", "Value": {"Ref": "App"}}],
        [telling],
        [{"Name": "A", "Value": "1"}, start],
        [{"Fn::If": ["Large", telling, {"Name": "A", "Value": "1"}]}],
        {"Fn::If": ["Large", [telling], []]},
    ]
    for several in permutations(environments, 2):
        resources = {
            f"Task{number}": resource(
                {
                    "mark": {"VirtualNodeName": f"n{number}", "Profile": profile},
                    "NetworkMode": "awsvpc",
                    "Memory": "512",
                    "ContainerDefinitions": [
                        {
                            "Name": "app",
                            "Image": "web",
                            "Essential": True,
                            "PortMappings": [{"ContainerPort": 80}],
                            "Environment": environment,
                        }
                    ],
                }
            )
            for number, environment in enumerate(several)
        }
        together = injected(resources)
        alone = {name: injected({name: each}) for name, each in resources.items()}
        assert set(together.findings) == {finding for outcome in alone.values() for finding in outcome.findings}
        if not together.has_errors:
            document: Any = together.document
            singles: dict[str, Any] = {name: outcome.document for name, outcome in alone.items()}
            assert document["Resources"] == {name: singles[name]["Resources"][name] for name in resources}


def inject_with_mesh(document: Json) -> Outcome:
    return inject(document, CloudFormation(Level(("Transform",), {"MeshName": "apps"}), {}))
