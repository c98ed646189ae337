"""How CloudFormation calls the macro, and what keeps it from doing so."""

import json

import pytest

from tests.cli.command import TEMPLATE, run

TASK = """\
    Type: AWS::ECS::TaskDefinition
    Metadata: {AppMesh: {Profile: ga, MeshName: apps, VirtualNodeName: web}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, Image: "x/y:1", PortMappings: [{ContainerPort: 8080}]}]
"""
WHOLE = f"Transform: AppMeshInject\nResources:\n  Web:\n{TASK}"
INCLUDE = "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/file.yaml}}}"


def test_a_call_at_the_root_is_one_for_the_template() -> None:
    entry = "{Name: AppMeshInject, Parameters: {Envoy: '{\"Cpu\": 7}'}}"
    called = [WHOLE.replace("Transform: AppMeshInject", f"{key}: {entry}") for key in ("Transform", "Fn::Transform")]
    one, other = (run("render", "-", stdin=text) for text in called)
    assert (other.code, other.out, other.err) == (0, one.out, one.err)
    assert "Cpu: 7" in other.out
    assert run("lint", "-", stdin=called[1]).out == run("lint", "-", stdin=called[0]).out
    assert run("remove", "-", stdin=called[1]).out == run("remove", "-", stdin=called[0]).out


def test_of_a_call_at_the_root_among_others_only_ours_goes() -> None:
    text = WHOLE.replace("Transform: AppMeshInject", "Fn::Transform: [{Name: Other}, {Name: AppMeshInject}]")
    assert json.loads(run("render", "-", "--output-format", "json", stdin=text).out)["Fn::Transform"] == [
        {"Name": "Other"}
    ]
    assert "Fn::Transform: [{Name: Other}]\n" in run("remove", "-", stdin=text).out


@pytest.mark.parametrize("command", ["render", "lint"])
@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ("{MeshName: !ImportValue mesh}", "MeshName is Fn::ImportValue, "),
        ("{MeshName: !Sub '${AWS::StackName}'}", "MeshName is Fn::Sub, "),
        ("{Envoy: {Cpu: 1}}", "Envoy is a map, "),
        ("{AppPorts: [[80]]}", "AppPorts is a list inside of a list, "),
        ("{AppPorts: [!GetAtt A.B]}", "AppPorts is Fn::GetAtt, "),
    ],
)
def test_parameters_that_cloudformation_does_not_pass(command: str, parameters: str, line: str) -> None:
    entry = f"{{Name: AppMeshInject, Parameters: {parameters}}}"
    of_template = WHOLE.replace("AppMeshInject", entry, 1)
    of_snippet = WHOLE.replace("Transform: AppMeshInject\n", "").replace(
        "      NetworkMode", f"      Fn::Transform: {entry}\n      NetworkMode"
    )
    for text in (of_template, of_snippet):
        ran = run(command, "-", stdin=text)
        assert (ran.code, f": {line}which CloudFormation does not pass" in ran.out + ran.err) == (1, True)
        assert "Metadata.AppMesh" in ran.out + ran.err


def test_parameters_that_cloudformation_passes() -> None:
    entry = "{Name: AppMeshInject, Parameters: {AppPorts: [80, !Ref Port], LogLevel: !Ref AWS::NoValue, XRay: true}}"
    assert run("render", "-", stdin=WHOLE.replace("AppMeshInject", entry, 1)).code == 0


@pytest.mark.parametrize("command", ["render", "lint"])
@pytest.mark.parametrize("place", ["    Type: AWS", "      NetworkMode"])
def test_a_transform_inside_of_a_resource_is_an_error(command: str, place: str) -> None:
    indent = place[: len(place) - len(place.lstrip())]
    call = f"{indent}Transform: {{Name: AppMeshInject, Parameters: {{MeshName: apps}}}}\n"
    ran = run(command, "-", stdin="Resources:\n  Web:\n" + TASK.replace(place, call + place))
    assert ran.code == 1
    assert "error AM119 Web: " in ran.out + ran.err
    assert "Write Fn::Transform: {Name: AppMeshInject, ...}." in ran.out + ran.err


