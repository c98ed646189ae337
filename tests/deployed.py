"""What CloudFormation makes of a value when it deploys: every condition is true, what no one knows becomes a word."""

import re
from collections.abc import Mapping
from typing import Any

NOTHING = object()
"""What `AWS::NoValue` stands for."""

PSEUDO_PARAMETERS: Mapping[str, str] = {
    "AWS::Region": "us-east-1",
    "AWS::StackName": "stack",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}

ATTRIBUTES: Mapping[str, str] = {
    "AppMeshInjectLiveWeights.Arn": "arn:aws:lambda:us-east-1:123456789012:function:stack-live-weights",
}
"""Attributes of resources that have to look like themselves."""


def deployed(value: Any, parameters: Mapping[str, Any]) -> Any:
    """The value with its intrinsics filled in; `parameters` are known by their names."""
    if isinstance(value, list):
        items = [deployed(item, parameters) for item in value]
        return [item for item in items if item is not NOTHING]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, argument), *_ = value.items()
        if name == "Ref":
            return NOTHING if argument == "AWS::NoValue" else _named(argument, parameters)
        if name == "Fn::If":
            return deployed(argument[1], parameters)
        if name == "Fn::Join":
            return argument[0].join(map(str, deployed(argument[1], parameters)))
        if name == "Fn::Sub":
            text, variables = (argument, {}) if isinstance(argument, str) else argument
            known = {**parameters, **deployed(variables, parameters)}
            filled = re.sub(r"\$\{([^!}]+)}", lambda found: str(_named(found[1], known)), text)
            return filled.replace("${!", "${")
        if name == "Fn::GetAtt" and isinstance(argument, list):
            return ATTRIBUTES.get(".".join(argument), "a-word")
        if name.startswith("Fn::"):
            return "a-word"
    members = {key: deployed(member, parameters) for key, member in value.items()}
    return {key: member for key, member in members.items() if member is not NOTHING}


def _named(name: str, parameters: Mapping[str, Any]) -> Any:
    return parameters.get(name, PSEUDO_PARAMETERS.get(name, "a-word"))


def defaults(template: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a template's parameters that nobody gave."""
    parameters = template.get("Parameters", {})
    return {name: one["Default"] for name, one in parameters.items() if "Default" in one}
