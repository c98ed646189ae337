"""`render` processes templates as CloudFormation does."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli.command import SIDECARS, SNIPPET, TEMPLATE, Ran, run


def edit(template: str, **changes: str) -> str:
    """The template with lines replaced: `Name="text"` replaces the line that starts with Name."""
    lines = []
    for line in template.splitlines():
        key = line.strip().removeprefix("- ").partition(":")[0]
        lines.append(changes.pop(key) if key in changes else line)
    assert not changes
    return "\n".join(lines) + "\n"


def result(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    return document


def rendered(template: str, *options: str) -> dict[str, Any]:
    return result(run("render", "-", "--output-format", "json", *options, stdin=template))


def containers(document: Mapping[str, Any], task: str = "Web") -> list[str]:
    return [each["Name"] for each in document["Resources"][task]["Properties"]["ContainerDefinitions"]]


def variables(document: Mapping[str, Any], container: str, task: str = "Web") -> dict[str, Any]:
    found = document["Resources"][task]["Properties"]["ContainerDefinitions"]
    (one,) = (each for each in found if each["Name"] == container)
    return {variable["Name"]: variable["Value"] for variable in one["Environment"]}


TRANSFORMS = {
    "Transform: AppMeshInject": None,
    "Transform: {Name: AppMeshInject}": None,
    "Transform: [AppMeshInject]": None,
    "Transform: ['123456789012::AppMeshInject']": None,
    "Transform: [First, AppMeshInject, {Name: 'AWS::Include', Parameters: {Location: x}}]": [
        "First",
        {"Name": "AWS::Include", "Parameters": {"Location": "x"}},
    ],
    "Transform: [{Name: AppMeshInject, Parameters: {LogLevel: debug}}, 'AWS::Serverless-2016-10-31']": [
        "AWS::Serverless-2016-10-31"
    ],
}


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_our_entry_is_removed_from_transform_and_others_keep_their_order(transform: str) -> None:
    document = rendered(edit(TEMPLATE, Transform=transform))
    left = TRANSFORMS[transform]
    assert containers(document) == SIDECARS
    assert document.get("Transform") == left
    assert list(document) == ["AWSTemplateFormatVersion", *(["Transform"] if left else []), "Resources"]


@pytest.mark.parametrize("transform", ["Transform: Other", "Transform: {Name: Other}", "Transform: [Other]"])
def test_a_transform_of_others_stays_as_it_is_written(transform: str) -> None:
    ran = run("render", "-", stdin=edit(TEMPLATE, Transform=transform))
    assert ("Transform: Other" in ran.out) == (transform == "Transform: Other")
    assert "<stdin>:7:7: warning AM901 Web: " in ran.err


def test_the_entry_may_stand_in_the_middle_of_other_keys() -> None:
    template = SNIPPET.replace("Fn::Transform:", "Family: web\n      Fn::Transform:")
    many = template.replace("AppMeshInject", "Other")
    assert "Fn::Transform" not in str(rendered(template))
    assert run("render", "-", stdin=many).out == many.replace('"512"', "'512'")


def test_parameters_of_the_entry_are_settings_and_flags_win_key_by_key() -> None:
    entry = "Transform: [{Name: AppMeshInject, Parameters: {LogLevel: debug, IgnoredUID: 7, Envoy: '{\"Cpu\": 1}'}}]"
    template = edit(TEMPLATE, Transform=entry)
    plain = rendered(template)
    flagged = rendered(template, "--ignored-uid", "8", "--envoy", '{"Cpu": 2}')
    assert (variables(plain, "envoy")["ENVOY_LOG_LEVEL"], variables(plain, "proxyinit")["APPMESH_IGNORE_UID"]) == (
        "debug",
        "7",
    )
    assert variables(flagged, "envoy")["ENVOY_LOG_LEVEL"] == "debug"
    assert variables(flagged, "proxyinit")["APPMESH_IGNORE_UID"] == "8"
    assert [flagged["Resources"]["Web"]["Properties"]["ContainerDefinitions"][1]["Cpu"]] == [2]


def test_a_node_by_flag_displaces_the_gateway_of_the_entry() -> None:
    entry = "Transform: {Name: AppMeshInject, Parameters: {VirtualGatewayName: a, MeshName: apps}}"
    template = edit(TEMPLATE, Transform=entry, VirtualNodeName="        LogLevel: info")
    document = rendered(template, "--virtual-node-name", "b")
    assert variables(document, "envoy")["APPMESH_VIRTUAL_NODE_NAME"] == "mesh/apps/virtualNode/b"


def test_lists_by_flag_are_text_or_json() -> None:
    for ports in ("8000,8001", "8000 8001", '["8000", 8001]'):
        document = rendered(TEMPLATE, "--app-ports", ports)
        assert variables(document, "proxyinit")["APPMESH_APP_PORTS"] == "8000,8001"


def test_marks_without_any_transform_are_rendered_with_a_warning() -> None:
    ran = run("render", "-", stdin=TEMPLATE.replace("Transform: AppMeshInject\n", ""))
    assert ran.code == 0
    assert ran.out == run("render", "-", stdin=TEMPLATE).out
    assert ran.err.startswith(
        "<stdin>:6:7: warning AM901 Web: the template has marks but no Transform AppMeshInject,"
        " so CloudFormation would not call the macro. Add Transform: AppMeshInject.\n"
    )


def test_a_template_without_marks_stays_as_it_is() -> None:
    template = edit(
        TEMPLATE, AWSTemplateFormatVersion="AWSTemplateFormatVersion: '2010-09-09'", Memory="      Memory: 512"
    )
    unmarked = template.replace("      AppMesh:", "      Other:")
    ran = run("render", "-", stdin=unmarked)
    assert ran.out == unmarked.replace("Transform: AppMeshInject\n", "")
    assert (ran.code, ran.err) == (0, "Web: skipped: not marked\n")
    nothing = run("render", "-", stdin="Resources: {}\n")
    assert (nothing.code, nothing.out) == (0, "Resources: {}\n")
    assert nothing.err == "<stdin>: there is no AWS::ECS::TaskDefinition\n"


@pytest.mark.parametrize("transform", ["null", "[]"])
def test_an_empty_transform_stays_empty(transform: str) -> None:
    template = f"Transform: {transform}\nResources: {{}}\n"
    assert run("render", "-", stdin=template).out == template


def test_many_number_signs_are_read_quickly() -> None:
    assert run("render", "-", stdin="#" * 1000 + "\nResources: {}\n").out == "Resources: {}\n"


def test_the_macro_may_have_another_name() -> None:
    template = TEMPLATE.replace("Transform: AppMeshInject", "Transform: TeamMesh")
    assert "Transform" not in rendered(template, "--macro-name", "TeamMesh")
    assert "Transform" not in rendered(template, "--macro-name", "210987654321::TeamMesh")
    assert "Did you mean 'TeamMesh2'?" in run("render", "-", "--macro-name", "TeamMesh2", stdin=template).err
    assert "Add Transform: Other." in run("render", "-", "--macro-name", "Other", stdin=template).err


def test_a_snippet_is_processed_and_removed() -> None:
    document = rendered(SNIPPET)
    assert containers(document) == SIDECARS
    assert "Fn::Transform" not in document["Resources"]["Web"]["Properties"]


def test_a_snippet_may_stand_one_level_up_and_in_a_list_with_others() -> None:
    up = """\
