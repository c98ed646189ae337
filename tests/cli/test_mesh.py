"""A mesh in another file: --mesh and --mesh-parameter."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.command import SNIPPET, run

MESH = """\
Parameters:
  Domain: {Type: String, Default: shop.local}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: !Ref AWS::StackName}}
  Web:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: web
      Spec:
        Listeners: [{PortMapping: {Port: 9080, Protocol: http}}]
        Backends: [{VirtualService: {VirtualServiceName: !Sub "teller.${Domain}"}}]
        ServiceDiscovery: {DNS: {Hostname: !Sub "web.${Domain}"}}
  Teller:
    Type: AWS::AppMesh::VirtualService
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualServiceName: !Sub "teller.${Domain}"
      Spec: {Provider: {VirtualNode: {VirtualNodeName: !GetAtt Web.VirtualNodeName}}}
"""

TASK = {
    "family": "web",
    "networkMode": "awsvpc",
    "memory": "512",
    "containerDefinitions": [{"name": "app", "image": "web", "portMappings": [{"containerPort": 9080}]}],
}
FLAGS = ("--profile", "standalone", "--mesh-name", "apps", "--virtual-node-name", "web")


@pytest.fixture
def mesh(tmp_path: Path) -> str:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH)
    return str(file)


def test_the_mesh_of_another_file_is_compiled(mesh: str) -> None:
    values = ("--mesh-parameter", "AWS::StackName=apps", "--mesh-parameter", "Domain=example.com")
    ran = run("render", "-", *FLAGS, "--mesh", mesh, *values, stdin=json.dumps(TASK))
    assert ran.code == 0, ran.err
    envoy = json.loads(ran.out)["containerDefinitions"][1]
    assert envoy["command"][0] == "--config-yaml"
    assert "teller.example.com" in envoy["command"][1]
    assert "AM902" not in ran.err


def test_the_mesh_file_stands_for_mesh_stack(mesh: str) -> None:
    given = ("--mesh-stack", "apps-mesh", "--mesh-parameter", "AWS::StackName=apps")
    ran = run("render", "-", *FLAGS, "--mesh", mesh, *given, stdin=json.dumps(TASK))
    assert ran.code == 0, ran.err
    assert "teller.shop.local" in ran.out


def test_a_pseudo_parameter_without_a_value_is_asked_for(mesh: str) -> None:
    ran = run("render", "-", *FLAGS, "--mesh", mesh, stdin=json.dumps(TASK))
    assert (ran.code, ran.out) == (1, "")
    assert "AM326" in ran.err
    assert f"{mesh}:4:49: error AM326 Mesh MeshName: " in ran.err, ran.err


def test_without_a_mesh_the_node_is_missing() -> None:
    ran = run("render", "-", *FLAGS, stdin=json.dumps(TASK))
    assert (ran.code, ran.out) == (1, "")
    assert "AM308" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--mesh", "nowhere.yaml"), 1, "nowhere.yaml: error: there is no such file"),
        (("--mesh-parameter", "Domain=x"), 2, "this needs --mesh"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    ran = run("render", "-", *arguments, stdin=json.dumps(TASK))
    assert ran.code == code
    assert sentence in ran.err


def test_an_unknown_parameter_of_the_mesh(mesh: str) -> None:
    ran = run("render", "-", "--mesh", mesh, "--mesh-parameter", "Domian=x", stdin=json.dumps(TASK))
    assert ran.code == 2
    assert "did you mean 'Domain'" in ran.err


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The mesh, with an invalid port in line 11."""
    file = tmp_path / "broken.yaml"
    file.write_text(MESH.replace("Port: 9080", "Port: 0").replace("!Ref AWS::StackName", "apps"))
    return file


def test_a_finding_in_the_other_file_has_its_place_there(broken: Path) -> None:
    ran = run("render", "-", *FLAGS, "--mesh", str(broken), stdin=json.dumps(TASK))
    assert ran.code == 1
    assert f"{broken}:11:36: error AM302 Web Port: " in ran.err


def test_a_snippet_s_finding_in_the_other_file_has_its_place_there(broken: Path) -> None:
    parameters = "Parameters:\n          Profile: standalone"
    ran = run("render", "-", "--mesh", str(broken), stdin=SNIPPET.replace("Parameters:", parameters))
    assert f"{broken}:11:36: error AM302 Web Port: " in ran.err


