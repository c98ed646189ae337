"""Reading meshes of other stacks, with a stand-in for CloudFormation that speaks its protocol."""

import time
from collections.abc import Mapping
from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh import stack_meshes
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.other_template import Resolved, resolved
from appmesh_inject.mesh.stack_meshes import AT_A_TIME, Stacks
from tests.golden.test_doors import Context
from tests.mesh.cloudformation_stub import CloudFormationStub, StubStack, answering
from tests.mesh.test_template_joining import BASE, IMPORTED, calling, serving
from tests.profiles.test_standalone import MESH

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}
EXPORTING: dict[str, Json] = {
    "Parameters": MESH["Parameters"],
    "Metadata": {"AppMeshInject": {"Mesh": MESH["Resources"]}},
    "Resources": {"Placeholder": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def read(stack: StubStack, **failing: Any) -> OtherMesh:
    """The mesh of stack `mesh`."""
    with answering(CloudFormationStub({"mesh": stack}, **failing)) as stub:
        (found,) = Stacks(("mesh",), stub.client(retries={"mode": "standard", "max_attempts": 2})).meshes(["mesh"])
    assert found is not None
    return found


def found_in(stack: StubStack) -> Resolved:
    """Its resources, resolved."""
    other = read(stack)
    assert other.template is not None, [str(finding) for finding in other.findings]
    assert other.path == ("MeshStack", "mesh")
    return resolved(other.template)


def said(stack: StubStack, **failing: Any) -> str:
    """Why it cannot be read."""
    other = read(stack, **failing)
    assert other.template is None
    (finding,) = other.findings
    assert (finding.code, finding.subject, finding.path) == ("AM330", "", ("MeshStack", "mesh"))
    text = str(finding)
    start = "AM330 MeshStack/mesh: the mesh of stack mesh cannot be read: "
    assert text.startswith(start)
    return text.removeprefix(start)


def hostname(found: Resolved) -> str:
    web: Any = found.resources["Web"]
    return str(web["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"])


def test_parameter_values_are_those_of_the_stack() -> None:
    found = found_in(StubStack(EXPORTING, [{"ParameterKey": "Domain", "ParameterValue": "example.com"}]))
    assert (hostname(found), found.findings) == ("web.example.com", ())
    mesh: Any = found.resources["Mesh"]
    assert mesh["Properties"]["MeshName"] == "mesh"


def test_the_region_is_that_of_the_stack() -> None:
    node: Any = MESH["Resources"]
    properties = {
        **node["Web"]["Properties"],
        "Spec": {"ServiceDiscovery": {"DNS": {"Hostname": {"Ref": "AWS::Region"}}}},
    }
    exported = {"Mesh": node["Mesh"], "Web": {**node["Web"], "Properties": properties}}
    assert (
        hostname(found_in(StubStack({**EXPORTING, "Metadata": {"AppMeshInject": {"Mesh": exported}}})))
        == "eu-central-1"
    )


@pytest.mark.parametrize(
    ("parameter", "host"),
    [
        ({"ParameterValue": "given"}, "web.given"),
        ({"ParameterValue": "/path", "ResolvedValue": "stored"}, "web.stored"),
        ({"ResolvedValue": "stored"}, "web.stored"),
        ({}, "web."),
    ],
)
def test_the_value_of_a_parameter(parameter: dict[str, str], host: str) -> None:
    assert hostname(found_in(StubStack(EXPORTING, [{"ParameterKey": "Domain", **parameter}]))) == host


def test_what_the_stack_exports_is_known() -> None:
    assert read(StubStack(EXPORTING, exports={"shop-mesh": "shop"})).exports == {"shop-mesh": "shop"}


def test_a_stack_that_only_exports_values_is_read_for_these() -> None:
    network = read(StubStack("Resources: {}", exports={"namespace": "shop.local"}))
    assert (network.exports, network.place) == ({"namespace": "shop.local"}, "stack mesh (which exports no mesh)")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "Resources: {}",
            "its processed template is text, not JSON. Add Transform: AppMeshInject to it, and update the stack.",
        ),
        (
            MESH,
            "it exports no mesh: it has no Metadata.AppMeshInject.Mesh. "
            "Add AppMesh: {ExportMesh: true} and the Profile of its tasks to its Metadata, and update the stack.",
        ),
        (
            {"Metadata": {"AppMeshInject": "?"}, "Resources": {}},
            "it exports no mesh: it has no Metadata.AppMeshInject.Mesh. "
            "Add AppMesh: {ExportMesh: true} and the Profile of its tasks to its Metadata, and update the stack.",
        ),
    ],
)
def test_an_unreadable_mesh_is_a_finding(template: Json, text: str) -> None:
    assert said(StubStack(template)) == text


def test_a_masked_parameter_value_is_refused() -> None:
    secret: dict[str, Json] = {**EXPORTING, "Parameters": {"Domain": {"Type": "String", "NoEcho": True}}}
    (finding,) = found_in(StubStack(secret, [{"ParameterKey": "Domain", "ParameterValue": "****"}])).findings
    place = ("Resources", "Web", "Properties", "Spec", "ServiceDiscovery", "DNS", "Hostname")
    assert (finding.code, finding.path[:7]) == ("AM326", place)


@pytest.mark.parametrize("state", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"])
def test_a_stack_that_is_complete_is_read(state: str) -> None:
    assert read(StubStack(EXPORTING, states=[state])).template is not None


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ("UPDATE_IN_PROGRESS", "Wait until it ends in _COMPLETE, and deploy again."),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Wait until it ends in _COMPLETE, and deploy again."),
        ("UPDATE_ROLLBACK_FAILED", "Bring it to a state that ends in _COMPLETE, and deploy again."),
    ],
)
def test_a_stack_that_is_not_complete_is_a_finding(state: str, text: str) -> None:
    assert said(StubStack(EXPORTING, states=[state])) == f"its state is {state}. {text}"


