"""Reads the kinds of value that a setting can have.

A reader takes the value as written and its scope, and returns the setting's value or an `InvalidValue`. Messages never
show the value of a parameter: it can be a secret.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from appmesh_inject.cfn import finite_numbers
from appmesh_inject.cfn.document import MOST_LEVELS, Json, Path, is_deeper
from appmesh_inject.cfn.intrinsics import (
    Absent,
    Literal,
    Scope,
    function,
    leaves,
    mapped,
    read,
)
from appmesh_inject.cfn.text_joining import scalar

HIGHEST_ID = 2**32 - 2


class InvalidValue(NamedTuple):
    """Why a value is invalid. path: from the value to its invalid part. more: further problems of the same value."""

    code: str
    message: str
    hint: str
    path: Path = ()
    more: tuple["InvalidValue", ...] = ()

    @property
    def all(self) -> tuple["InvalidValue", ...]:
        return (self, *self.more)


def combined(problems: Sequence[InvalidValue]) -> InvalidValue:
    """The problems of one value as one: the first, with the others as its `more`."""
    first, *more = problems
    return first._replace(more=tuple(more))


Check: TypeAlias = Callable[[str], str | None]
"""Returns what the text must be ("a port from 1 to 65535") if it is invalid, else None."""


def quoted(value: Json, longest: int = 40) -> str:
    """A value of the template for a message: in quotes, and cut to `longest` characters."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return f"'{text[: longest - 3]}...'" if len(text) > longest else f"'{text}'"


def shown_literal(literal: Literal) -> str:
    """A literal for a message: as written, or the name of the parameter that it is the value of."""
    if literal.parameter is not None:
        return f"the value of parameter '{literal.parameter}'"
    return quoted(literal.value)


def text(check: Check) -> Callable[[Json, Scope], Json | InvalidValue]:
    """Reads a text or an intrinsic. `check` applies to each literal that it can be."""

    def reader(value: Json, scope: Scope) -> Json | InvalidValue:
        if isinstance(value, str) and check(value) is None:
            return value
        problems: list[InvalidValue] = []
        for leaf in leaves(value, scope):
            if isinstance(leaf.reading, Absent):
                problems.append(
                    InvalidValue("AM102", "is AWS::NoValue in one branch", "Give a value in both branches", leaf.path)
                )
            elif isinstance(leaf.reading, Literal) and (need := unmet(leaf.reading, check)):
                problems.append(_invalid(leaf.reading, need, leaf.path))
        return combined(problems) if problems else scalar(value)

    return reader


def unmet(literal: Literal, check: Check) -> str | None:
    """What the literal must be if it is invalid, else None."""
    value = literal.value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return check("") or "text"
    return check(str(value))


def _invalid(literal: Literal, need: str, path: Path) -> InvalidValue:
    return InvalidValue("AM102", f"must be {need}, and {shown_literal(literal)} is not", f"Write {need}", path)


def choice(*options: str) -> Callable[[Json, Scope], str | InvalidValue]:
    """Reads one of a few words, which must be known when the macro runs."""

    def reader(value: Json, scope: Scope) -> str | InvalidValue:
        literal = decided(value, scope)
        if isinstance(literal, InvalidValue):
            return literal
        if literal.value not in options:
            return InvalidValue(
                "AM102", f"must be {one_of(options)}, and {shown_literal(literal)} is not", nearest(literal, options)
            )
        return str(literal.value)

    return reader


def known_port(value: Json, scope: Scope) -> str | InvalidValue:
    """Reads a port, which must be known when the macro runs."""
    literal = decided(value, scope)
    if isinstance(literal, InvalidValue):
        return literal
    need = unmet(literal, port)
    return _invalid(literal, need, ()) if need else str(literal.value)


def flag(value: Json, scope: Scope) -> bool | InvalidValue:
    """Reads true or false, which must be known when the macro runs."""
    literal = decided(value, scope)
    return literal if isinstance(literal, InvalidValue) else _truth(literal)


def switch(value: Json, scope: Scope) -> Json | InvalidValue:
    """Reads true, false, or nested Fn::Ifs whose branches end in true and false."""
    for leaf in leaves(value, scope):
        outcome = (
            _truth(leaf.reading) if isinstance(leaf.reading, Literal) else InvalidValue("AM103", UNDECIDED, SWITCH_HINT)
        )
        if isinstance(outcome, InvalidValue):
            return outcome._replace(path=leaf.path)
    return mapped(value, scope, lambda leaf: isinstance(leaf.reading, Literal) and _truth(leaf.reading) is True)


UNDECIDED = "decides what is injected, and its value is not known when the macro runs"
KNOWN_PARAMETER = "a Ref to a parameter that is neither NoEcho nor read from Parameter Store"

