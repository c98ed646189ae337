"""`lint` runs cfn-lint before and after, and fails for errors that are new after injection."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import SNIPPET, TEMPLATE, run

COMPLETE = TEMPLATE.replace(
    'Memory: "512"', 'Memory: "512"\n      ExecutionRoleArn: !Sub arn:${AWS::Partition}:iam::123456789012:role/a'
)


def test_a_clean_template_has_a_summary_and_no_error() -> None:
    ran = run("lint", "-", stdin=COMPLETE)
    assert ran.code == 0, ran.out
    assert ran.out.splitlines()[-1] == ("<stdin>: cfn-lint has 0 findings before injection, 0 new after injection")
    assert ran.out.startswith("<stdin>:4:3: warning AM902 Web: ")
    assert ran.err == "Web: injected (profile preview)\n"


def test_errors_before_injection_do_not_fail() -> None:
    ran = run("lint", "-", stdin=COMPLETE.replace("Image: !Sub", "Imgae: !Sub"))
    lines = [line for line in ran.out.splitlines() if " error E" in line]
    assert [line.partition(": error ")[0] for line in lines] == ["<stdin>:15:11", "<stdin>:16:11"]
    assert all(line.endswith("[before injection]") for line in lines)
    assert (ran.code, "cfn-lint has 2 findings before injection, 0 new after injection" in ran.out) == (0, True), (
        ran.out
    )


def test_errors_new_after_injection_fail_and_have_a_place() -> None:
    ran = run("lint", "-", "--envoy", '{"Cpuu": 1, "Memory": 4}', stdin=COMPLETE)
    new = [line for line in ran.out.splitlines() if "new after injection, at " in line]
    assert len(new) == 1
    assert new[0].startswith("<stdin>:14:7: error E3002 Web: ")
    assert new[0].endswith("at Resources/Web/Properties/ContainerDefinitions/1/Cpuu]")
    assert ran.code == 1
    assert ran.out.endswith(", 1 new after injection (1 error)\n")


def test_an_error_before_and_after_injection_counts_once() -> None:
    ran = run("lint", "-", stdin=COMPLETE + "Outputs: {A: {Value: !Ref Nothing}}\n")
    assert ran.out.count("'Nothing' is not one of") == 1
    assert "\n<stdin>:19:15: error E" in ran.out
    assert ran.code == 0


def test_an_error_beside_a_snippet_counts_as_before_injection() -> None:
    ran = run("lint", "-", stdin=SNIPPET)
    assert "E3003" in ran.out, "the app has no Image"
    assert "new after injection, at" not in ran.out
    assert ran.code == 0


def test_refusals_are_findings_and_fail() -> None:
    ran = run("lint", "-", stdin=COMPLETE.replace("awsvpc", "bridge"))
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:11:7: error AM201 Web: ")
    assert ran.out.endswith("; the macro refuses the template: 1 error\n")


def test_marks_without_transform_are_an_error() -> None:
    ran = run("lint", "-", stdin=COMPLETE.replace("Transform: AppMeshInject\n", ""))
    assert (ran.code, "error AM901 Web: " in ran.out) == (1, True)
    assert ran.out.endswith("; CloudFormation would not do what the template says: 1 error\n")


@pytest.mark.parametrize("name", ["AppmeshInject", "appMeshInject", "AppMeshInjct", "123456789012::AppMesh-Inject"])
def test_a_misspelt_transform_is_an_error_with_the_nearest_name(name: str) -> None:
    ran = run("lint", "-", stdin=COMPLETE.replace("Transform: AppMeshInject\n", f"Transform: ['{name}']\n"))
    assert ran.code == 1
    assert f"error AM901: the macro '{name}' is another one" in ran.out
    assert "Did you mean 'AppMeshInject'?" in ran.out


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_rendered_template_lints_like_its_source(form: str) -> None:
    once = run("render", "-", "--output-format", form, stdin=COMPLETE).out
    ran = run("lint", "-", stdin=once)
    assert ran.code == 0
    assert ran.err == "Web: skipped: already injected\n"
    assert ran.out == "<stdin>: cfn-lint has 0 findings before injection, 0 new after injection\n"


MARKED = """\
Transform: AppMeshInject
{sections}
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Metadata: {{AppMesh: {{Profile: ga, MeshName: apps, VirtualNodeName: web}}}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{{Name: app, Image: "x/y:1", PortMappings: [{{ContainerPort: 8080}}]{app}}}]
{resources}"""


def marked(sections: str = "", app: str = "", resources: str = "") -> str:
    return MARKED.format(sections=sections, app=app, resources=resources)


@pytest.mark.parametrize(
    ("template", "place", "sentence"),
    [
        (marked("Mappings: {A: {1: {b: c}, d: {b: c}}}"), "2:16", "YAML reads 1 as a number"),
        (marked("Mappings: {1: {a: {b: c}}, b: {c: {d: e}}}"), "2:12", "YAML reads 1 as a number"),
        (marked(app=", DockerLabels: {1: a, b: c}"), "10:112", "YAML reads 1 as a number"),
        (marked(app=", DockerLabels: {on: a, b: c}"), "10:112", "YAML reads on as a boolean"),
        (marked(app=", DockerLabels: {2020-01-01: a, b: c}"), "10:112", "YAML reads 2020-01-01 as a date"),
        (marked(resources="  1: {Type: AWS::SNS::Topic}\n"), "11:3", "YAML reads 1 as a number"),
        (marked("Parameters:"), "2:1", "Parameters is null"),
        (marked("Metadata:"), "2:1", "Metadata is null"),
        (marked(resources="  B:\n"), "11:3", "Resources/B is null"),
        (marked(app=", Environment: "), "10:97", "ContainerDefinitions/0/Environment is null"),
        ('{"Transform": "AppMeshInject", "Parameters": null, "Resources": {}}', "1:32", "Parameters is null"),
    ],
)
def test_keys_that_are_no_text_and_nulls_are_findings(template: str, place: str, sentence: str) -> None:
    ran = run("lint", "-", stdin=template)
    assert re.search(rf"<stdin>:{place}: error E0000( \w+)?: ", ran.out)
    assert sentence in ran.out
    assert "E0002" not in ran.out
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("section", ["Parameters: []", "Metadata: []", "Metadata: {cfn-lint: x}"])
def test_a_template_that_cfn_lint_fails_at_is_a_finding(section: str) -> None:
    ran = run("lint", "-", stdin=marked(section))
    assert "<stdin>:1:1: error E0002: cfn-lint fails at this template: AttributeError: " in ran.out


def test_a_region_that_cfn_lint_does_not_know_is_a_finding() -> None:
    ran = run("lint", "-", stdin=marked("Metadata: {cfn-lint: {config: {regions: [mars-1]}}}"))
    assert (
        "<stdin>:1:1: error E0003: cfn-lint is not configured right: Regions ['mars-1'] are unsupported. [" in ran.out
    )


CONFIGURATIONS = {
    "regions: [mars-1]\n": ".cfnlintrc: error: cfn-lint does not know the region mars-1",
    "a: [\n": ".cfnlintrc: error: cfn-lint's configuration cannot be used: ",
    "- a\n": ".cfnlintrc: error: cfn-lint's configuration cannot be used: ",
    "append_rules: [nowhere]\n": ".cfnlintrc: error: cfn-lint's configuration cannot be used: ",
    "override_spec: nowhere.json\n": ".cfnlintrc: error: cfn-lint's configuration cannot be used: ",
    "append_rules: [rules]\n": ".cfnlintrc: error: cfn-lint's configuration cannot be used: it exits with 3",
}


@pytest.mark.parametrize(
    ("configuration", "format_"), [*((each, "json") for each in CONFIGURATIONS), ("a: [\n", "sarif")]
)
def test_a_configuration_that_cfn_lint_cannot_use_is_one_sentence(
    configuration: str, format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cfnlintrc").write_text(configuration)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ours.py").write_text("import sys\nprint('loud')\nsys.exit(3)\n")
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(marked().replace("awsvpc", "bridge"))
    ran = run("lint", "--format", format_, ".")
    assert ran.code == 1
    assert [line for line in ran.err.splitlines() if "cfnlintrc" in line] == [ran.err.splitlines()[0]]
    assert ran.err.startswith(CONFIGURATIONS[configuration])
    assert ran.out.count("AM201") >= 2, "the macro's own findings are reported all the same"
    json.loads(ran.out)


@pytest.mark.parametrize("lines", ['templates: ["**/*.yaml", "**/*.yml"]\n', "ignore_templates: [a.yaml]\n", "", "#\n"])
def test_the_file_that_is_named_is_linted_whatever_cfn_lint_is_configured_to_read(
    lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cfnlintrc").write_text(lines)
    (tmp_path / "a.yaml").write_text(marked(app=", Imgae: x"))
    ran = run("lint", "--format", "json", "a.yaml")
    assert ran.code == 0
    assert "E3002" in [problem["code"] for problem in json.loads(ran.out)["problems"]]


def test_what_cfn_lint_prints_and_raises_in_one_file_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".cfnlintrc").write_text("append_rules: [rules]\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "Ours.py").write_text(RULE)
    (tmp_path / "a.yaml").write_text(marked("Description: leave"))
    (tmp_path / "b.yaml").write_text(marked(app=", Imgae: x"))
    for format_ in ("text", "json", "sarif", "github"):
        ran = run("lint", "--format", format_, ".")
        assert "E0002" in ran.out
        assert "E3002" in ran.out, "b.yaml is linted as well"
        assert "loud" not in ran.out
        if format_ in ("json", "sarif"):
            json.loads(ran.out)


RULE = """\
import sys
from cfnlint.rules import CloudFormationLintRule