@pytest.mark.parametrize("state", ["DELETE_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_a_stack_that_is_not_there_yet_or_any_more(state: str) -> None:
    expected = f"there is no such stack: its state is {state}. Correct the name, or deploy it."
    assert said(StubStack(EXPORTING, states=[state])) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"states": ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS"]},
        {"updated": ["2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z"]},
    ],
)
def test_a_stack_that_changes_while_it_is_read_is_a_finding(changes: Mapping[str, Any]) -> None:
    expected = "it changed while it was read. Wait until its update ends, and deploy again."
    assert said(StubStack(EXPORTING, **changes)) == expected


def test_a_missing_stack_is_a_finding() -> None:
    with answering(CloudFormationStub({})) as stub:
        (found,) = Stacks(("mesh",), stub.client()).meshes(["mesh"])
    assert found is not None
    assert [str(finding) for finding in found.findings] == [
        "AM330 MeshStack/mesh: the mesh of stack mesh cannot be read: there is no stack of this name. "
        "Correct the name, or deploy that stack first."
    ]


def test_throttling_is_retried() -> None:
    assert read(StubStack(EXPORTING), errors=["Throttling"]).template is not None


def test_throttling_without_an_end_is_a_finding() -> None:
    assert said(StubStack(EXPORTING), always="Throttling") == (
        "CloudFormation throttles the account's calls, also after several attempts. Wait a minute, and deploy again."
    )


def test_a_refusal_is_a_finding() -> None:
    assert said(StubStack(EXPORTING), always="AccessDenied") == (
        "CloudFormation answers AccessDenied. Check that MeshStacks of the macro's stack has it."
    )


def test_an_endpoint_that_does_not_answer_is_a_finding() -> None:
    with answering(CloudFormationStub({})) as stub:
        client = stub.client(retries={"mode": "standard", "max_attempts": 1}, connect_timeout=1)
    (found,) = Stacks(("mesh",), client).meshes(["mesh"])
    assert found is not None
    assert "CloudFormation does not answer (EndpointConnectionError). Deploy again." in str(found.findings[0])


def test_stacks_are_read_eight_at_a_time_and_each_once() -> None:
    """Sixteen stacks take two rounds of three calls: 0.9 s where one after the other would take 7.2 s."""
    names = [f"shop-{n}" for n in range(2 * AT_A_TIME)]
    with answering(CloudFormationStub({name: StubStack(EXPORTING) for name in names}, delay=0.15)) as stub:
        reading = Stacks(("shop-*",), stub.client())
        start = time.monotonic()
        found = reading.meshes(names)
        took = time.monotonic() - start
        assert [each.name for each in found if each is not None and each.template is not None] == names
        assert reading.meshes(names[:1]) == found[:1]
    assert stub.most == AT_A_TIME
    assert len(stub.calls) == 3 * len(names)
    assert 0.9 <= took < 3.6


def test_the_function_asks_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the client that it makes itself: standard retries."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with answering(CloudFormationStub({"mesh": StubStack(EXPORTING)}, errors=["Throttling", "Throttling"])) as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stub.address)
        (found,) = Stacks(("mesh",)).meshes(["mesh"])
    assert found is not None
    assert found.template is not None
    assert stack_meshes._client().meta.config.retries["mode"] == "standard"


def test_the_function_puts_a_mesh_together_from_twelve_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler, with nothing of ours replaced: CloudFormation answers after 150 ms."""
    services = [f"s{n}" for n in range(11)]
    stubs = {
        f"shop-{name}": StubStack({"Metadata": {"AppMeshInject": {"Mesh": serving(name)["Resources"]}}})
        for name in services
    }
    base = {"Metadata": {"AppMeshInject": {"Mesh": BASE["Resources"]}}, "Parameters": BASE["Parameters"]}
    stubs["shop-base"] = StubStack(base, exports={"base-mesh": "apps"})
    template = calling(*stubs, mesh=IMPORTED, backend="s7.local")
    for name, value in {**CREDENTIALS, "MeshStacks": "other,shop-*", "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    values = {"Base": "base"}
    asked: Any = {"requestId": "r", "fragment": template, "params": {}, "templateParameterValues": values}
    with answering(CloudFormationStub(stubs, delay=0.15)) as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stub.address)
        response = macro.handler(asked, Context())  # type: ignore[arg-type]
    assert response["status"] == "success", response
    fragment: Any = response["fragment"]
    envoy = fragment["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    assert "s7.local" in str(envoy["Command"])
    assert (stub.most, len(stub.calls)) == (AT_A_TIME, 3 * len(stubs))


@pytest.mark.parametrize(
    ("allowed", "name", "is_allowed"),
    [
        (["shop-base"], "shop-base", True),
        (["shop-base"], "shop-base2", False),
        (["shop-base"], "Shop-base", False),
        (["shop-*"], "shop-", True),
        (["shop-*"], "shop-cart", True),
        (["shop-*"], "shop", False),
        (["shop-*"], "a-shop-cart", False),
        (["other", "shop-*"], "shop-cart", True),
        ([""], "shop-cart", False),
        ([], "shop-cart", False),
    ],
)
def test_stacks_are_allowed_as_iam_allows_them(allowed: list[str], name: str, is_allowed: bool) -> None:
    """As the policies of template.yaml match `stack/NAME/*`, which tests/sam/test_sam_template.py compares."""
    assert Stacks(allowed).is_allowed(name) is is_allowed


def test_a_stack_that_the_deployment_does_not_name_is_not_read() -> None:
    assert Stacks(("other",), client=None).meshes(["mesh"]) == [None]
