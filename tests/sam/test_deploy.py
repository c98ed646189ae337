"""The templates of `deploy/` register the macro in accounts that do not own the function."""

from pathlib import Path
from typing import Any, cast

import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import decode

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "deploy").glob("*.yaml"))
ONE, MANY = ROOT / "deploy" / "consumer-account.yaml", ROOT / "deploy" / "consumer-stackset.yaml"


def _decoded(path: Path) -> dict[str, Any]:
    decoded, mistakes = decode(str(path))
    assert not mistakes
    return cast(dict[str, Any], decoded)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_cfn_lint_finds_nothing(path: Path) -> None:
    config = ManualArgs(regions=["us-east-1"], include_checks=["I"])
    assert lint(path.read_text(encoding="utf-8"), config=config) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_has_to_be_transformed(path: Path) -> None:
    """Neither needs CAPABILITY_AUTO_EXPAND, nor a right of IAM's."""
    template = _decoded(path)
    assert "Transform" not in template
    assert not any(resource["Type"].startswith("AWS::IAM::") for resource in template["Resources"].values())


def test_consumer_registers_the_macro_and_nothing_else() -> None:
    template, shared = _decoded(ONE), _decoded(ROOT / "template.yaml")
    assert {name: each["Type"] for name, each in template["Resources"].items()} == {
        "AppMeshInjectMacro": "AWS::CloudFormation::Macro"
    }
    properties = template["Resources"]["AppMeshInjectMacro"]["Properties"]
    assert properties == {
        **shared["Resources"]["AppMeshInjectMacro"]["Properties"],
        "FunctionName": {"Ref": "FunctionArn"},
    }
    for key in ("Default", "AllowedPattern"):
        assert template["Parameters"]["MacroName"][key] == shared["Parameters"]["MacroName"][key]


def test_stack_set_deploys_the_consumer_template_with_its_own_permissions() -> None:
    [stack_set] = _decoded(MANY)["Resources"].values()
    properties = stack_set["Properties"]
    assert properties["TemplateBody"] == ONE.read_text(encoding="utf-8")
    assert properties["PermissionModel"] == "SELF_MANAGED"
    assert properties["StackInstancesGroup"] == [
        {"DeploymentTargets": {"Accounts": {"Ref": "Accounts"}}, "Regions": [{"Ref": "AWS::Region"}]}
    ]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in properties["Parameters"]}
    assert given == {name: {"Ref": name} for name in _decoded(ONE)["Parameters"]}
