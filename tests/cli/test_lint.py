"""`lint` runs cfn-lint before and after, and fails for errors that are new after injection."""

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
    assert new[0].startswith("<stdin>:14:7: error E3002: ")
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


@pytest.mark.parametrize(
    "call", ["!Length [a]", "!ToJsonString {a: b}", "!ForEach [X, [a], {}]", "!ForEach::X [X, [a], {}]"]
)
def test_short_forms_that_cloudformation_does_not_have(call: str) -> None:
    ran = run("lint", "-", stdin=f"# !Length in a comment\nMetadata:\n  Made: {call}\n{COMPLETE}")
    name, *_ = call.split()
    assert ran.code == 1
    assert f"<stdin>:3:9: error AM906: {name} is no short form that CloudFormation has. " in ran.out
    assert f"Write Fn::{name[1:]}." in ran.out


def test_long_forms_and_other_short_forms_are_fine() -> None:
    ran = run("lint", "-", stdin=f"Metadata: {{A: {{Fn::Length: [a]}}, B: !Sub a, C: '!Length'}}\n{COMPLETE}")
    assert "AM906" not in ran.out
