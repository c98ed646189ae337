"""Settings that are lists: of ports or addresses, where intrinsics may stand for entries, and of names.

They are read as other settings are: see `values`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.interpolation import joined, separated
from appmesh_inject.cfn.intrinsics import Branches, Literal, Scope, function, leaves, mapped, may_be_absent, read
from appmesh_inject.settings.types import Check, InvalidValue, decided, shown_literal, together, unmet


class ListValue(NamedTuple):
    """A list setting. `items`: literals and intrinsics; `text`: all of them with commas between, as one value;
    `least`: how many there are at the least, since an intrinsic can stand for several."""

    items: tuple[Json, ...] = ()
    text: Json = ""
    least: int = 0


def entries(check: Check) -> Callable[[Json, Scope], ListValue | InvalidValue]:
    """A list: of literals and intrinsics, one text with commas or spaces, or one intrinsic for it all."""

    def reader(value: Json, scope: Scope) -> ListValue | InvalidValue:
        reading = read(value, scope)
        if isinstance(reading, Branches):
            return _branched(value, scope, reader)
        if isinstance(reading, Literal) and isinstance(reading.value, list | str | int | float):
            return _entries(value, reading, scope, check)
        if isinstance(reading, Literal):
            return InvalidValue(
                "AM102", f"must be a list, and {shown_literal(reading)} is not", "Write a list: [9080, 9081]"
            )
        whole = _as_text(value, scope)
        return ListValue((whole,), whole, 1)

    return reader


def _branched(
    value: Json, scope: Scope, reader: Callable[[Json, Scope], ListValue | InvalidValue]
) -> ListValue | InvalidValue:
    """An Fn::If around a list: each branch becomes its text, and all have entries or none has."""
    read_entries: list[ListValue] = []
    for leaf in leaves(value, scope):
        found = reader(leaf.written, leaf.scope)
        if isinstance(found, InvalidValue):
            return together([problem._replace(path=leaf.path + problem.path) for problem in found.all])
        read_entries.append(found)
    if len({bool(found.items) for found in read_entries}) > 1:
        return InvalidValue("AM103", "is empty in one branch only, which decides what comes out", "Fill both or none")
    texts = iter(read_entries)
    whole = mapped(value, scope, lambda _: next(texts).text)
    most = max(found.least for found in read_entries)
    return ListValue((whole,) if most else (), whole, most)


def _entries(value: Json, literal: Literal, scope: Scope, check: Check) -> ListValue | InvalidValue:
    whole = literal.value
    parts: list[Json] = list(whole) if isinstance(whole, list) else _split(str(whole))
    steps: list[Path] = [(n,) for n in range(len(parts))] if isinstance(whole, list) else [()] * len(parts)
    problems: list[InvalidValue] = []
    kept: list[Json] = []
    for part, step in zip(parts, steps, strict=True):
        problems += _entry_problems(part, step, literal, scope, check)
        item = _as_text(part, scope)
        if item not in kept:
            kept.append(item)
    if problems:
        return together(problems)
    if literal.parameter is not None and kept:
        written = _as_text(value, scope)
        return ListValue((written,), written, len(kept))
    return ListValue(tuple(kept), listed(kept, scope), len(kept))


def _entry_problems(part: Json, step: Path, whole: Literal, scope: Scope, check: Check) -> Iterator[InvalidValue]:
    for leaf in leaves(part, scope, step):
        if not isinstance(leaf.reading, Literal):
            continue
        parameter = leaf.reading.parameter or whole.parameter
        entries = leaf.reading.value
        for entry in entries if isinstance(entries, list) and parameter else [entries]:
            literal = Literal(entry, parameter)
            need = unmet(literal, check)
            if need:
                message = f"has an entry that must be {need}, and {shown_literal(literal)} is not"
                yield InvalidValue("AM107", message, "Correct the entry", leaf.path)


def _split(whole: str) -> list[Json]:
    return [*whole.replace(",", " ").split()]


def listed(items: Sequence[Json], scope: Scope) -> Json:
    """The items with commas between them, as one value. An item that AWS::NoValue may take away goes with its
    comma: Fn::Join leaves such items out."""
    if any(may_be_absent(item, scope) for item in items):
        return {"Fn::Join": [",", list(items)]}
    return separated(items, ",", scope.loops)


def _as_text(value: Json, scope: Scope) -> Json:
    """One entry as text; a parameter or function that yields a list is joined with commas."""
    name = function(value)
    is_list = name == "Fn::Split" or (isinstance(value, dict) and name == "Ref" and str(value["Ref"]) in scope.lists)
    if is_list:
        return {"Fn::Join": [",", value]}
    return joined([value])


class NameList(NamedTuple):
    """A list of names, and the parameter that it is the value of."""

    names: tuple[str, ...]
    parameter: str | None = None

    def shown(self, name: str) -> str:
        """One of the names as an error text shows it."""
        return shown_literal(Literal(name, self.parameter))


def names(value: Json, scope: Scope) -> NameList | InvalidValue:
    """A list of names, known when the macro runs."""
    literal = decided(value, scope)
    if isinstance(literal, InvalidValue):
        return literal
    parts = _split(literal.value) if isinstance(literal.value, str) else literal.value
    if not isinstance(parts, list) or not all(isinstance(part, str) and part for part in parts):
        return InvalidValue(
            "AM102", f"must be a list of container names, and {shown_literal(literal)} is not", "Write [app]"
        )
    return NameList(tuple(map(str, parts)), literal.parameter)