SWITCH_HINT = f"Write true, false, {KNOWN_PARAMETER}, or an Fn::If with true and false"


def decided(value: Json, scope: Scope) -> Literal | InvalidValue:
    """The literal that the value reads as, or AM103 if it is not known when the macro runs."""
    reading = read(value, scope)
    if isinstance(reading, Literal):
        return reading
    return InvalidValue("AM103", UNDECIDED, f"Write the value itself, or {KNOWN_PARAMETER}")


def _truth(literal: Literal) -> bool | InvalidValue:
    word = str(literal.value).lower()
    if word not in ("true", "false"):
        return InvalidValue(
            "AM102", f"must be true or false, and {shown_literal(literal)} is not", "Write true or false"
        )
    return word == "true"


def fragment(value: Json, scope: Scope) -> Mapping[str, Json] | InvalidValue:
    """Reads a map, or its JSON text, since parameters of a transform can only be text."""
    if isinstance(value, str):
        try:
            value = finite_numbers.loads(value)
        except ValueError as error:
            return InvalidValue("AM102", f"is not valid JSON: {_reason(error)}", "Write a map, or its JSON text")
        except RecursionError:
            return _too_deep()
        if is_deeper(value, MOST_LEVELS):
            return _too_deep()
    if not isinstance(value, dict):
        return InvalidValue("AM102", "must be a map of properties", "Write a map, or its JSON text")
    if function(value) is not None:
        return InvalidValue("AM103", UNDECIDED, "Write the map itself; its members may be intrinsics")
    problems = [problem for name in MERGED_LISTS & value.keys() for problem in _unmergeable(name, value[name], scope)]
    return combined(sorted(problems, key=lambda problem: str(problem.path))) if problems else value


MERGED_LISTS = frozenset(
    {
        *("Environment", "Secrets", "Ulimits", "PortMappings", "DependsOn", "ProxyConfigurationProperties"),
        *("environment", "secrets", "ulimits", "portMappings", "dependsOn", "properties"),
        *("env", "ports", "volumeMounts"),
        "Services",
    }
)
"""The lists at the top of a fragment that merge item by item, in the spellings of all kinds of document."""


def _unmergeable(name: str, value: Json, scope: Scope) -> Iterator[InvalidValue]:
    """Why a list cannot merge: it is another function than Fn::If, or no list."""
    for leaf in leaves(value, scope._replace(parameters={}), (name,)):
        if isinstance(leaf.written, list) or isinstance(leaf.reading, Absent):
            continue
        if isinstance(leaf.reading, Literal):
            message = f"must have a list as its {name}: another value would replace what the profile writes there"
            yield InvalidValue("AM102", message, "Write a list of items", leaf.path)
        else:
            message = f"cannot merge its {name}, which is not known when the macro runs"
            hint = "Write the list out; an Fn::If around it, and intrinsics in its items, are allowed"
            yield InvalidValue("AM103", message, hint, leaf.path)


def _too_deep() -> InvalidValue:
    return InvalidValue("AM002", f"is JSON text nested deeper than {MOST_LEVELS} levels", "Reduce the nesting")


def _reason(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "it has a number that JSON cannot express"


def any_text(value: str) -> str | None:
    return None if value else "text"


def name_alone(value: str) -> str | None:
    return None if value and "/" not in value and not value.startswith("arn:") else "a name without '/'"


def word_of(*options: str) -> Check:
    return lambda value: None if value in options else one_of(options)


def whole_number(lowest: int, highest: int, what: str) -> Check:
    def check(value: str) -> str | None:
        digits = value.isascii() and value.isdigit() and len(value) <= 10
        return None if digits and lowest <= int(value) <= highest else f"{what} from {lowest} to {highest}"

    return check


port = whole_number(1, 65535, "a port")


def address(value: str) -> str | None:
    import ipaddress  # here, since few templates list addresses and every import prolongs a cold start

    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "an IP address or a CIDR block"
    return None


def one_of(options: Sequence[str]) -> str:
    return f"{', '.join(options[:-1])} or {options[-1]}"


def nearest(literal: Literal, options: Sequence[str]) -> str:
    guess = None if literal.parameter else closest(str(literal.value), options)
    return f"Did you mean '{guess}'?" if guess else f"Write {one_of(options)}"


def closest(word: str, options: Sequence[str]) -> str | None:
    """The option most similar to a mistyped word, or None if none is similar."""
    import difflib  # here, since few templates have a mistyped word and every import prolongs a cold start

    by_lower_case = {option.lower(): option for option in options}
    matches = difflib.get_close_matches(word.lower(), list(by_lower_case))
    return by_lower_case[matches[0]] if matches else None
