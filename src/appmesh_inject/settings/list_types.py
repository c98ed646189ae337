"""Reads settings that are lists: ports or addresses, which may contain intrinsics, and container names.

Readers work as in `types`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import Branches, Literal, Scope, function, leaves, mapped, may_be_absent, read
from appmesh_inject.cfn.text_joining import joined, separated
from appmesh_inject.settings.types import Check, InvalidValue, combined, decided, shown_literal, unmet


class ListValue(NamedTuple):
    """A list setting.

    items: literals and intrinsics. text: all items as one value, separated by commas. least: the minimum number of
    entries, since an intrinsic can stand for several.
    """

    items: tuple[Json, ...] = ()
    text: Json = ""
    least: int = 0


def entries(check: Check) -> Callable[[Json, Scope], ListValue | InvalidValue]:
    """Reads a list of literals and intrinsics, a text separated by commas or spaces, or an intrinsic for the whole
    list. `check` applies to each literal entry."""

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
    """Reads an Fn::If around a list, as one text for each branch. Either all branches have entries or none has."""
    branches: list[ListValue] = []
    for leaf in leaves(value, scope):
        branch = reader(leaf.written, leaf.scope)
        if isinstance(branch, InvalidValue):
            return combined([problem._replace(path=leaf.path + problem.path) for problem in branch.all])
        branches.append(branch)
    if len({bool(branch.items) for branch in branches}) > 1:
        message = "is empty in only one branch, and whether it is empty must be known when the macro runs"
        return InvalidValue("AM103", message, "Write entries in both branches, or in neither")
    texts = iter(branches)
    whole = mapped(value, scope, lambda _: next(texts).text)
    most = max(branch.least for branch in branches)
    return ListValue((whole,) if most else (), whole, most)


def _entries(value: Json, literal: Literal, scope: Scope, check: Check) -> ListValue | InvalidValue:
    whole = literal.value
    parts: list[Json] = ([] if is_blank(whole) else list(whole)) if isinstance(whole, list) else _split(str(whole))
    steps: list[Path] = [(n,) for n in range(len(parts))] if isinstance(whole, list) else [()] * len(parts)
    problems: list[InvalidValue] = []
    kept: list[Json] = []
    for part, step in zip(parts, steps, strict=True):
        problems += _entry_problems(part, step, literal, scope, check)
        item = _as_text(part, scope)
        if item not in kept:
            kept.append(item)
    if problems:
        return combined(problems)
    if literal.parameter is not None and kept:
        if isinstance(whole, str) and whole != ",".join(map(str, parts)):
            message = f"has other separators than single commas: {shown_literal(literal)}, which is written as it is"
            return InvalidValue("AM107", message, "Separate the entries by commas without spaces, or write them here")
        written = _as_text(value, scope)
        return ListValue((written,), written, len(kept))
    return ListValue(tuple(kept), listed(kept, scope), len(kept))


def _entry_problems(part: Json, step: Path, whole: Literal, scope: Scope, check: Check) -> Iterator[InvalidValue]:
    for leaf in leaves(part, scope, step):
        if not isinstance(leaf.reading, Literal):
            continue
        parameter = leaf.reading.parameter or whole.parameter
        entries = [] if parameter and is_blank(leaf.reading.value) else leaf.reading.value
        for entry in entries if isinstance(entries, list) and parameter else [entries]:
            literal = Literal(entry, parameter)
            need = unmet(literal, check)
            if need:
                message = f"has an invalid entry: {shown_literal(literal)} is not {need}"
                yield InvalidValue("AM107", message, "Correct the entry", leaf.path)


def is_blank(value: Json) -> bool:
    """Whether a list is what CloudFormation makes of a blank list parameter: `[""]`."""
    return isinstance(value, list) and all(isinstance(item, str) and not item.strip() for item in value)


def _split(whole: str) -> list[Json]:
    return [*whole.replace(",", " ").split()]


def listed(items: Sequence[Json], scope: Scope) -> Json:
    """The items as one value, separated by commas. An Fn::Join if an item can be AWS::NoValue, since it leaves out such
    an item together with its comma."""
    if any(may_be_absent(item, scope) for item in items):
        return {"Fn::Join": [",", list(items)]}
    return separated(items, ",", scope.loops)


def _as_text(value: Json, scope: Scope) -> Json:
    """One entry as text. A parameter or function that gives a list is joined with commas."""
    name = function(value)
    is_list = name == "Fn::Split" or (isinstance(value, dict) and name == "Ref" and str(value["Ref"]) in scope.lists)
    if is_list:
        return {"Fn::Join": [",", value]}
    return joined([value])


class NameList(NamedTuple):
    """A list of names. parameters: of each name that is the value of a parameter, the name of the parameter."""

    names: tuple[str, ...]
    parameters: Mapping[str, str] = NOTHING

    @classmethod
    def of(cls, literals: Iterable[Literal]) -> "NameList":
        found = {str(literal.value): literal.parameter for literal in literals}
        return cls(tuple(found), {name: parameter for name, parameter in found.items() if parameter is not None})

    def shown(self, name: str) -> str:
        """One of the names for an error message, which does not show the value of a parameter."""
        return shown_literal(Literal(name, self.parameters.get(name)))


_STACK = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,127}")


def stacks(value: Json, scope: Scope) -> NameList | InvalidValue:
    """Reads the name of a stack or a list of them, which must be known when the macro runs."""
    literal = decided(value, scope)
    if isinstance(literal, InvalidValue):
        return literal
    items = _names(literal, scope)
    if items is None or (isinstance(literal.value, str) and not items):
        message = f"must be the name of a stack or a list of names, and {shown_literal(literal)} is not"
        return InvalidValue("AM102", message, "Write [shop-base, shop-cart]")
    if isinstance(items, InvalidValue):
        return items
    for step, item in enumerate(items):
        if not (isinstance(item.value, str) and _STACK.fullmatch(item.value)):
            message = f"must have names of stacks, and {shown_literal(item)} is not one"
            hint = "A name has letters, digits and hyphens, and begins with a letter"
            return InvalidValue("AM102", message, hint, (step,) if isinstance(literal.value, list) else ())
    return NameList.of(items)


def names(value: Json, scope: Scope) -> NameList | InvalidValue:
    """Reads a list of container names, which must be known when the macro runs."""
    literal = decided(value, scope)
    if isinstance(literal, InvalidValue):
        return literal
    items = _names(literal, scope)
    if isinstance(items, InvalidValue):
        return items
    if items is None or not all(isinstance(item.value, str) and item.value for item in items):
        return InvalidValue(
            "AM102", f"must be a list of container names, and {shown_literal(literal)} is not", "Write [app]"
        )
    return NameList.of(items)


def _names(literal: Literal, scope: Scope) -> list[Literal] | InvalidValue | None:
    """The items of a list or text; None of anything else."""
    whole = literal.value
    if isinstance(whole, str):
        return [Literal(part, literal.parameter) for part in _split(whole)]
    if not isinstance(whole, list):
        return None
    items: list[Literal] = []
    for step, part in enumerate([] if is_blank(whole) else whole):
        item = decided(part, scope)
        if isinstance(item, InvalidValue):
            return item._replace(path=(step,))
        items.append(Literal(item.value, item.parameter or literal.parameter))
    return items