def test_a_misspelt_snippet_is_an_error_of_lint() -> None:
    call = "      Fn::Transform: {Name: AppMeshInjekt, Parameters: {MeshName: apps}}\n      NetworkMode"
    text = "Resources:\n  Web:\n" + TASK.replace("      NetworkMode", call)
    ran = run("lint", "-", stdin=text)
    assert (ran.code, "<stdin>:6:7: error AM901 Web: the macro 'AppMeshInjekt' is another one" in ran.out) == (1, True)
    assert "Did you mean 'AppMeshInject'?" in ran.out


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ('[{Name: app, Image: "x/y:1", PortMappings: [{ContainerPort: 8080}]}]', INCLUDE),
        ('{Name: app, Image: "x/y:1", PortMappings: [{ContainerPort: 8080}]}', INCLUDE),
        ("[{ContainerPort: 8080}]", INCLUDE),
        ('Memory: "512"', INCLUDE[1:-1]),
        ("{Profile: ga, MeshName: apps, VirtualNodeName: web}", INCLUDE),
    ],
)
def test_what_another_macro_returns_is_no_reason_to_refuse(here: str, there: str) -> None:
    text = WHOLE.replace(here, there) + "  Api:\n" + TASK
    for command in ("render", "lint", "diff"):
        ran = run(command, "-", stdin=text)
        assert " warning AM904 Web: CloudFormation runs AWS::Include before" in ran.out + ran.err
        assert " error AM" not in ran.out + ran.err
        assert "Api: injected" in ran.out + ran.err or "Api (AWS::ECS::TaskDefinition): injected" in ran.out
    rendered = json.loads(run("render", "-", "--output-format", "json", stdin=text).out)["Resources"]
    assert "envoy" not in str(rendered["Web"])
    assert "envoy" in str(rendered["Api"])


def test_an_include_that_hides_nothing_is_left_in() -> None:
    labelled = WHOLE.replace('Image: "x/y:1"', f'Image: "x/y:1", DockerLabels: {INCLUDE}')
    ran = run("render", "-", stdin=labelled)
    assert (ran.code, "AM904" in ran.err, "AWS::Include" in ran.out, "Web: injected" in ran.err) == (
        0,
        False,
        True,
        True,
    )


def test_a_mistake_beside_an_include_stays_one() -> None:
    text = WHOLE.replace("Memory:", f"Volumes: {INCLUDE}\n      Memory:").replace("MeshName", "Meshname")
    assert "error AM101 Web: " in run("render", "-", stdin=text).err


@pytest.mark.parametrize(
    ("transform", "is_warned"),
    [
        ("[AppMeshInject, AWS::LanguageExtensions]", True),
        ("[AWS::LanguageExtensions, AppMeshInject]", False),
        ("AppMeshInject", False),
    ],
)
def test_language_extensions_after_the_macro(transform: str, is_warned: bool) -> None:
    text = WHOLE.replace("AppMeshInject", transform, 1)
    ran = run("render", "-", stdin=text)
    assert (ran.code, "list AWS::LanguageExtensions before AppMeshInject or set WaitForEnvoy: []" in ran.err) == (
        0,
        is_warned,
    )
    nobody_waits = text.replace("{Profile", "{WaitForEnvoy: [], Profile")
    assert "AM905" not in run("render", "-", stdin=nobody_waits).err