Resources:
  Web:
    Fn::Transform:
      - {Name: Other, Parameters: {a: b}}
      - {Name: AppMeshInject, Parameters: {MeshName: apps, VirtualNodeName: web}}
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, PortMappings: [{ContainerPort: 9080}]}]
"""
    document = rendered(up)
    assert containers(document) == SIDECARS
    assert list(document["Resources"]["Web"]) == ["Fn::Transform", "Type", "Properties"]
    assert document["Resources"]["Web"]["Fn::Transform"] == [{"Name": "Other", "Parameters": {"a": "b"}}]


def test_snippets_go_first_and_innermost_first() -> None:
    """The inner call injects the sidecars. The outer call and the template's find them and add nothing."""
    nested = SNIPPET.replace(
        "    Type: AWS",
        "    Fn::Transform: {Name: AppMeshInject, Parameters: {MeshName: m, VirtualNodeName: x, OnExisting: Keep}}\n"
        "    Type: AWS",
    )
    document = rendered(nested)
    assert containers(document) == SIDECARS
    assert variables(document, "envoy")["APPMESH_VIRTUAL_NODE_NAME"] == "mesh/apps/virtualNode/web"
    then_all = rendered(
        "Transform: AppMeshInject\n"
        + SNIPPET.replace(
            "    Properties",
            "    Metadata: {AppMesh: {MeshName: b, VirtualNodeName: c, OnExisting: Replace}}\n    Properties",
        )
    )
    assert variables(then_all, "envoy")["APPMESH_VIRTUAL_NODE_NAME"] == "mesh/b/virtualNode/c"


