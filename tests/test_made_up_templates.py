"""Templates that Hypothesis makes up: nested functions, odd shapes. The invariants hold for all of them."""

from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import deployed
from appmesh_inject.settings.table import TABLE
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests import invariants

PARAMETERS: dict[str, Json] = {
    "Port": "9080",
    "Ports": ["9080", "9081"],
    "Yes": "true",
    "Mode": "awsvpc",
    "Name": "web",
    "Loop": "true",
}

NO_VALUE: Json = {"Ref": "AWS::NoValue"}

scalars = st.sampled_from(
    [
        "",
        "apps",
        "web",
        "envoy",
        "9080",
        "0",
        "true",
        "awsvpc",
        "FARGATE",
        "tcp",
        "udp",
        "${Loop}",
        "{{resolve:ssm:/x}}",
    ]
) | st.sampled_from([0, 80, 9080, 70000, True, False, None, 1.5])
references: st.SearchStrategy[Json] = st.sampled_from(
    [
        NO_VALUE,
        {"Ref": "Port"},
        {"Ref": "Ports"},
        {"Ref": "Yes"},
        {"Ref": "Mode"},
        {"Ref": "Loop"},
        {"Ref": "AWS::Region"},
        {"Ref": ["odd"]},
        {"Fn::Sub": "${Name}-x"},
        {"Fn::Sub": ["${X}", {"X": {"Ref": "Name"}}]},
        {"Fn::GetAtt": ["Mesh", "MeshName"]},
        {"Fn::GetAtt": "Mesh.MeshName"},
        {"Fn::ImportValue": "x"},
        {"Fn::If": "odd"},
        {"Fn::If": ["A"]},
    ]
)


def conditional(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """The values, and Fn::Ifs on two conditions around them, in each other too."""
    return st.recursive(
        values,
        lambda inner: st.tuples(st.sampled_from(["A", "B"]), inner, inner).map(lambda branch: {"Fn::If": list(branch)}),
        max_leaves=3,
    )


values = conditional(scalars | references)
anything: st.SearchStrategy[Json] = st.recursive(
    scalars | references,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Name", "Value", "Key", "x"]), inner),
    max_leaves=5,
)

port_mappings = conditional(
    st.lists(
        conditional(
            st.fixed_dictionaries({"ContainerPort": values}, optional={"Protocol": values}).map(dict) | references
        ),
        max_size=3,
    )
    | anything
)
environment = st.lists(
    conditional(
        st.fixed_dictionaries(
            {"Name": st.sampled_from(["COLOUR", "APPMESH_VIRTUAL_NODE_NAME", "APPMESH_START_ENABLED"]), "Value": values}
        ).map(dict)
    ),
    max_size=2,
)
container = st.fixed_dictionaries(
    {"Name": st.sampled_from(["app", "web", "envoy", "proxyinit"]) | values, "Image": values},
    optional={"PortMappings": port_mappings, "Environment": environment, "Memory": values},
).map(dict)
usual_container: st.SearchStrategy[Json] = st.integers(0, 9).map(
    lambda number: {"Name": f"app{number}", "Image": "web", "PortMappings": [{"ContainerPort": 9080 + number % 3}]}
)
containers = conditional(st.lists(conditional(usual_container | container | references), max_size=4)) | anything

marks = st.dictionaries(st.sampled_from([*TABLE, "Unknown"]), anything, max_size=3).flatmap(
    lambda odd: st.sampled_from([{}, {"MeshName": "apps", "VirtualNodeName": {"Ref": "Name"}}]).map(
        lambda usual: {**usual, **odd}
    )
)
tags = st.lists(
    conditional(
        st.fixed_dictionaries(
            {"Key": st.sampled_from(["AppMesh:MeshName", "AppMesh:AppPorts", "team"]), "Value": values}
        ).map(dict)
    ),
    max_size=2,
)
properties = st.fixed_dictionaries(
    {"ContainerDefinitions": containers},
    optional={
        "NetworkMode": conditional(st.just("awsvpc") | values),
        "Memory": values,
        "RequiresCompatibilities": st.lists(values, max_size=2) | anything,
        "Tags": tags,
        "ProxyConfiguration": anything,
    },
).map(lambda odd: {"NetworkMode": "awsvpc", "Memory": "512", **odd})
task_definition: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {"Type": st.just("AWS::ECS::TaskDefinition"), "Properties": properties | anything},
    optional={"Metadata": st.fixed_dictionaries({"AppMesh": marks | anything}), "Condition": st.just("A")},
).map(lambda resource: cast(Json, resource))
resources: st.SearchStrategy[Json] = st.dictionaries(
    st.sampled_from(["Web", "Api", "Batch"]), task_definition | anything, max_size=2
)
looped = st.tuples(resources, resources).map(
    lambda pair: {**pair[0], "Fn::ForEach::Loop": ["Loop", ["a", "b"], pair[1]]}  # type: ignore[dict-item]
)
templates = st.fixed_dictionaries(
    {"Resources": resources | looped},
    optional={"Metadata": st.fixed_dictionaries({"AppMesh": marks}), "Parameters": anything, "Transform": anything},
).map(dict)


def injected(document: Json, request: dict[str, Json]) -> Outcome:
    return inject(document, CloudFormation(Level(("Transform", "Parameters"), request), PARAMETERS), deployed({}))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(templates, st.just({}) | marks)
def test_templates(template: Json, request: dict[str, Json]) -> None:
    invariants.hold(template, lambda document: injected(document, request))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(task_definition | properties | anything, marks)
def test_snippets(snippet: Json, request: dict[str, Json]) -> None:
    invariants.hold(snippet, lambda document: injected(document, request))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(conditional(usual_container), min_size=1, max_size=4), st.sampled_from(["A", "B", "none"]))
def test_usual_templates_are_injected(containers: list[Json], enabled: str) -> None:
    """Containers in whatever nesting of Fn::Ifs: with AppPorts given, nothing stands in the way."""
    mark: dict[str, Json] = {"MeshName": "apps", "VirtualNodeName": "web", "AppPorts": [9080]}
    if enabled != "none":
        mark["Enabled"] = {"Fn::If": [enabled, True, False]}
    task: Json = {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": mark},
        "Properties": {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": containers},
    }
    outcome = invariants.hold({"Resources": {"Web": task}}, lambda document: injected(document, {}))
    assert [report.action for report in outcome.reports] == ["injected"], list(map(str, outcome.findings))