TASK_OF_A_LOOP = """\
Resources:
  Node: {Type: AWS::AppMesh::VirtualNode, Properties: {MeshName: apps, VirtualNodeName: web, Spec: {}}}
  Fn::ForEach::Tasks:
    - N
    - [web]
    - Task${N}:
        Type: AWS::ECS::TaskDefinition
        Metadata: {AppMesh: {Profile: standalone, MeshName: apps, VirtualNodeName: !Ref N, AppPorts: []}}
        Properties: {NetworkMode: awsvpc, Memory: "512", ContainerDefinitions: [{Name: app, Image: "x/y:1"}]}
"""
NODES_OF_A_LOOP = """\
Resources:
  Fn::ForEach::Nodes:
    - N
    - [web]
    - Node${N}: {Type: AWS::AppMesh::VirtualNode, Properties: {MeshName: apps, VirtualNodeName: !Ref N, Spec: {}}}
  Web:
"""
CONNECTED = """\
Resources:
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: apps}}
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: apps
      VirtualNodeName: web
      Spec: {Backends: [{VirtualService: {VirtualServiceName: x}}]}
"""
CONNECTED_TASK = """{
        Type: AWS::ECS::TaskDefinition,
        Metadata: {AppMesh: {Profile: service-connect, MeshName: apps, VirtualNodeName: web}},
        Properties: {NetworkMode: awsvpc, Memory: "512", ContainerDefinitions: [{Name: app, Image: "x/y:1"}]}}
"""
PORTS = "PortMappings: [{ContainerPort: 8080}]"
LOOPS = {
    "a task with Service Connect": (
        f"{CONNECTED}  Fn::ForEach::T:\n    - N\n    - [Web]\n    - Task${{N}}: {CONNECTED_TASK}"
    ),
    "the ECS service of a task": (
        f"{CONNECTED}  Task: {CONNECTED_TASK}"
        "  Fn::ForEach::S: [N, [Web], {'${N}': {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task}}}]\n"
    ),
    "mesh resources": NODES_OF_A_LOOP + TASK.replace("ga,", "standalone,"),
    "a task that names a node by the loop": TASK_OF_A_LOOP,
    "ports": "Resources:\n  Web:\n" + TASK.replace(PORTS, "Fn::ForEach::P: [P, [PortMappings], {'${P}': !Ref X}]"),
    "the containers": "Resources:\n  Web:\n"
    + TASK.replace("ContainerDefinitions", "Fn::ForEach::P: [P, [ContainerDefinitions], {'${P}': !Ref X}]\n#"),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_is_unrolled_first_is_no_reason_to_refuse(loop: str) -> None:
    for command in ("render", "lint", "diff") if loop == "ports" else ("render",):
        ran = run(command, "-", stdin="Transform: [AWS::LanguageExtensions, AppMeshInject]\n" + LOOPS[loop])
        assert " warning AM904 " in ran.out + ran.err
        assert "CloudFormation runs AWS::LanguageExtensions before this macro" in ran.out + ran.err
        assert (ran.code, " error AM" in ran.out + ran.err) == (0, False)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_is_unrolled_later_is_one(loop: str) -> None:
    ran = run("render", "-", stdin="Transform: [AppMeshInject, AWS::LanguageExtensions]\n" + LOOPS[loop])
    assert (ran.code, "AM904" in ran.err, " error AM" in ran.err) == (1, False, True)


def test_a_mistake_in_a_loop_stays_one() -> None:
    text = "Transform: [AWS::LanguageExtensions, AppMeshInject]\n" + TASK_OF_A_LOOP
    assert "error AM101 Task${N}" in run("render", "-", stdin=text.replace("AppPorts", "AppPort")).err


@pytest.mark.parametrize("command", ["render", "lint"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("NetworkMode: awsvpc", "NetworkMode: !Ref Given"),
        ("Profile: ga", "Enabled: !Ref Given, Profile: ga"),
        ("Profile: ga", "Profile: !Ref Given"),
        ('Memory: "512"', 'RequiresCompatibilities: [!Ref Given]\n      Memory: "512"'),
    ],
)
def test_a_parameter_without_a_value_is_named_with_its_option(command: str, before: str, after: str) -> None:
    """The launch type matters to proxyinit alone, which is profile preview's."""
    text = "Parameters: {Given: {Type: String}}\n" + WHOLE.replace(before, after)
    text = text.replace("Profile: ga, ", "") if "Requires" in after else text
    ran = run(command, "-", stdin=text)
    assert (ran.code, "Give its value: --parameter Given=..." in ran.out + ran.err) == (1, True)
    no_echo = run(command, "-", stdin=text.replace("String}", "String, NoEcho: true}"))
    assert "a parameter that is neither NoEcho nor read from Parameter Store" in no_echo.out + no_echo.err


@pytest.mark.parametrize("kind", ["AWS::SSM::Parameter::Value<List<String>>", "AWS::SSM::Parameter::Value<String>"])
def test_a_parameter_of_parameter_store_is_not_known_in_a_snippet_either(kind: str) -> None:
    parameters = f'Parameters: {{Ports: {{Type: "{kind}", Default: ports}}}}\n'
    call = "      Fn::Transform: {Name: AppMeshInject, Parameters: {AppPorts: !Ref Ports}}\n      NetworkMode"
    mark = "{Profile: ga, MeshName: apps, VirtualNodeName: web"
    of_snippet = parameters + "Resources:\n  Web:\n" + TASK.replace("      NetworkMode", call)
    of_snippet = of_snippet.replace(f"    Metadata: {{AppMesh: {mark}}}}}\n", "").replace(
        "{AppPorts", "{Profile: ga, MeshName: apps, VirtualNodeName: web, AppPorts"
    )
    of_template = parameters + WHOLE.replace(mark, f"{mark}, AppPorts: !Ref Ports")
    one, other = (
        json.loads(run("render", "-", "--output-format", "json", stdin=text).out)["Resources"]["Web"]["Properties"]
        for text in (of_snippet, of_template)
    )
    assert one == other


def test_a_blank_list_is_an_empty_one() -> None:
    parameters = 'Parameters: {Ports: {Type: CommaDelimitedList, Default: " "}}\n'
    text = parameters + WHOLE.replace("VirtualNodeName: web", "VirtualNodeName: web, AppPorts: !Ref Ports")
    for given in ([], ["--parameter", "Ports="]):
        assert "Name: AppPorts" not in run("render", "-", *given, stdin=text).out
        assert run("render", "-", *given, stdin=text).code == 0


def test_the_template_of_the_other_tests_has_no_finding_of_these() -> None:
    assert run("render", "-", stdin=TEMPLATE).err.count("warning") == 1