def test_without_a_transform_a_snippets_task_is_not_injected_again() -> None:
    tags = "      Tags: [{Key: 'AppMesh:LogLevel', Value: debug}]\n      NetworkMode"
    ran = run("render", "-", "--output-format", "json", stdin=SNIPPET.replace("      NetworkMode", tags))
    assert variables(result(ran), "envoy")["ENVOY_LOG_LEVEL"] == "debug"
    assert "AM901" not in ran.err


def test_a_snippet_is_reported_beside_the_template() -> None:
    api = TEMPLATE.partition("Resources:\n")[2].replace("  Web:", "  Api:")
    ran = run("render", "-", stdin="Transform: AppMeshInject\n" + SNIPPET + api)
    assert ran.err.endswith("Web: injected (profile preview)\nApi: injected (profile preview)\n")
    ran = run("render", "-", stdin="Transform: AppMeshInject\n" + SNIPPET + api.replace("awsvpc", "host"))
    assert (ran.code, ran.out) == (1, "")
    assert "\nWeb: skipped: another finding stops the injection\nApi: refused: AM201 " in ran.err


def test_snippet_and_marks_without_transform_are_both_rendered() -> None:
    ran = run("render", "-", stdin=SNIPPET + TEMPLATE.partition("Resources:\n")[2].replace("  Web:", "  Api:"))
    assert ran.code == 0
    assert ran.err.endswith("Web: injected (profile preview)\nApi: injected (profile preview)\n")
    assert ran.err.startswith("<stdin>:19:7: warning AM901 Api: ")


def test_flags_without_effect_are_reported() -> None:
    ran = run("render", "-", "--log-level", "debug", "--on-existing", "Keep", stdin=SNIPPET)
    assert "appmesh-inject: warning: --log-level, --on-existing have no effect: no task definition is marked" in ran.err
    assert "debug" not in ran.out


@pytest.mark.parametrize(
    ("template", "line"),
    [
        (edit(TEMPLATE, Transform="Transform: {Name: AppMeshInject, Parameters: [a]}"), "2:34: error AM112: "),
        (SNIPPET.replace("Parameters:", "Parameters: x\n        P:"), "7:9: error AM112 Web: the Parameters of the "),
        (
            SNIPPET.replace("Fn::Transform:", "Fn::Transform: AppMeshInject\n      X:"),
            "5:7: error AM112 Web: Fn::Transform must be a map with Name and Parameters. Write {Name: ..., ",
        ),
        (SNIPPET.replace("MeshName", "MeshNam"), "8:11: error AM101 Web: unknown setting 'MeshNam': did you mean"),
        (SNIPPET.replace("awsvpc", "bridge"), "10:7: error AM201 Web: "),
        ("Resources:\n  Fn::Transform: {Name: AppMeshInject}\n  A: {Type: B}\n", "2:3: error AM001: "),
        (
            edit(TEMPLATE, Transform="Transform: [A, {Name: AppMeshInject, Parameters: {MeshNam: a}}]"),
            "2:51: error AM101: ",
        ),
        (edit(TEMPLATE, VirtualNodeName="        VirtualNode: web"), "9:9: error AM101 Web: "),
        (TEMPLATE.replace("awsvpc", "bridge"), "11:7: error AM201 Web: "),
        (edit(TEMPLATE, NetworkMode="      Cpu: 1"), "10:5: error AM201 Web: "),
        (TEMPLATE.replace("9080", "0"), "17:15: error "),
    ],
)
def test_findings_have_line_and_column_and_nothing_is_printed(template: str, line: str) -> None:
    ran = run("render", "-", stdin=template)
    assert any(found.startswith(f"<stdin>:{line}") for found in ran.err.splitlines()), ran.err
    assert (ran.code, ran.out) == (1, "")
    assert "AM902" not in ran.err


def test_findings_point_into_json_and_to_options() -> None:
    as_json = run(
        "render", "-", "--output-format", "json", stdin=TEMPLATE.replace("Transform: AppMeshInject\n", "")
    ).out
    broken = as_json.replace('"Transform"', '"X"').replace("awsvpc", "bridge")
    assert "\n<stdin>:13:9: error AM201 Web: " in "\n" + run("render", "-", stdin=broken).err
    ran = run("render", "-", "--app-ports", "70000", "--deployment-parameter", "Profile=preveiw", stdin=TEMPLATE)
    assert "--app-ports: error AM107: AppPorts " in ran.err
    assert "--deployment-parameter Profile: error AM102: Profile must be preview" in ran.err
    assert (ran.code, ran.out) == (1, "")


