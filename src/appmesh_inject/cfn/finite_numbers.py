"""Numbers that JSON cannot express. Python reads and writes them all the same, as `Infinity` and `NaN`."""

import json
import marshal
import math
from contextlib import suppress
from typing import NoReturn

from appmesh_inject.cfn.document import Json, Path


def loads(text: str) -> Json:
    """The value of the JSON `text`. Raises ValueError also for numbers that no float can hold."""
    value: Json = json.loads(text, parse_float=in_range, parse_constant=refuse_constant)
    return value


def in_range(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text} is out of range")
    return value


def refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"JSON has no number {constant}")


_ENDINGS = tuple(marshal.dumps(number)[-2:] for number in (math.inf, -math.inf, math.nan, -math.nan))
"""How the bytes of an infinity or of a NaN that JSON's reader makes end in marshal's format."""


def endless_number(value: Json) -> Path | None:
    """The path of an infinity or a NaN in `value`; None if there is none. Does not recurse."""
    # A filter that is much faster than the walk. A text or another number can match by chance.
    with suppress(ValueError):  # deeper than marshal goes
        written = marshal.dumps(value)  # type: ignore[arg-type]
        if not (b"\x7f" in written or b"\xff" in written) or not any(ending in written for ending in _ENDINGS):
            return None
    open_ends: list[tuple[Path, Json]] = [((), value)]
    while open_ends:
        path, part = open_ends.pop()
        if isinstance(part, dict):
            open_ends += [((*path, key), member) for key, member in part.items()]
        elif isinstance(part, list | tuple):
            open_ends += [((*path, index), item) for index, item in enumerate(part)]
        elif isinstance(part, float) and not math.isfinite(part):
            return path
    return None
