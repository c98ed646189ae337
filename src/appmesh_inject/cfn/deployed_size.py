"""How large a value is once CloudFormation has filled it in."""

import json

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function, is_no_value

VALUE_OF_A_FUNCTION = 64
"""Bytes that stand for the value of a function which only CloudFormation knows: about those of an ARN."""

_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=str).encode
_CALLS = ('"Ref":', '"Condition":', '"Fn::')
"""What the text of a value has in it where something is to be filled in."""


def json_bytes(value: Json) -> int:
    """How many bytes the value has as JSON without spaces."""
    return len(_encoded(value).encode("utf-8", "surrogatepass"))


def deployed_size(value: Json) -> int:
    """About how many bytes the value has as JSON without spaces. Of the branches of an Fn::If the largest counts."""
    # To encode a part as a whole and look into the text is much quicker than to walk through the part.
    text = _encoded(value)
    if not any(call in text for call in _CALLS):
        return len(text.encode("utf-8", "surrogatepass"))
    if function(value) == "Fn::If" and (branches := _branches(value)):
        return max(map(deployed_size, branches))
    if function(value) is not None:
        return 0 if is_no_value(value) else _inside_of_quotes(value) + 2
    if isinstance(value, dict):
        members = [(name, member) for name, member in value.items() if not is_no_value(member)]
        return 2 + sum(json_bytes(name) + deployed_size(member) + 2 for name, member in members) - bool(members)
    assert isinstance(value, list | tuple)
    items = [item for item in value if not is_no_value(item)]
    return 2 + sum(deployed_size(item) + 1 for item in items) - bool(items)


def _inside_of_quotes(value: Json) -> int:
    """The same of a value that becomes a part of a text."""
    called = function(value)
    if called is None:
        return json_bytes(value) - 2 * isinstance(value, str)
    assert isinstance(value, dict)
    argument = value[called]
    if called == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        between = _inside_of_quotes(argument[0]) * max(len(argument[1]) - 1, 0)
        return between + sum(map(_inside_of_quotes, argument[1]))
    if called == "Fn::If" and (branches := _branches(value)):
        return max(map(_inside_of_quotes, branches))
    if called == "Fn::Sub":
        # A name in ${} is about as long as its value.
        text = argument[0] if isinstance(argument, list) and argument else argument
        return json_bytes(text) - 2 if isinstance(text, str) else VALUE_OF_A_FUNCTION
    return 0 if is_no_value(value) else VALUE_OF_A_FUNCTION


def _branches(call: Json) -> list[Json]:
    """Both branches of an Fn::If; none of one that is not written as one."""
    argument = call["Fn::If"] if isinstance(call, dict) else None
    return list(argument[1:]) if isinstance(argument, list) and len(argument) == 3 else []
