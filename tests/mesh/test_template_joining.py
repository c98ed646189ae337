"""The mesh of several templates as one: what belongs together, what is the same, and what is missing."""

from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Outcome, inject
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.template_joining import parsed
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.list_types import NameList
from appmesh_inject.settings.table import Settings
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests import invariants
from tests.profiles.test_standalone import of_stacks, other, task

IMPORTED: Json = {"Fn::ImportValue": {"Fn::Sub": "${Base}-mesh"}}
BASE: dict[str, Json] = {
    "Parameters": {"Name": {"Type": "String", "Default": "apps"}},
    "Resources": {
        "Mesh": {
            "Type": "AWS::AppMesh::Mesh",
            "Properties": {"MeshName": {"Ref": "Name"}, "Spec": {"EgressFilter": {"Type": "ALLOW_ALL"}}},
        }
    },
    "Outputs": {"Mesh": {"Value": {"Fn::GetAtt": ["Mesh", "MeshName"]}, "Export": {"Name": "base-mesh"}}},
}


def node(name: str, mesh: Json = "apps", backend: str | None = None, port: int = 8080) -> dict[str, Any]:
    spec: dict[str, Json] = {
        "Listeners": [{"PortMapping": {"Port": port, "Protocol": "http"}}],
        "ServiceDiscovery": {"DNS": {"Hostname": f"{name}.local"}},
    }
    if backend:
        spec["Backends"] = [{"VirtualService": {"VirtualServiceName": backend}}]
    properties: Json = {"MeshName": mesh, "VirtualNodeName": name, "Spec": spec}
    return {"Type": "AWS::AppMesh::VirtualNode", "Properties": properties}


def service(name: str, mesh: Json = "apps", *, provider: str) -> dict[str, Any]:
    spec: Json = {"Provider": {"VirtualNode": {"VirtualNodeName": provider}}}
    return {
        "Type": "AWS::AppMesh::VirtualService",
        "Properties": {"MeshName": mesh, "VirtualServiceName": name, "Spec": spec},
    }


def serving(name: str, mesh: Json = "apps", **more: Any) -> dict[str, Json]:
    """A stack of one service. All of them have the same logical IDs."""
    return {
        "Parameters": {"Base": {"Type": "String", "Default": "base"}},
        "Resources": {"Node": node(name, mesh, **more), "Service": service(f"{name}.local", mesh, provider=name)},
    }


def calling(*stacks: str, mesh: Json = "apps", backend: str = "b.local", **mark: Json) -> dict[str, Any]:
    """A template with node `a`, which calls a service of another stack, and its task."""
    template: dict[str, Any] = serving("a", mesh, backend=backend)
    asked = {"Profile": "standalone", "MeshName": mesh, "VirtualNodeName": "a", "MeshStack": list(stacks), **mark}
    template["Resources"]["Task"] = {**task(**asked)}
    return template


def injected(template: Json, *others: OtherMesh, values: dict[str, Json] | None = None) -> Outcome:
    request = Level(("Transform", "Parameters"), {})
    kind = CloudFormation(request, {"Base": "base", **(values or {})})
    return invariants.hold(template, lambda document: inject(document, kind, meshes=of_stacks(*others)))