class Ours(CloudFormationLintRule):
    id = "E9999"
    shortdesc = description = "Leaves"
    source_url = "https://example.com"
    tags = []

    def match(self, cfn):
        print("loud")
        if cfn.template.get("Description") == "leave":
            sys.exit(0)
        return []
"""


PARAMETERS = "Parameters: {P: {Type: String, Default: web}, Q: {Type: String, Default: web}}"


@pytest.mark.parametrize(
    "template",
    [
        marked(PARAMETERS).replace(": AppMeshInject", ": {Name: AppMeshInject, Parameters: {VirtualNodeName: !Ref P}}"),
        marked(PARAMETERS).replace("VirtualNodeName: web", "VirtualNodeName: !Ref P"),
        marked(PARAMETERS).replace("VirtualNodeName: web", "VirtualNodeName: !Sub '${P}'"),
    ],
)
def test_a_parameter_that_only_the_macro_uses_is_used(template: str) -> None:
    out = run("lint", "-", stdin=template).out
    assert "Parameter P not used" not in out
    assert "<stdin>:2:47: warning W2001: Parameter Q not used. [before injection]" in out
    assert ", 0 new after injection" in out


def test_a_mapping_and_a_condition_that_only_the_macro_uses_are_used() -> None:
    sections = "Mappings: {M: {a: {b: web}}}\nConditions: {C: !Equals [!Ref AWS::Region, us-east-1]}"
    name = "VirtualNodeName: !If [C, !FindInMap [M, a, b], web]"
    out = run("lint", "-", stdin=marked(sections).replace("VirtualNodeName: web", name)).out
    assert "W7001" not in out
    assert "W8001" not in out


def test_a_finding_that_cfn_lint_keeps_back_before_transforms_is_not_new() -> None:
    sections = "Conditions: {C: !Equals [!Ref AWS::Region, us-east-1]}\nOutputs: {T: {Value: !Ref Topic}}"
    out = run("lint", "-", stdin=marked(sections, resources="  Topic: {Type: AWS::SNS::Topic, Condition: C}\n")).out
    assert "<stdin>:3:15: warning W1001: " in out
    assert "new after injection, at" not in out


def test_an_alias_that_cloudformation_refuses_is_a_finding_and_render_resolves_it() -> None:
    aliased = marked('Metadata: {Shared: &size "512"}').replace('Memory: "512"', "Memory: *size")
    lines = run("lint", "-", stdin=aliased).out.splitlines()
    assert any(line.startswith("<stdin>:9:15: warning W1101 Web: YAML alias '*size' is rejected") for line in lines)
    rendered = run("render", "-", stdin=aliased).out
    assert "*" not in rendered
    assert "Memory: '512'" in rendered


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_lines_count_as_an_editor_does(end: str) -> None:
    comment = f"# one{end}# two\n"
    line = 12 if end in ("\n", "\r\n", "\r") else 11
    text = (
        marked()
        .replace("    Properties", f"{comment}    Properties")
        .replace("{Name: app", "{Environment: null, Imgae: app")
    )
    out = run("lint", "-", stdin=text.encode()).out
    rows = [row for row in out.splitlines() if "error E" in row]
    assert {row.split()[2].rstrip(":") for row in rows} >= {"E0000", "E3002"}, out
    assert all(row.startswith(f"<stdin>:{line}:") for row in rows), out


@pytest.mark.parametrize(
    "call", ["!Length [a]", "!ToJsonString {a: b}", "!ForEach [X, [a], {}]", "!ForEach::X [X, [a], {}]"]
)
def test_short_forms_that_cloudformation_does_not_have(call: str) -> None:
    ran = run("lint", "-", stdin=f"# !Length in a comment\nMetadata:\n  Made: {call}\n{COMPLETE}")
    name, *_ = call.split()
    assert ran.code == 1
    assert f"<stdin>:3:9: error AM906: {name} is no short form that CloudFormation has. " in ran.out
    assert f"Write Fn::{name[1:]}." in ran.out


@pytest.mark.parametrize(
    ("call", "hint"),
    [("!sub a", "Did you mean !Sub?"), ("!GetAttr a", "Did you mean !GetAtt?"), ("!Xyz a", "Write the")],
)
def test_misspelt_short_forms(call: str, hint: str) -> None:
    ran = run("lint", "-", stdin=f"Metadata:\n  Made: {call}\n{COMPLETE}")
    name, _ = call.split()
    assert f"<stdin>:2:9: error AM906: {name} is no short form that CloudFormation has. {hint}" in ran.out


def test_long_forms_and_other_short_forms_are_fine() -> None:
    ran = run("lint", "-", stdin=f"Metadata: {{A: {{Fn::Length: [a]}}, B: !Sub a, C: '!Length'}}\n{COMPLETE}")
    assert "AM906" not in ran.out


CONNECTED = """\
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      ContainerDefinitions: [{Name: app, Image: cart, PortMappings: [{ContainerPort: 80, Name: http}]}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      ServiceConnectConfiguration: {Enabled: true, Services: [{PortName: http, DiscoveryName: cart}]}
"""


def test_service_connect_without_a_mark_is_checked_for_what_the_api_refuses() -> None:
    # The cluster may have a namespace, and the API takes an entry without a name for callers.
    ran = run("lint", "-", stdin=CONNECTED)
    assert "AM421" not in ran.out, ran.out
    assert ran.code == 0
    ran = run("lint", "-", stdin=CONNECTED.replace("DiscoveryName: cart", "DiscoveryName: Cart.V1"))
    assert ran.out.startswith(
        "<stdin>:12:80: error AM421 Service: ServiceConnectConfiguration/Services/0/DiscoveryName"
    )
    assert ran.code == 1


def test_mistakes_in_what_was_converted_are_found_in_every_format() -> None:
    wrong = CONNECTED.replace("PortName: http", "PortName: https")
    (run_,) = json.loads(run("lint", "-", "--format", "sarif", stdin=wrong).out)["runs"]
    assert "AM421" in {result["ruleId"] for result in run_["results"]}
    assert "AM421" in {rule["id"] for rule in run_["tool"]["driver"]["rules"]}
    assert "title=AM421" in run("lint", "-", "--format", "github", stdin=wrong).out
