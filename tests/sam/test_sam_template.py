"""`template.yaml` deploys the function that the code is, and lets it do no more than write its own log."""

import re
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import decode

from appmesh_inject import macro
from appmesh_inject.deployment import DEPLOYMENT_PARAMETERS
from appmesh_inject.settings import LOG_LEVELS, PROFILES

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

PARAMETERS = {
    "Profile",
    "LogLevel",
    "IgnoredUID",
    "PreviewEnvoyImage",
    "PreviewProxyInitImage",
    "GaEnvoyImage",
    "StandaloneEnvoyImage",
    "XRayImage",
}
"""The deployment parameters of every profile, those to come included: a stack need not learn new ones."""


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    decoded, mistakes = decode(str(TEMPLATE))
    assert not mistakes
    return cast(dict[str, Any], decoded)


@pytest.fixture(scope="module")
def function(template: dict[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], template["Resources"]["AppMeshInjectFunction"])


def test_cfn_lint_finds_nothing() -> None:
    config = ManualArgs(regions=["us-east-1"], include_checks=["I"])
    assert lint(TEMPLATE.read_text(encoding="utf-8"), config=config) == []


def test_function_is_the_handler(function: dict[str, Any]) -> None:
    properties = function["Properties"]
    assert properties["Handler"] == f"{macro.__name__}.{macro.handler.__name__}"
    assert properties["CodeUri"] == "src/"
    assert properties["Architectures"] == ["arm64"]
    assert properties["Role"] == {"Fn::GetAtt": ["AppMeshInjectRole", "Arn"]}
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": "AppMeshInjectLogGroup"}}
    assert not {"Policies", "AutoPublishAlias", "Tracing", "VpcConfig", "Layers"} & properties.keys()


def test_makefile_builds_for_the_runtime(function: dict[str, Any]) -> None:
    assert function["Metadata"] == {"BuildMethod": "makefile"}
    makefile = (ROOT / "src" / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^build-AppMeshInjectFunction:$", makefile, re.MULTILINE)
    assert f"--python-version {function['Properties']['Runtime'].removeprefix('python')} " in makefile


def test_role_may_write_its_own_log_alone(template: dict[str, Any]) -> None:
    roles = {name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    assert roles == {"AppMeshInjectRole"}
    properties = template["Resources"]["AppMeshInjectRole"]["Properties"]
    assert not {"ManagedPolicyArns", "RoleName"} & properties.keys()
    policy, _ = properties["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["AppMeshInjectLogGroup", "Arn"]},
        }
    ]
    assert properties["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_role_may_read_the_named_stacks_where_some_are_named(template: dict[str, Any]) -> None:
    assert template["Conditions"] == {"ReadsMeshes": {"Fn::Not": [{"Fn::Equals": [{"Ref": "MeshStacks"}, ""]}]}}
    _, conditional = template["Resources"]["AppMeshInjectRole"]["Properties"]["Policies"]
    condition, policy, otherwise = conditional["Fn::If"]
    assert (condition, otherwise) == ("ReadsMeshes", {"Ref": "AWS::NoValue"})
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    for number, resource in enumerate(statement["Resource"]):
        arn, names = resource["Fn::Sub"]
        assert arn.endswith(":${AWS::AccountId}:stack/${Name}/*")
        assert names["Name"]["Fn::Select"][0] == number


def test_stack_holds_four_resources_and_no_other(template: dict[str, Any]) -> None:
    assert {name: resource["Type"] for name, resource in template["Resources"].items()} == {
        "AppMeshInjectLogGroup": "AWS::Logs::LogGroup",
        "AppMeshInjectRole": "AWS::IAM::Role",
        "AppMeshInjectFunction": "AWS::Serverless::Function",
        "AppMeshInjectMacro": "AWS::CloudFormation::Macro",
    }


def test_log_is_kept_as_long_as_the_parameter_says(template: dict[str, Any]) -> None:
    log_group = template["Resources"]["AppMeshInjectLogGroup"]
    assert log_group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert log_group["DeletionPolicy"] == log_group["UpdateReplacePolicy"] == "Delete"


def test_macro_calls_the_function_without_an_alias(template: dict[str, Any]) -> None:
    properties = template["Resources"]["AppMeshInjectMacro"]["Properties"]
    assert properties["FunctionName"] == {"Fn::GetAtt": ["AppMeshInjectFunction", "Arn"]}
    assert properties["Name"] == {"Ref": "MacroName"}
    assert template["Parameters"]["MacroName"]["Default"] == "AppMeshInject"
    assert template["Outputs"]["FunctionArn"]["Value"] == properties["FunctionName"]


def test_deployment_parameters_reach_the_function(template: dict[str, Any], function: dict[str, Any]) -> None:
    assert set(DEPLOYMENT_PARAMETERS) <= PARAMETERS
    assert set(template["Parameters"]) == PARAMETERS | {
        "MacroName",
        "FunctionLogLevel",
        "LogRetentionDays",
        "MeshStacks",
    }
    assert function["Properties"]["Environment"]["Variables"] == {
        **{name: {"Ref": name} for name in PARAMETERS},
        "MeshStacks": {"Ref": "MeshStacks"},
        "POWERTOOLS_LOG_LEVEL": {"Ref": "FunctionLogLevel"},
    }


def test_parameters_agree_with_the_settings(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert tuple(parameters["Profile"]["AllowedValues"]) == PROFILES
    assert tuple(parameters["LogLevel"]["AllowedValues"]) == ("", *LOG_LEVELS)
    empty = {name for name, parameter in parameters.items() if parameter["Default"] == ""}
    assert empty == (PARAMETERS - {"Profile"}) | {"MeshStacks"}


def test_parameters_are_described_checked_and_grouped(template: dict[str, Any]) -> None:
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedValues", "AllowedPattern"} & parameter.keys(), name
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"]) == sorted(interface["ParameterLabels"])


@pytest.mark.parametrize(
    ("parameter", "value", "is_allowed"),
    [
        ("MacroName", "AppMeshInject", True),
        ("MacroName", "", False),
        ("MacroName", "AWS::Mesh", False),
        ("IgnoredUID", "", True),
        ("IgnoredUID", "1337", True),
        ("IgnoredUID", "root", False),
        ("GaEnvoyImage", "", True),
        ("GaEnvoyImage", "840364872350.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod", True),
        ("GaEnvoyImage", f"localhost:5000/envoyproxy/envoy@sha256:{'0' * 64}", True),
        ("GaEnvoyImage", "envoy latest", False),
    ],
)
def test_patterns(template: dict[str, Any], parameter: str, value: str, is_allowed: bool) -> None:
    assert bool(re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], value)) is is_allowed


def test_samconfig_needs_no_flag() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["default"]
    assert config["validate"]["parameters"] == {"lint": True}
    assert (ROOT / config["local_invoke"]["parameters"]["event"]).is_file()
    assert "build" in config
    deploy = config["deploy"]["parameters"]
    assert deploy["resolve_s3"] is True
    assert deploy["confirm_changeset"] is deploy["fail_on_empty_changeset"] is False
    assert (deploy["stack_name"], deploy["capabilities"]) == ("appmesh-inject", "CAPABILITY_IAM")
