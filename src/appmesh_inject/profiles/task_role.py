"""The ARN of the role that a task definition names in TaskRoleArn, which can also be the role's name."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Absent, Leaf, Literal, Scope, function, known, mapped
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.cfn.text_joining import joined, scalar

_ARN = "arn:"
_AS_TEXT = "the ARN as a text that begins with arn:, such as !Sub arn:${AWS::Partition}:iam::..."


class NoRole(NamedTuple):
    """There is no role, at least in one branch."""


class UnknownRole(NamedTuple):
    """It is not known whether a value is a name or an ARN."""

    reason: str
    hint: str


Principal: TypeAlias = Json | NoRole | UnknownRole


def principal(value: Json, scope: Scope, declarations: Mapping[str, Json]) -> Principal:
    """The ARN of the role, with each branch of an Fn::If for itself. value: of TaskRoleArn. declarations: of the
    template's parameters."""
    if value is None:
        return NoRole()
    problems: list[NoRole | UnknownRole] = []

    def of_leaf(leaf: Leaf) -> Json:
        found = _of_leaf(leaf, declarations)
        if isinstance(found, NoRole | UnknownRole):
            problems.append(found)
            return None
        return found

    made = mapped(value, scope, of_leaf)
    return problems[0] if problems else made


def _of_leaf(leaf: Leaf, declarations: Mapping[str, Json]) -> Principal:
    if isinstance(leaf.reading, Absent) or (isinstance(leaf.reading, Literal) and leaf.reading.value == ""):
        return NoRole()
    written, scope = leaf.written, leaf.scope
    if isinstance(written, dict):
        inside = _loop(written, scope)
        if inside is not None:
            return UnknownRole(f"it depends on the loop with {inside}", "Write one role for all turns of the loop")
        role = _role(written, scope)
        if role is not None:
            return {"Fn::GetAtt": [role, "Arn"]}
    begins = _beginning(written, scope)
    if begins.startswith(_ARN) or _must_be_arn(written, declarations):
        return written
    if begins and not _ARN.startswith(begins):
        return joined(["arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}, ":role/", written])
    called = function(written)
    if isinstance(written, dict) and called == "Ref":
        name = written["Ref"]
        if name in scope.missing:
            return UnknownRole(f"parameter {name} has no value", f"Give its value: --parameter {name}=...")
        hint = f"Give parameter {name} an AllowedPattern that begins with ^arn:, or write {_AS_TEXT}"
        return UnknownRole(f"the value of parameter {name} may be a name", hint)
    return UnknownRole(f"what {called or 'it'} gives may be a name", f"Write {_AS_TEXT}")


def _loop(value: Json, scope: Scope) -> str | None:
    """The loop on which a value depends."""
    return next(
        (loop for loop in sorted(scope.loops) if f"${{{loop}}}" in str(value) or f"'{loop}'" in str(value)), None
    )


def _role(value: Mapping[str, Json], scope: Scope) -> str | None:
    """The logical ID of the template's role that a value names or gives the ARN of."""
    called = function(value)
    argument = value[called] if called else None
    if called == "Fn::Sub" and (pieces := sub.pieces(argument)) is not None and len(pieces) == 1:
        (piece,) = pieces
        return _role(piece.value, scope) if isinstance(piece, Variable) and isinstance(piece.value, dict) else None
    if called == "Fn::GetAtt":
        parts = argument.split(".") if isinstance(argument, str) else argument
        if isinstance(parts, list) and len(parts) == 2 and parts[1] == "Arn" and isinstance(parts[0], str):
            return parts[0]
    resource = scope.resources.get(argument) if called == "Ref" and isinstance(argument, str) else None
    return str(argument) if isinstance(resource, dict) and resource.get("Type") == "AWS::IAM::Role" else None


def _must_be_arn(value: Json, declarations: Mapping[str, Json]) -> bool:
    """Whether the pattern of a parameter allows ARNs alone."""
    name = value.get("Ref") if isinstance(value, dict) else None
    declaration = declarations.get(str(name))
    pattern = declaration.get("AllowedPattern") if isinstance(declaration, dict) else None
    return isinstance(pattern, str) and pattern.removeprefix("^").startswith(_ARN)


def _beginning(value: Json, scope: Scope) -> str:
    """What is known of the text that a value begins with."""
    text = ""
    for piece in _pieces(value, scope):
        if piece is None:
            break
        text += piece
    return text


def _pieces(value: Json, scope: Scope) -> Iterator[str | None]:
    """The texts that a value consists of; None: not known."""
    text = scalar(known(value, scope))
    if isinstance(text, str):
        yield text
        return
    called = function(value)
    if not isinstance(value, dict) or called is None:
        yield None
        return
    argument = value[called]
    if called == "Fn::Sub" and (pieces := sub.pieces(argument)) is not None:
        for piece in pieces:
            yield from _pieces(piece.value, scope) if isinstance(piece, Variable) else (piece,)
    elif called == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        for n, item in enumerate(argument[1]):
            yield from [str(argument[0])] if n else []
            yield from _pieces(item, scope)
    elif called == "Ref" and argument in ("AWS::StackName", "AWS::Region", "AWS::AccountId"):
        yield "?"  # no ARN begins with one of these
    else:
        yield None
