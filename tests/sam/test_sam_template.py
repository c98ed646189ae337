"""`template.yaml` deploys the function that the code is, and lets it do no more than write its own log."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import cfnlint
import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import decode

from appmesh_inject import __version__, macro
from appmesh_inject.mesh.stack_meshes import Stacks
from appmesh_inject.settings.images import BUILT_IN_IMAGES
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS
from appmesh_inject.settings.table import LOG_LEVELS, PROFILES

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

LIFECYCLE = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"

PARAMETERS = {
    "Profile",
    "LogLevel",
    "IgnoredUID",
    "PreviewEnvoyImage",
    "PreviewProxyInitImage",
    "GaEnvoyImage",
    "StandaloneEnvoyImage",
    "XRayImage",
    "AllowedRegistries",
}
"""The deployment parameters of every profile, those to come included: a stack need not learn new ones."""


class Deployed:
    """The template with its parameters' values put in: what CloudFormation would deploy."""

    def __init__(self, template: dict[str, Any], **given: str) -> None:
        defaults = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
        pseudo = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "111122223333"}
        assert given.keys() <= defaults.keys()
        self.template = template
        self.parameters = {"AWS::StackName": "appmesh-inject", **pseudo, **defaults, **given}

    def resources(self) -> dict[str, Any]:
        return {
            name: self.value(resource)
            for name, resource in self.template["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def role_policies(self) -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], self.resources()["AppMeshInjectRole"]["Properties"]["Policies"])

    def holds(self, condition: str) -> bool:
        return bool(self.value(self.template["Conditions"][condition]))

    def value(self, written: Any) -> Any:
        if isinstance(written, list):
            return [value for value in map(self.value, written) if value is not NOTHING]
        if not isinstance(written, dict):
            return written
        if len(written) == 1:
            ((name, argument),) = written.items()
            if name == "Ref":
                return NOTHING if argument == "AWS::NoValue" else self.parameters.get(argument, written)
            if name == "Fn::If":
                return self.value(argument[1] if self.holds(argument[0]) else argument[2])
            if name in FUNCTIONS:
                return FUNCTIONS[name](self.value(argument), self.parameters)
        values = {key: self.value(member) for key, member in written.items()}
        return {key: value for key, value in values.items() if value is not NOTHING}


NOTHING = object()


def _substituted(argument: Any, parameters: dict[str, Any]) -> str:
    text, names = (argument, {}) if isinstance(argument, str) else argument
    return re.sub(r"\$\{([^}]+)\}", lambda found: str((parameters | names)[found[1]]), text)


FUNCTIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "Fn::Sub": _substituted,
    "Fn::Split": lambda argument, _: argument[1].split(argument[0]),
    "Fn::Select": lambda argument, _: argument[1][int(argument[0])],
    "Fn::Equals": lambda argument, _: argument[0] == argument[1],
    "Fn::Not": lambda argument, _: not argument[0],
}


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
    version = function["Properties"]["Runtime"].removeprefix("python")
    assert f"\nLAMBDA_PYTHON := {version}\n" in makefile
    assert "--python-version $(LAMBDA_PYTHON) " in makefile


def test_role_may_write_its_own_log_alone(template: dict[str, Any]) -> None:
    roles = {name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    assert roles == {"AppMeshInjectRole", "AppMeshInjectLiveWeightsRole"}
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


def test_role_may_read_the_named_stacks_alone(template: dict[str, Any]) -> None:
    [log] = Deployed(template).role_policies()
    assert log["PolicyName"] == "WriteOwnLog"
    _, meshes = Deployed(template, MeshStacks="mesh,mesh-2").role_policies()
    [statement] = meshes["PolicyDocument"]["Statement"]
    assert statement.keys() == {"Effect", "Action", "Resource"}
    assert statement["Action"] == ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    # An empty name, which is no stack's, stands where a name is not given.
    assert set(statement["Resource"]) == {
        f"arn:aws:cloudformation:eu-central-1:111122223333:stack/{name}/*" for name in ("mesh", "mesh-2", "")
    }
    ten = "a,b,c,d,e,f,g,h,i,shop-*"
    _, meshes = Deployed(template, MeshStacks=ten).role_policies()
    [statement] = meshes["PolicyDocument"]["Statement"]
    assert [arn.split("/")[1] for arn in statement["Resource"]] == ten.split(",")


@pytest.mark.parametrize("allowed", ["shop-base", "shop-*", "shop-base,cart-*,x", "a,b,c,d,e,f,g,h,i,shop-*"])
def test_the_function_reads_what_its_role_may_read(template: dict[str, Any], allowed: str) -> None:
    """In IAM, `*` stands for any characters, and nothing else is special in these ARNs."""
    _, meshes = Deployed(template, MeshStacks=allowed).role_policies()
    [statement] = meshes["PolicyDocument"]["Statement"]
    patterns = [re.escape(arn).replace(r"\*", ".*") for arn in statement["Resource"]]
    for name in ("shop-base", "shop-base2", "shop-", "shop", "Shop-base", "cart-1", "a-cart-1", "x", "xx", "j", "i"):
        arn = f"arn:aws:cloudformation:eu-central-1:111122223333:stack/{name}/3f2a-11ee"
        may_read = any(re.fullmatch(pattern, arn) for pattern in patterns)
        assert Stacks(allowed.split(",")).is_allowed(name) is may_read, name


@pytest.mark.parametrize(
    ("value", "is_valid"),
    [
        ("", True),
        ("shop", True),
        ("shop-*", True),
        ("sho*,a", True),
        (",".join("abcdefghij"), True),
        (",".join("abcdefghijk"), False),
        ("sh*", False),
        ("*", False),
        ("shop-*-base", False),
        ("shop?", False),
        ("1shop", False),
        ("a,,b", False),
        ("a, b", False),
        ("a/*", False),
    ],
)
def test_names_and_beginnings_of_stacks(template: dict[str, Any], value: str, is_valid: bool) -> None:
    pattern = template["Parameters"]["MeshStacks"]["AllowedPattern"]
    assert (re.search(pattern, value) is not None) is is_valid


def test_role_of_the_functions_of_live_weights_may_do_nothing(template: dict[str, Any]) -> None:
    resources = Deployed(template).resources()
    properties = resources["AppMeshInjectLiveWeightsRole"]["Properties"]
    assert properties.keys() == {"Description", "AssumeRolePolicyDocument"}
    assert properties["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    assert _live_weights_role(resources) == {"Fn::GetAtt": ["AppMeshInjectLiveWeightsRole", "Arn"]}
    named = "arn:aws:iam::111122223333:role/ours"
    resources = Deployed(template, LiveWeightsRole=named).resources()
    assert "AppMeshInjectLiveWeightsRole" not in resources
    assert _live_weights_role(resources) == named


def _live_weights_role(resources: dict[str, Any]) -> Any:
    return resources["AppMeshInjectFunction"]["Properties"]["Environment"]["Variables"]["LiveWeightsRole"]


RESOURCES = {
    "AppMeshInjectLogGroup": "AWS::Logs::LogGroup",
    "AppMeshInjectRole": "AWS::IAM::Role",
    "AppMeshInjectLiveWeightsRole": "AWS::IAM::Role",
    "AppMeshInjectFunction": "AWS::Serverless::Function",
    "AppMeshInjectMacro": "AWS::CloudFormation::Macro",
}


def test_stack_holds_five_resources_and_no_other(template: dict[str, Any]) -> None:
    resources = Deployed(template).resources()
    assert {name: resource["Type"] for name, resource in resources.items()} == RESOURCES
    others = {name: each["Type"] for name, each in template["Resources"].items() if name not in RESOURCES}
    assert set(others.values()) == {"AWS::Lambda::Permission"}


@pytest.mark.parametrize(
    ("parameters", "principals"),
    [
        ({}, []),
        ({"AllowedAccounts": "111111111111"}, ["111111111111"]),
        ({"AllowedAccounts": "111111111111,222222222222"}, ["111111111111", "222222222222"]),
        ({"AllowedAccounts": ",".join(str(n) * 12 for n in range(1, 6))}, [str(n) * 12 for n in range(1, 6)]),
        ({"AllowedOrganization": "o-a1b2c3d4e5"}, ["*"]),
        ({"AllowedAccounts": "111111111111", "AllowedOrganization": "o-a1b2c3d4e5"}, ["111111111111", "*"]),
    ],
)
def test_other_accounts_may_call_where_the_parameters_say_so(
    template: dict[str, Any], parameters: dict[str, str], principals: list[str]
) -> None:
    resources = Deployed(template, **parameters).resources().values()
    permissions = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Permission"]
    assert [permission["Principal"] for permission in permissions] == principals
    for permission in permissions:
        assert permission["Action"] == "lambda:InvokeFunction"
        assert permission["FunctionName"] == {"Fn::GetAtt": ["AppMeshInjectFunction", "Arn"]}
        # "*" without an organization would be everybody.
        everybody = {"PrincipalOrgID": "o-a1b2c3d4e5"} if permission["Principal"] == "*" else {}
        assert permission.keys() - {"Action", "FunctionName", "Principal"} == everybody.keys()
        assert permission.get("PrincipalOrgID") == everybody.get("PrincipalOrgID")


def test_memory_and_concurrency_are_parameters(template: dict[str, Any]) -> None:
    properties = Deployed(template).resources()["AppMeshInjectFunction"]["Properties"]
    assert properties["MemorySize"] == 512
    assert "ReservedConcurrentExecutions" not in properties
    deployed = Deployed(template, MemorySize="1024", ReservedConcurrency="5")
    properties = deployed.resources()["AppMeshInjectFunction"]["Properties"]
    assert (properties["MemorySize"], properties["ReservedConcurrentExecutions"]) == ("1024", "5")


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
    assert set(DEPLOYMENT_PARAMETERS) <= PARAMETERS | {"LiveWeightsRole"}
    assert set(template["Parameters"]) == PARAMETERS | {
        "MacroName",
        "LiveWeightsRole",
        "FunctionLogLevel",
        "LogRetentionDays",
        "MeshStacks",
        "MemorySize",
        "ReservedConcurrency",
        "AllowedAccounts",
        "AllowedOrganization",
    }
    variables = function["Properties"]["Environment"]["Variables"]
    assert {name: value for name, value in variables.items() if name != "LiveWeightsRole"} == {
        **{name: {"Ref": name} for name in PARAMETERS},
        "MeshStacks": {"Ref": "MeshStacks"},
        "POWERTOOLS_LOG_LEVEL": {"Ref": "FunctionLogLevel"},
    }


def test_parameters_agree_with_the_settings(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]
    assert tuple(parameters["Profile"]["AllowedValues"]) == PROFILES
    assert tuple(parameters["LogLevel"]["AllowedValues"]) == ("", *LOG_LEVELS)
    empty = {name for name, parameter in parameters.items() if parameter["Default"] == ""}
    others = {"LiveWeightsRole", "MeshStacks", "ReservedConcurrency", "AllowedAccounts", "AllowedOrganization"}
    assert empty == (PARAMETERS - {"Profile"}) | others


def test_parameters_are_described_checked_and_grouped(template: dict[str, Any]) -> None:
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys(), name
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
        *((name, f"public.ecr.aws/mesh/it@sha256:{'0' * 64}", True) for name in BUILT_IN_IMAGES),
        *((name, f"registry.example.com:5000/mesh/it:v1@sha256:{'0' * 64}", True) for name in BUILT_IN_IMAGES),
        ("AllowedRegistries", "", True),
        ("AllowedRegistries", "public.ecr.aws", True),
        ("AllowedRegistries", "public.ecr.aws/appmesh,localhost:5000,docker.io/envoyproxy/envoy", True),
        ("AllowedRegistries", "public.ecr.aws/", False),
        ("AllowedRegistries", "https://public.ecr.aws", False),
        ("AllowedRegistries", "public.ecr.aws/appmesh:v1", False),
        ("AllowedRegistries", f"public.ecr.aws/appmesh@sha256:{'0' * 64}", False),
        ("AllowedRegistries", "public.ecr.aws,", False),
        ("AllowedAccounts", "", True),
        ("AllowedAccounts", "111111111111,222222222222", True),
        ("AllowedAccounts", "11111111111", False),
        ("AllowedAccounts", "*", False),
        ("AllowedAccounts", ",".join(["111111111111"] * 6), False),
        ("AllowedOrganization", "", True),
        ("AllowedOrganization", "o-a1b2c3d4e5", True),
        ("AllowedOrganization", "*", False),
        ("LiveWeightsRole", "", True),
        ("LiveWeightsRole", "arn:aws-cn:iam::111122223333:role/path/live-weights", True),
        ("LiveWeightsRole", "live-weights", False),
        ("LiveWeightsRole", "arn:aws:iam::111122223333:user/somebody", False),
        ("ReservedConcurrency", "", True),
        ("ReservedConcurrency", "10", True),
        ("ReservedConcurrency", "0", False),
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


def test_the_application_repository_gets_what_it_asks_for(template: dict[str, Any]) -> None:
    """The limits are those of the SAM developer guide, "AWS SAM template Metadata section properties"."""
    about = template["Metadata"]["AWS::ServerlessRepo::Application"]
    assert re.fullmatch(r"[a-zA-Z0-9-]{1,140}", about["Name"])
    assert 1 <= len(about["Description"]) <= 256
    assert re.fullmatch(r"(?=.{1,127}$)[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", about["Author"])
    assert len(about["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in about["Labels"])
    assert about["SemanticVersion"] == __version__
    assert about["SpdxLicenseId"] in (ROOT / "src" / "sbom.py").read_text()
    assert all((ROOT / about[key]).is_file() for key in ("LicenseUrl", "ReadmeUrl"))


def test_the_function_runs_on_the_newest_python_that_sam_and_cfn_lint_know(template: dict[str, Any]) -> None:
    """cfn-lint names the successor of each runtime, and the newest has none."""
    lifecycle = json.loads(LIFECYCLE.read_text())
    runtime = template["Resources"]["AppMeshInjectFunction"]["Properties"]["Runtime"]
    assert lifecycle[runtime]["successor"] is None
    for file in (ROOT / ".venv-sam").glob("lib/python3*/site-packages/aws_lambda_builders/supported_runtimes.py"):
        assert f'"{runtime}"' in file.read_text()