def test_every_format_names_the_other_file(broken: Path) -> None:
    def linted(form: str) -> str:
        return run("lint", "-", *FLAGS, "--mesh", str(broken), "--format", form, stdin=json.dumps(TASK)).out

    assert f"{broken}:11:36: error AM302 Web Port: " in linted("text")
    problem = json.loads(linted("json"))["problems"][0]
    assert (problem["file"], problem["line"], problem["column"]) == (str(broken), 11, 36)
    assert problem["path"] == "Resources/Web/Properties/Spec/Listeners/0/PortMapping/Port"
    location = json.loads(linted("sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == str(broken)
    assert location["region"] == {"startLine": 11, "startColumn": 36}
    assert f"::error file={broken},line=11,col=36,title=AM302 Web Port::" in linted("github")


def test_errors_in_a_shared_mesh_are_reported_once(broken: Path, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(TASK))
    files = (str(tmp_path / "one.json"), str(tmp_path / "two.json"))
    ran = run("lint", *files, *FLAGS, "--mesh", str(broken))
    assert ran.code == 1
    assert ran.out.count("error AM302") == 1
    assert [line for line in ran.out.splitlines() if line.endswith("1 error")] == [f"{file}: 1 error" for file in files]


def test_findings_in_an_exported_mesh_have_places(tmp_path: Path) -> None:
    written = MESH.replace("!GetAtt Mesh.MeshName", "apps").replace("!Ref ", "").replace("!Sub ", "")
    content = yaml.load(written.replace("!GetAtt ", ""), Loader=yaml.BaseLoader)
    content["Resources"]["Web"]["Properties"]["Spec"]["Listeners"][0]["PortMapping"]["Port"] = 0
    exported = {"Metadata": {"AppMeshInject": {"Mesh": content["Resources"]}}, "Resources": {}}
    file = tmp_path / "exported.json"
    file.write_text(json.dumps(exported, indent=1))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if '"Port": 0' in text)
    ran = run("render", "-", *FLAGS, "--mesh", str(file), stdin=json.dumps(TASK))
    assert f"{file}:{line}:" in ran.err, ran.err


@pytest.mark.parametrize("command", ["render", "lint"])
@pytest.mark.parametrize("export", [True, False])
def test_a_mesh_without_tasks_explains_how_to_use_it(command: str, export: bool, tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    metadata = "Transform: AppMeshInject\nMetadata: {AppMesh: {Profile: standalone, ExportMesh: true}}\n"
    file.write_text((metadata if export else "") + MESH)
    ran = run(command, str(file))
    assert ran.code == 0, ran.err
    sentence = "to use its mesh for tasks of other templates, pass --mesh"
    assert f"{file}: there is no AWS::ECS::TaskDefinition; {sentence} {file}\n" in ran.err


def test_a_loop_in_the_mesh_of_another_template_is_not_a_matter_of_transforms(tmp_path: Path) -> None:
    node = "{Type: AWS::AppMesh::VirtualNode, Properties: {MeshName: apps, VirtualNodeName: !Ref N, Spec: {}}}"
    loop = f"  Fn::ForEach::Nodes: [N, [a], {{'Node${{N}}': {node}}}]\n"
    (tmp_path / "mesh.yaml").write_text("Transform: [AWS::LanguageExtensions]\n" + MESH + loop)
    ran = run("render", "-", *FLAGS, "--mesh", str(tmp_path / "mesh.yaml"), stdin=json.dumps(TASK))
    assert ran.code == 1
    assert "in a loop, which is not unrolled in the template of another stack. Write" in ran.err


BASE = """\
Transform: AppMeshInject
Metadata: {AppMesh: {Profile: standalone, ExportMesh: true}}
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: shop, Spec: {EgressFilter: {Type: ALLOW_ALL}}}}
Outputs: {MeshName: {Value: !GetAtt Mesh.MeshName, Export: {Name: !Sub "${AWS::StackName}-mesh"}}}
"""


def service(name: str, calls: str, port: int = 8080) -> str:
    """A template of one service, whose mesh's name comes from the base stack."""
    return f"""\
Transform: AppMeshInject
Metadata: {{AppMesh: {{Profile: standalone, ExportMesh: true, MeshStack: [shop-base, shop-{calls}]}}}}
Parameters: {{BaseStack: {{Type: String, Default: shop-base}}}}
Resources:
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: {{Fn::ImportValue: !Sub "${{BaseStack}}-mesh"}}
      VirtualNodeName: {name}
      Spec:
        Listeners: [{{PortMapping: {{Port: {port}, Protocol: http}}}}]
        ServiceDiscovery: {{DNS: {{Hostname: {name}.shop.local}}}}
        Backends: [{{VirtualService: {{VirtualServiceName: {calls}.shop.local}}}}]
  Service:
    Type: AWS::AppMesh::VirtualService
    Properties:
      MeshName: {{Fn::ImportValue: !Sub "${{BaseStack}}-mesh"}}
      VirtualServiceName: {name}.shop.local
      Spec: {{Provider: {{VirtualNode: {{VirtualNodeName: !GetAtt Node.VirtualNodeName}}}}}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Metadata: {{AppMesh: {{MeshName: {{Fn::ImportValue: !Sub "${{BaseStack}}-mesh"}}, VirtualNodeName: {name}}}}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{{Name: app, Image: {name}, PortMappings: [{{ContainerPort: {port}}}]}}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with three stacks of one mesh, two of which call each other."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "base.yaml").write_text(BASE)
    (folder / "cart.yaml").write_text(service("cart", "prices"))
    (folder / "prices.yaml").write_text(service("prices", "cart", 9090))
    (folder / "notes.yaml").write_text("a: [b\n")
    return folder


def stack_name(shop: Path) -> tuple[str, str]:
    """What gives the base template the name of its stack, which its export has."""
    return "--mesh-parameter", f"{shop}/base.yaml:AWS::StackName=shop-base"


def test_mesh_repeats_and_adds_to_the_templates_own_mesh(shop: Path) -> None:
    given = ("--mesh", str(shop / "base.yaml"), "--mesh", str(shop / "prices.yaml"), *stack_name(shop))
    ran = run("render", str(shop / "cart.yaml"), *given)
    assert ran.code == 0, ran.err
    assert "prices.shop.local" in ran.out
    assert "mesh-allow-all" in ran.out


def test_mesh_takes_a_folder_that_holds_the_template_itself(shop: Path) -> None:
    of_files = run(
        "render",
        str(shop / "cart.yaml"),
        "--mesh",
        str(shop / "base.yaml"),
        "--mesh",
        str(shop / "prices.yaml"),
        *stack_name(shop),
    )
    of_folder = run("render", str(shop / "cart.yaml"), "--mesh", str(shop), *stack_name(shop))
    assert (of_folder.code, of_folder.out) == (0, of_files.out), of_folder.err
    both = run("lint", str(shop), "--mesh", str(shop), *stack_name(shop))
    assert " error " not in both.out, both.out


def test_an_import_that_no_file_exports_says_what_to_give(shop: Path) -> None:
    ran = run("render", str(shop / "cart.yaml"), "--mesh", str(shop / "prices.yaml"))
    assert ran.code == 1
    assert "AM326 Node MeshName: 'Fn::ImportValue' takes the export '${BaseStack}-mesh', which none of the" in ran.err
    assert "on the command line, give its template with --mesh" in ran.err
    assert f"{shop / 'prices.yaml'}:" in ran.err


def test_a_folder_without_a_mesh_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("render", "-", *FLAGS, "--mesh", str(tmp_path / "empty"), stdin=json.dumps(TASK))
    assert ran.code == 1
    assert "there is no template with a mesh" in ran.err


def test_a_mesh_that_cannot_be_read_is_not_passed_over(shop: Path) -> None:
    (shop / "broken.yaml").write_text(service("broken", "cart") + "  [")
    ran = run("render", str(shop / "cart.yaml"), "--mesh", str(shop))
    assert ran.code == 1
    assert f"{shop / 'broken.yaml'}:" in ran.err


def test_a_parameter_for_one_of_the_files_must_be_declared_there(shop: Path) -> None:
    ran = run(
        "render", str(shop / "cart.yaml"), "--mesh", str(shop), "--mesh-parameter", f"{shop}/base.yaml:BaseStack=x"
    )
    assert ran.code == 2
    assert "has no parameter 'BaseStack'" in " ".join(ran.err.split())


def test_lint_warns_when_a_node_leaves_that_callers_use(shop: Path) -> None:
    given = ("--mesh", str(shop / "cart.yaml"), "--mesh", str(shop / "base.yaml"), *stack_name(shop))
    complete = run("lint", str(shop / "prices.yaml"), *given)
    assert "AM370" not in complete.out, complete.out
    gone = service("prices", "cart", 9090).replace(
        "VirtualServiceName: prices.shop.local", "VirtualServiceName: price.shop.local"
    )
    (shop / "prices.yaml").write_text(gone)
    ran = run("lint", str(shop / "prices.yaml"), *given)
    assert f"{shop / 'cart.yaml'}:13:38: warning AM370 Node VirtualServiceName: names a virtual service" in ran.out, (
        ran.out
    )
    assert ran.code == 0
    assert run("lint", str(shop / "prices.yaml"), *given, "--strict").code == 1


def test_graph_of_a_folder_draws_one_mesh(shop: Path) -> None:
    """The two services call each other across files, and nothing is missing."""
    named = [each.replace(f"{shop}/", "") for each in stack_name(shop)]
    ran = run("graph", str(shop), "--output-format", "mermaid", *stack_name(shop))
    assert ran.code == 0, ran.err
    assert "Missing" not in ran.out
    assert "AM3" not in ran.err.replace("AM357", ""), (ran.err, named)
    assert ran.out.count("prices.shop.local") == 1, ran.out