def test_all_findings_are_reported_at_once_by_task() -> None:
    third = TEMPLATE.partition("Resources:\n")[2]
    template = (
        TEMPLATE.replace("awsvpc", "bridge")
        + third.replace("Web:", "Good:")
        + third.replace("Web:", "Plain:").replace("AppMesh:", "Other:")
        + SNIPPET.partition("Resources:\n")[2].replace("Web:", "Bad:").replace("MeshName", "MeshNam")
    )
    ran = run("render", "-", stdin=template)
    assert (ran.code, ran.out) == (1, "")
    others = [line for line in ran.err.splitlines() if "<stdin>" not in line]
    assert "More about this: appmesh-inject explain AM104 AM101 AM201" in others
    reports = [line for line in others if not line.startswith("More about")]
    assert reports[1:] == ["Web: refused: " + reports[1].partition("refused: ")[2], *reports[2:]]
    assert reports[0].startswith("Bad: refused: AM104 MeshName is not given, and 1 more")
    assert reports[1].startswith("Web: refused: AM201 ")
    assert reports[2:] == ["Good: skipped: another finding stops the injection", "Plain: skipped: not marked"]


def test_preview_warns_once_that_app_mesh_is_gone() -> None:
    ran = run("render", "-", stdin=TEMPLATE + TEMPLATE.partition("Resources:\n")[2].replace("Web:", "Api:"))
    warnings = [line for line in ran.err.splitlines() if "warning" in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("<stdin>:4:3: warning AM902 Web: ")
    assert "AWS App Mesh, which AWS switched off on 2026-09-30. Use " in warnings[0]
    assert "standalone" in warnings[0]


def test_a_template_that_goes_by_s3_alone_is_warned_of() -> None:
    def said(template: str) -> list[str]:
        return [line for line in run("render", "-", stdin=template).err.splitlines() if " AM903: " in line]

    comment = f"# {'x' * (51_200 - len(TEMPLATE) - 3)}\n"
    assert not said(comment + TEMPLATE)
    (warning,) = said("#" + comment + TEMPLATE)
    assert warning == (
        "<stdin>:1:1: warning AM903: the template has 51,201 bytes, and CloudFormation takes more than 51,200 only from"
        " S3. Deploy with sam deploy --resolve-s3, or with aws cloudformation deploy --s3-bucket BUCKET."
    )


def test_what_comes_out_of_a_template_that_goes_by_s3_alone_is_warned_of() -> None:
    web = TEMPLATE.partition("Resources:\n")[2]
    many = TEMPLATE + "".join(web.replace("Web:", f"Web{number}:") for number in range(50))
    assert len(many) < 51_200
    err = run("render", "-", stdin=many).err
    assert "warning AM903: the processed template has " in err


def test_a_large_template_without_marks_is_not_warned_of() -> None:
    ran = run("render", "-", stdin=f"Description: {'x' * 60_000}\nResources: {{Web: {{Type: AWS::SNS::Topic}}}}\n")
    assert (ran.code, "AM903" in ran.err) == (0, False)


PARAMETERS = """\
Transform: AppMeshInject
Parameters:
  Uid: {Type: Number, Default: 42}
  Ports: {Type: CommaDelimitedList, Default: '8000, 8001'}
  Mode: {Type: String, Default: awsvpc}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Stage: {Type: String}
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Metadata:
      AppMesh: {MeshName: !Ref Stage, VirtualNodeName: web, AppPorts: !Ref Ports}
    Properties:
      NetworkMode: !Ref Mode
      Memory: "512"
      ContainerDefinitions: [{Name: app}]
"""


def test_parameters_have_their_default_or_the_given_value() -> None:
    assert containers(rendered(PARAMETERS)) == SIDECARS
    ran = run("render", "-", "--parameter", "Mode=host", stdin=PARAMETERS)
    assert "<stdin>:14:7: error AM201 Web: " in ran.err
    assert containers(rendered(PARAMETERS, "--parameter", "Mode=host", "--parameter", "Mode=awsvpc")) == SIDECARS
    ran = run("render", "-", "--parameter", "Ports=1,2,70000", stdin=PARAMETERS)
    assert "AM107 Web: AppPorts " in ran.err


def test_parameter_values_are_never_shown() -> None:
    for name in ("Ports", "Mode", "Secret"):
        for setting in (
            "AppPorts: !Ref Ports",
            "Enabled: !Ref Mode",
            "LogLevel: !Ref Secret",
            "OnExisting: !Ref Secret",
        ):
            template = PARAMETERS.replace("AppPorts: !Ref Ports", setting.replace("Ports}", f"{name}}}"))
            ran = run("render", "-", "--parameter", f"{name}=s3cr3t", stdin=template)
            assert "s3cr3t" not in ran.err
            assert "s3cr3t" not in ran.out
            assert "hunter2" not in ran.err
    ran = run("render", "-", "--parameter", "hunter3", stdin=PARAMETERS)
    assert (ran.code, "hunter3" in ran.err) == (2, False)


def test_wrong_usage_suggests_what_was_meant() -> None:
    ran = run("render", "-", "--parameter", "Prots=1", stdin=PARAMETERS)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for --parameter: <stdin> has no parameter 'Prots': did you mean 'Ports'?" in ran.err
    ran = run("render", "-", "--parameter", "Ports", stdin=PARAMETERS)
    assert (ran.code, "number 1 is not of the form Key=Value." in ran.err) == (2, True)
    ran = run("render", "-", "--deployment-parameter", "Profil=ga", stdin=TEMPLATE)
    assert (ran.code, "there is no deployment parameter 'Profil': did you mean 'Profile'?" in ran.err) == (2, True)
    ran = run("render", "-", "--parameter", "Xyz=1", stdin=TEMPLATE)
    assert (ran.code, "<stdin> has no parameter 'Xyz'." in ran.err) == (2, True)


def test_allowed_registries_are_a_deployment_parameter() -> None:
    option = ("--profile", "ga", "--deployment-parameter")
    assert run("render", "-", *option, "AllowedRegistries=quay.io,public.ecr.aws/appmesh", stdin=TEMPLATE).code == 0
    ran = run("render", "-", *option, "AllowedRegistries=quay.io", stdin=TEMPLATE)
    assert (ran.code, ran.out) == (1, "")
    assert "error AM218 Web: the image of the envoy container, 'public.ecr.aws/appmesh/" in ran.err
    ran = run("render", "-", *option, "AllowedRegistries=https://quay.io", stdin=TEMPLATE)
    assert "--deployment-parameter AllowedRegistries: error AM102: 'https://quay.io' is neither" in ran.err


def test_deployment_parameters_rank_below_the_template() -> None:
    document = rendered(TEMPLATE, "--deployment-parameter", "LogLevel=debug", "--deployment-parameter", "IgnoredUID=9")
    assert variables(document, "envoy")["ENVOY_LOG_LEVEL"] == "debug"
    document = rendered(TEMPLATE, "--deployment-parameter", "LogLevel=debug", "--log-level", "off")
    assert variables(document, "envoy")["ENVOY_LOG_LEVEL"] == "off"


def test_a_foreach_snippet_is_found_by_its_resource() -> None:
    loop = """\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Tasks:
    - Name
    - [A, B]
    - Task${Name}:
        Type: AWS::ECS::TaskDefinition
        Properties:
          Fn::Transform: {Name: AppMeshInject, Parameters: {MeshName: apps, VirtualNodeName: !Ref Name}}
          NetworkMode: awsvpc
          Memory: "512"
          ContainerDefinitions: [{Name: app, PortMappings: [{ContainerPort: 9080}]}]
"""
    ran = run("render", "-", stdin=loop)
    assert ran.code == 0
    assert ran.err.endswith("Task${Name}: injected (profile preview)\n")
    assert "VirtualNode: !Ref" not in ran.out
    assert "proxyinit" in ran.out


def test_names_from_the_document_cannot_control_the_terminal() -> None:
    ran = run("render", "-", stdin=TEMPLATE.replace("  Web:", '  "W\\e[31m\\nb":').replace("awsvpc", "bridge"))
    assert "\x1b" not in ran.err
    assert "W\\x1b[31m\\nb: refused: " in ran.err


def test_colours_are_for_terminals_and_not_with_no_color() -> None:
    broken = TEMPLATE.replace("awsvpc", "bridge")
    assert "\x1b[" not in run("render", "-", stdin=broken).err
    assert "\x1b[" in run("render", "-", stdin=broken, env={"FORCE_COLOR": "1", "TERM": "xterm-256color"}).err
    quiet = run("render", "-", stdin=broken, env={"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm-256color"})
    assert "\x1b[" not in quiet.err


def test_lines_are_never_wrapped() -> None:
    ran = run("render", "-", stdin=TEMPLATE.replace("Web", "W" * 300), env={"COLUMNS": "40"})
    warning, page, report = ran.err.splitlines()
    assert "W" * 300 in warning
    assert page == "More about this: appmesh-inject explain AM902"
    assert report.startswith("W" * 300)
