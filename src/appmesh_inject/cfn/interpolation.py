"""Text that may hold intrinsics: pieces become a plain string, one Fn::Sub, or one Fn::Join."""

from collections.abc import Collection, Iterable

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function


def joined(pieces: Iterable[Json], loops: Collection[str] = ()) -> Json:
    """One value that reads as the pieces one after the other.

    All literal: a string. A single intrinsic: itself. Otherwise one `Fn::Sub` where every intrinsic has a
    form inside of it, else one `Fn::Join`. `loops`: identifiers of the Fn::ForEach loops around; `${Identifier}`
    in a literal is theirs.
    """
    pieces = list(pieces)
    try:
        return "".join(pieces)  # type: ignore[arg-type]
    except TypeError:
        parts = _merged(pieces)
    if len(parts) == 1:
        return parts[0]
    placeholders = [_escaped(part, loops) if isinstance(part, str) else _placeholder(part) for part in parts]
    if None in placeholders:
        return {"Fn::Join": ["", parts]}
    return {"Fn::Sub": "".join(text for text in placeholders if text is not None)}


def separated(pieces: Iterable[Json], separator: str, loops: Collection[str] = ()) -> Json:
    """The pieces with `separator` between them, as `joined` writes them."""
    spread: list[Json] = []
    for piece in pieces:
        if spread:
            spread.append(separator)
        spread.append(piece)
    return joined(spread, loops)


def scalar(value: Json) -> Json:
    """A literal as the string that CloudFormation makes of it; an intrinsic as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def number(value: object) -> int | None:
    """The whole number that a value is, written as one or as its digits; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value)
    # Digits of other scripts are digits to Python, and it refuses to read endless ones.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _merged(pieces: Iterable[Json]) -> list[Json]:
    parts: list[Json] = []
    for piece in map(scalar, pieces):
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        elif piece != "":
            parts.append(piece)
    return parts


def _escaped(text: str, loops: Collection[str]) -> str:
    """Literal text inside an Fn::Sub: `${` is escaped, except where an Fn::ForEach loop will replace it."""
    first, *others = text.split("${")
    return first + "".join(("${" if other.split("}", 1)[0] in loops else "${!") + other for other in others)


def _placeholder(value: Json) -> str | None:
    """The form that an intrinsic takes inside an Fn::Sub, or None where it has none."""
    name = function(value)
    if name is None or not isinstance(value, dict):
        return None
    argument = value[name]
    if name == "Fn::GetAtt" and isinstance(argument, list) and all(isinstance(a, str) for a in argument):
        argument = ".".join(map(str, argument))
    if not isinstance(argument, str):
        return None
    if name == "Fn::Sub":
        return argument
    if name in ("Ref", "Fn::GetAtt") and "${" not in argument:
        return f"${{{argument}}}"
    return None
