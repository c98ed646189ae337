"""Joins literals and intrinsics into one text value: a string, an Fn::Sub or an Fn::Join."""

from collections.abc import Collection, Iterable

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function


def joined(pieces: Iterable[Json], loops: Collection[str] = ()) -> Json:
    """The concatenation of the pieces, as one value.

    A string if all pieces are literal; a single intrinsic unchanged; an `Fn::Sub` if every intrinsic can be written
    inside one; else an `Fn::Join`. loops: identifiers of the enclosing Fn::ForEach loops, whose `${Identifier}` in a
    literal is not escaped.
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
    """The pieces with `separator` between them, joined by `joined`."""
    spread: list[Json] = []
    for piece in pieces:
        if spread:
            spread.append(separator)
        spread.append(piece)
    return joined(spread, loops)


def scalar(value: Json) -> Json:
    """A literal as the string that CloudFormation converts it to; an intrinsic unchanged."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def number(value: object) -> int | None:
    """The value as an integer of at least 0, if it is an int or a text of digits; else None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value)
    # Python also accepts the digits of other scripts, and raises an error for very long numbers.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _merged(pieces: Iterable[Json]) -> list[Json]:
    parts: list[Json] = []
    for piece in pieces:
        part = piece if isinstance(piece, str) else scalar(piece)
        if parts and isinstance(part, str) and isinstance(parts[-1], str):
            parts[-1] += part
        elif part != "":
            parts.append(part)
    return parts


def _escaped(text: str, loops: Collection[str]) -> str:
    """Literal text for an Fn::Sub. Escapes `${`, except where an Fn::ForEach loop will replace it."""
    if "${" not in text:
        return text
    first, *others = text.split("${")
    return first + "".join(("${" if other.split("}", 1)[0] in loops else "${!") + other for other in others)


def _placeholder(value: Json) -> str | None:
    """An intrinsic as written inside an Fn::Sub, or None if that is not possible."""
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
