"""Where Python's stack ends, and tasks that were injected before."""

from typing import Any

import pytest

from appmesh_inject import injection
from appmesh_inject.cfn.document import MOST_LEVELS, Json
from appmesh_inject.findings import Finding
from appmesh_inject.injection import inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation

TOO_DEEP = Finding(
    "AM002",
    "",
    (),
    "the template is nested deeper than 200 levels, so it cannot be read",
    "Reduce the nesting of maps, lists and functions",
)


def nested(levels: int) -> Json:
    value: Json = "x"
    for _ in range(levels):
        value = [value]
    return value


def endless(*_: object) -> None:
    raise RecursionError


@pytest.fixture
def ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack ends at once, whatever the document."""
    monkeypatch.setattr(injection, "gather", endless)


@pytest.mark.usefixtures("ends_early")
@pytest.mark.parametrize(
    ("document", "request_"),
    [(nested(MOST_LEVELS + 1), {}), ({"Resources": {}}, {"LogLevel": nested(MOST_LEVELS)})],
)
def test_what_is_too_deep_to_be_read_is_refused(document: Json, request_: dict[str, Json]) -> None:
    outcome = inject(document, CloudFormation(Level((), request_), {}))
    assert outcome.document is document
    assert (outcome.findings, outcome.reports) == ((TOO_DEEP,), ())


@pytest.mark.usefixtures("ends_early")
def test_what_is_not_too_deep_is_a_bug() -> None:
    target = CloudFormation(Level((), {"LogLevel": nested(MOST_LEVELS - 1)}), {})
    with pytest.raises(RecursionError):
        inject(nested(MOST_LEVELS), target)


def task(user: str) -> dict[str, Any]:
    app: Json = {"Name": "app", "Image": "web", "User": user, "PortMappings": [{"ContainerPort": 80}]}
    properties: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [app]}
    return {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": {}}, "Properties": properties}


def test_what_was_injected_before_still_has_its_warnings() -> None:
    metadata: Json = {"AppMesh": {"Profile": "ga", "MeshName": "apps", "VirtualNodeName": "web"}}
    target = CloudFormation(Level((), {}), {})
    once = inject({"Metadata": metadata, "Resources": {"Web": task("1337")}}, target)
    twice = inject(once.document, target)
    assert [finding.code for finding in once.findings] == ["AM252"]
    assert twice.findings == once.findings
    assert [(report.action, report.reason) for report in twice.reports] == [("skipped", "already injected")]
    assert twice.document is once.document


def test_a_mistake_in_a_sidecar_that_is_there_has_the_place_of_its_setting() -> None:
    mark: dict[str, Json] = {"Profile": "ga", "MeshName": "apps", "VirtualNodeName": "web"}
    target = CloudFormation(Level((), {}), {})
    once = inject({"Metadata": {"AppMesh": mark}, "Resources": {"Web": task("0")}}, target)
    document: Any = once.document
    document["Resources"]["Web"]["Properties"]["ContainerDefinitions"][1]["User"] = "0"
    metadata: Json = {"AppMesh": {**mark, "Envoy": {"User": "0"}}}
    (finding,) = inject({**document, "Metadata": metadata}, target).findings
    assert (finding.code, finding.path) == ("AM212", ("Metadata", "AppMesh", "Envoy"))