def command(outcome: Outcome) -> str:
    assert not outcome.has_errors, [str(finding) for finding in outcome.findings]
    document: Any = outcome.document
    envoy = document["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    return str(envoy["Command"][1])


def said(outcome: Outcome) -> list[str]:
    return [str(finding) for finding in outcome.findings if finding.is_error]


def test_stacks_with_the_same_logical_ids_are_one_mesh() -> None:
    base, b, c = other(BASE, "base"), other(serving("b"), "b"), other(serving("c"), "c")
    text = command(injected(calling("base", "b", "c"), base, b, c))
    assert "b.local" in text
    assert "c.local" not in text
    assert "mesh-allow-all" in text


def test_the_order_of_the_stacks_does_not_matter() -> None:
    base, b = other(BASE, "base"), other(serving("b"), "b")
    one = command(injected(calling("base", "b"), base, b))
    assert one == command(injected(calling("b", "base"), base, b))


@pytest.mark.parametrize("mesh", [IMPORTED, {"Ref": "Base"}])
def test_the_name_of_the_mesh_may_be_imported_or_a_parameter(mesh: Json) -> None:
    base, b = (
        other(BASE, "base", Name="apps"),
        other(serving("b", mesh), "b", Base="base" if mesh is IMPORTED else "apps"),
    )
    values: dict[str, Json] = {"Base": "base" if mesh is IMPORTED else "apps"}
    outcome = injected(calling("base", "b", mesh=mesh), base, b, values=values)
    assert "mesh-allow-all" in command(outcome)
    assert "b.local" in command(outcome)


def test_what_is_written_keeps_the_users_import() -> None:
    base, b = other(BASE, "base"), other(serving("b", IMPORTED), "b")
    document: Any = injected(calling("base", "b", mesh=IMPORTED), base, b).document
    envoy = document["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]
    parts: list[Json] = envoy["Command"][1]["Fn::Join"][1]
    assert IMPORTED in parts


def test_each_stack_has_values_of_its_own() -> None:
    by_domain: dict[str, Any] = serving("b")
    by_domain["Parameters"]["Domain"] = {"Type": "String"}
    by_domain["Resources"]["Node"]["Properties"]["Spec"]["ServiceDiscovery"]["DNS"]["Hostname"] = {"Ref": "Domain"}
    asking = calling("b")
    asking["Parameters"]["Domain"] = {"Type": "String"}
    text = command(injected(asking, other(by_domain, "b", Domain="theirs"), values={"Domain": "ours"}))
    assert "theirs" in text
    assert "ours" not in text


def test_the_same_resource_twice_is_one() -> None:
    twice: dict[str, Any] = serving("b")
    twice["Resources"]["Copy"] = node("a", backend="b.local")
    assert "b.local" in command(injected(calling("b"), other(twice, "b")))


def test_the_same_resource_in_two_stacks_that_differ_is_a_finding() -> None:
    b, c = other(serving("b"), "b"), other({"Resources": {"Other": node("b", port=9090)}}, "c")
    assert said(injected(calling("b", "c"), b, c)) == [
        "AM340 Node MeshStack/b/Resources/Node: is defined in stack b, and differently in stack c, at Resources/Other. "
        "Keep one of the two; if one of them is the stack of this template, leave it out of MeshStack."
    ]


def test_a_stack_that_names_itself_is_told_so() -> None:
    own: dict[str, Any] = serving("a", backend="b.local", port=9090)
    (text,) = said(injected(calling("b", "a"), other(serving("b"), "b"), other(own, "a")))
    assert text.startswith("AM340 Node Resources/Node: is defined in this template, and differently in stack a")
    assert "if stack a is the stack of this template, leave it out of MeshStack" in text


def test_a_missing_name_is_looked_for_in_all_templates() -> None:
    b, c = other(serving("b"), "b"), other(serving("payment"), "c")
    (text,) = said(injected(calling("b", "c", backend="payments.local"), b, c))
    assert "names virtual service 'payments.local', which is not in this template, stack b or stack c. " in text
    assert "Did you mean 'payment.local', Service in c?" in text


def test_a_name_in_another_mesh_is_near() -> None:
    (text,) = said(injected(calling("b"), other(serving("b", "shop"), "b")))
    assert "There is one of this name in another mesh, Service in b: correct the mesh's name." in text


def test_an_import_that_no_stack_exports_says_what_to_name() -> None:
    (text,) = said(injected(calling("b", mesh=IMPORTED), other(serving("b"), "b")))
    assert "Name the stack that exports '${Base}-mesh' in MeshStack; on the command line, give its template" in text


def test_a_name_that_is_not_known_is_told_so() -> None:
    asking = calling("b", mesh={"Ref": "Stored"})
    asking["Parameters"]["Stored"] = {"Type": "AWS::SSM::Parameter::Value<String>"}
    (text,) = said(injected(asking, other(serving("b"), "b")))
    assert "Its name is not known when the macro runs: write it, or a Ref to a parameter with a plain value." in text


def test_a_stack_that_a_parameter_names_is_not_shown() -> None:
    asking = calling()
    asking["Parameters"]["Stack"] = {"Type": "String"}
    asking["Resources"]["Task"]["Metadata"]["AppMesh"]["MeshStack"] = {"Ref": "Stack"}
    (text,) = said(injected(asking, values={"Stack": "hidden"}))
    assert "MeshStack names the value of parameter 'Stack', whose mesh is not available. " in text
    assert "Deploy the macro with MeshStacks that allows it, or render with --mesh FILE|FOLDER." in text


def test_all_stacks_that_are_not_available_are_named() -> None:
    (text,) = said(injected(calling("b", "c", "d"), other(serving("c"), "c")))
    assert "MeshStack names 'b' and 'd', whose mesh is not available. " in text
    assert "Deploy the macro with MeshStacks=b,d, or render with --mesh FILE|FOLDER." in text


@pytest.mark.parametrize("order", [("base", "chain"), ("chain", "base")])
def test_an_export_may_be_made_of_an_import(order: tuple[str, ...]) -> None:
    outputs: Json = {"Mesh": {"Value": {"Fn::ImportValue": "base-mesh"}, "Export": {"Name": "again"}}}
    stacks = {"base": other(BASE, "base"), "chain": other({"Resources": {}, "Outputs": outputs}, "chain")}
    b = other(serving("b", {"Fn::ImportValue": "again"}), "b")
    assert "b.local" in command(injected(calling(*order, "b"), *(stacks[name] for name in order), b))


def test_a_stack_may_import_what_the_template_itself_exports() -> None:
    asking = calling("b")
    asking["Resources"]["Mesh"] = {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}}
    asking["Outputs"] = {"Mesh": {"Value": {"Fn::GetAtt": ["Mesh", "MeshName"]}, "Export": {"Name": "a-mesh"}}}
    assert "b.local" in command(injected(asking, other(serving("b", {"Fn::ImportValue": "a-mesh"}), "b")))


def test_who_owns_a_resource_stays_known() -> None:
    template = calling("b")
    kind = CloudFormation(Level((), {}), {})
    scope = kind.find(template).scope
    meshes = of_stacks(other(serving("b"), "b"))
    model = parsed(meshes.of_task(Settings(mesh_stack=NameList(("b",))), scope, template), scope).model
    assert {(it.name.known, it.source) for it in model.nodes} == {("a", ""), ("b", "b")}


EXPORTING: Json = {"AppMesh": {"Profile": "standalone", "ExportMesh": True}}


@pytest.mark.parametrize(
    "template",
    [
        calling(backend="a.local"),
        {"Resources": {"Task": task(Profile="standalone", MeshName="apps", VirtualNodeName="b", MeshStack="b")}},
        calling("b"),
        {**calling(backend="a.local"), "Metadata": EXPORTING},
        {**calling("b"), "Metadata": EXPORTING},
    ],
    ids=["own mesh", "MeshStack", "both", "exporting with tasks", "exporting, with both"],
)
@pytest.mark.parametrize("reads", [True, False])
def test_twice_is_once(template: dict[str, Any], reads: bool) -> None:
    """Also where the second run may not read the other stack."""
    kind = CloudFormation(Level((), {}), {})
    meshes = of_stacks(other(serving("b"), "b"))
    first = inject(template, kind, meshes=meshes)
    assert not first.has_errors, said(first)
    assert first.document != template
    second = inject(first.document, kind, meshes=meshes if reads else Meshes())
    assert second.document is first.document
    assert [report.reason for report in second.reports] == ["already injected"]
    assert second.findings == ()


def test_a_circle_starts_switched_off_and_exports_already() -> None:
    off = {**calling("b", Enabled=False), "Metadata": EXPORTING}
    outcome = inject(off, CloudFormation(Level((), {}), {}), meshes=of_stacks())
    assert not outcome.findings
    document: Any = outcome.document
    assert set(document["Metadata"]["AppMeshInject"]["Mesh"]) == {"Node", "Service"}
    assert document["Resources"]["Task"] is off["Resources"]["Task"]
