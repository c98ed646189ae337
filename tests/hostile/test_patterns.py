"""No pattern of ours backtracks: what an attacker writes takes time in proportion to its length.

A pattern backtracks where a text can be matched in more ways than one: a repetition inside of another, repetitions that
follow each other and begin alike, alternatives that begin alike inside of a repetition. It starts again where a
repetition reads to the end of a text from each of many beginnings: those that another repetition has read, or those
that a search tries. Python's own parser says what a pattern is made of, and each such place is looked at.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import yaml

import appmesh_inject

PACKAGE = Path(appmesh_inject.__file__).parent
SAM = PACKAGE.parents[1] / "template.yaml"

ALL = frozenset(range(0x250))
"""Characters that stand for all others: those that patterns name are among them."""

CATEGORIES = {
    codes.CATEGORY_DIGIT: frozenset(map(ord, "0123456789")),
    codes.CATEGORY_SPACE: frozenset(map(ord, " \t\n\r\f\v")),
    codes.CATEGORY_WORD: frozenset(c for c in ALL if chr(c).isalnum() or c == ord("_")),
}
CATEGORIES |= {
    codes.CATEGORY_NOT_DIGIT: ALL - CATEGORIES[codes.CATEGORY_DIGIT],
    codes.CATEGORY_NOT_SPACE: ALL - CATEGORIES[codes.CATEGORY_SPACE],
    codes.CATEGORY_NOT_WORD: ALL - CATEGORIES[codes.CATEGORY_WORD],
}
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
KEPT = (codes.POSSESSIVE_REPEAT, codes.ATOMIC_GROUP)
"""What matches once and is never tried again in another way."""

Part = tuple[Any, Any]


def members(argument: list[Part]) -> frozenset[int]:
    """The characters of a set."""
    found: set[int] = set()
    for code, value in argument:
        if code is codes.LITERAL:
            found.add(value)
        elif code is codes.RANGE:
            found |= set(range(value[0], value[1] + 1)) & ALL
        elif code is codes.CATEGORY:
            found |= CATEGORIES[value]
    return ALL - found if argument[0][0] is codes.NEGATE else frozenset(found)


def sequence(part: Part) -> list[list[Part]]:
    """The alternatives that a part consists of, each a list of parts; none for a single character."""
    code, argument = part
    if code is codes.SUBPATTERN:
        return [list(argument[-1])]
    if code is codes.BRANCH:
        return [list(each) for each in argument[1]]
    return []


def first(parts: list[Part]) -> tuple[frozenset[int], bool]:
    """The characters that a match of the parts can begin with, and whether it can be empty."""
    found: frozenset[int] = frozenset()
    for part in parts:
        begins, is_empty = first_of(part)
        found |= begins
        if not is_empty:
            return found, False
    return found, True


def first_of(part: Part) -> tuple[frozenset[int], bool]:
    code, argument = part
    if code is codes.LITERAL:
        return frozenset({argument}), False
    if code is codes.NOT_LITERAL:
        return ALL - {argument}, False
    if code is codes.ANY:
        return ALL, False
    if code is codes.IN:
        return members(argument), False
    if code in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
        return frozenset(), True
    if code is codes.ATOMIC_GROUP:
        return first(list(argument))
    if code in (*REPEATS, codes.POSSESSIVE_REPEAT):
        begins, is_empty = first(list(argument[2]))
        return begins, is_empty or argument[0] == 0
    alternatives = [first(each) for each in sequence(part)]
    assert alternatives, f"{code} is not known here: say what it can begin with"
    return frozenset().union(*(begins for begins, _ in alternatives)), any(empty for _, empty in alternatives)


def is_endless(part: Part) -> bool:
    return part[0] in REPEATS and part[1][1] > 10


def flattened(parts: list[Part]) -> list[Part]:
    """The parts with those of the groups among them: a group that is not repeated changes nothing."""
    return [
        inner
        for code, argument in parts
        for inner in (flattened(list(argument[-1])) if code is codes.SUBPATTERN else [(code, argument)])
    ]


def readings(parts: list[Part]) -> Iterator[list[Part]]:
    """The parts with and without each group that may be missing."""
    parts = flattened(parts)
    for index, (code, argument) in enumerate(parts):
        if code in REPEATS and argument[:2] == (0, 1):
            for rest in readings(parts[index + 1 :]):
                yield [*parts[:index], *rest]
                yield from ([*parts[:index], *inner, *rest] for inner in readings(list(argument[2])))
            return
    yield parts


def ambiguous(parts: list[Part], after: frozenset[int] = frozenset(), *, repeated: bool = False) -> Iterator[str]:
    """Places where one text can be matched in several ways. after: what can follow the parts; repeated: they are
    inside of a repetition."""
    parts = flattened(parts)
    for index, part in enumerate(parts):
        rest, is_empty = first(parts[index + 1 :])
        follows = rest | after if is_empty else rest
        code, argument = part
        if code in KEPT:
            inner = list(argument if code is codes.ATOMIC_GROUP else argument[2])
            yield from ambiguous(inner, repeated=repeated)
        elif is_endless(part):
            inner = list(argument[2])
            begins, inner_is_empty = first(inner)
            if inner_is_empty:
                yield f"repeats what can be empty: {inner}"
            if begins & follows and (repeated or is_followed_by_repetition(parts[index + 1 :], begins)):
                yield f"repeats {inner}, and what follows can begin alike"
            yield from ambiguous(inner, begins | follows, repeated=True)
        elif code in REPEATS:
            inner = list(argument[2])
            yield from ambiguous(
                inner, follows | (first(inner)[0] if argument[1] > 1 else frozenset()), repeated=repeated
            )
        elif code is codes.BRANCH and repeated:
            seen: frozenset[int] = frozenset()
            for alternative in sequence(part):
                begins, _ = first(alternative)
                if seen & begins:
                    yield f"alternatives in a repetition begin alike: {alternative}"
                seen |= begins
        for alternative in sequence(part):
            yield from ambiguous(alternative, follows, repeated=repeated)


def is_followed_by_repetition(parts: list[Part], begins: frozenset[int]) -> bool:
    """Whether an endless repetition that begins alike can follow at once."""
    for part in parts:
        found, is_empty = first_of(part)
        if is_endless(part) and found & begins:
            return True
        if not is_empty:
            return False
    return False


def read_by(part: Part) -> frozenset[int]:
    """The characters that a match of the part can hold."""
    code, argument = part
    if code in (*REPEATS, codes.POSSESSIVE_REPEAT):
        return frozenset().union(*map(read_by, argument[2]))
    if code is codes.ATOMIC_GROUP:
        return frozenset().union(*map(read_by, argument))
    alternatives = sequence(part)
    if alternatives:
        return frozenset().union(*(read_by(inner) for each in alternatives for inner in each))
    return first_of(part)[0]


def beginnings(parts: list[Part], *, is_searched: bool) -> Iterator[tuple[int, frozenset[int]]]:
    """Where matches can begin again and again: the index of the part that comes next, and what lies between."""
    if is_searched:
        lines = parts[:1] == [(codes.AT, codes.AT_BEGINNING)]
        if parts and parts[0] != (codes.AT, codes.AT_BEGINNING_STRING):
            yield 0, frozenset({ord("\n")}) if lines else ALL
    for index, part in enumerate(parts):
        if is_endless(part):
            yield index + 1, read_by(part)


def can_fail(parts: list[Part]) -> bool:
    return any(part[0] is codes.AT for part in parts) or not first(parts)[1]


def restarted(pattern: str, *, is_searched: bool) -> Iterator[str]:
    """Repetitions that read a text to its end from each of many beginnings, and then find that something is missing."""
    for parts in readings(list(parser.parse(pattern))):
        for start, begun in beginnings(parts, is_searched=is_searched):
            for index, part in enumerate(parts[start:], start):
                is_repetition = part[0] in (*REPEATS, codes.POSSESSIVE_REPEAT) and part[1][1] > 10
                again = begun & read_by(part)
                met = [*map(first_of, parts[start:index]), (first_of(part)[0], False)]
                if (
                    is_repetition
                    and can_fail(parts[index + 1 :])
                    and again
                    and all(is_empty or begins & again for begins, is_empty in met)
                ):
                    yield f"reads on with {part} from wherever it begins"


def problems(pattern: str, *, is_searched: bool = False) -> list[str]:
    return [*ambiguous(list(parser.parse(pattern))), *restarted(pattern, is_searched=is_searched)]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "a*a*b",
        "(ab|a.)*c",
        r"(?:\s|#[^\n]*\n?)*\Z",
        r"\s*\s*$",
        r"(\w+\s?)*",
        "([a-z]+-?)+",
        "(a?)*",
        "(a+)(a+)b",
        "[^x]*:[^x]*y",
        r"[^\n]*:(?:#[^\n]*)?\n",
    ],
)
def test_a_pattern_that_backtracks_is_seen(pattern: str) -> None:
    assert problems(pattern)


@pytest.mark.parametrize("pattern", [r"\$\{[^}]*\}", "a+b", " +$", "(?m:^)(?:#.*\n)*x", "<(?:[^>]|x)*+>"])
def test_a_search_that_starts_again_is_seen(pattern: str) -> None:
    assert problems(pattern, is_searched=True)


@pytest.mark.parametrize("pattern", [r"\{\d+\}", "`+", r"^[a-z]+:", r"\A.*x", r"'[^']*$"])
def test_a_search_that_does_not_is_taken(pattern: str) -> None:
    assert not problems(pattern, is_searched=True)


@pytest.mark.parametrize(
    "pattern", ["a+b+", "(a+b)*", r"\d+\.\d+", r"^([a-z]+(,[a-z]+)*)?$", "[^x]*x", "(?:ab|cd)*", r"(?:\s|#[^\n]*+)*\Z"]
)
def test_a_pattern_that_does_not_is_taken(pattern: str) -> None:
    assert not problems(pattern)


SEARCHES = {"search", "sub", "split", "findall", "finditer"}
CALLS = {"compile", "match", "fullmatch", *SEARCHES}


def is_of_re(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in CALLS and ast.unparse(called.value) == "re"


def searches(module: ast.Module) -> Iterator[tuple[str, str]]:
    """What the module does with what has a name: `("_MARKER", "split")`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr


def patterns() -> Iterator[tuple[str, str, bool]]:
    """Every pattern in the package, by where it stands, and those of the SAM template's parameters; and whether a text
    is searched for it, so that it can begin anywhere."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ast.parse(path.read_text())
        calls = set(searches(module))
        named = {
            id(node.value): ast.unparse(node.targets[0]) for node in ast.walk(module) if isinstance(node, ast.Assign)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and is_of_re(node.func):
                name = named.get(id(node))
                methods = {method for called, method in calls if called == name} | {ast.unparse(node.func)[3:]}
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", ast.unparse(node.args[0]), bool(SEARCHES & methods)
    text = re.sub(r"!\w+", "", SAM.read_text())
    for name, parameter in yaml.safe_load(text)["Parameters"].items():
        if "AllowedPattern" in parameter:
            yield f"template.yaml {name}", repr(parameter["AllowedPattern"]), False


def is_literal(written: str) -> bool:
    """Whether a pattern is written out. Two are made from lists of words."""
    try:
        ast.literal_eval(written)
    except ValueError:
        return False
    return True


PATTERNS = {place: (written, is_searched) for place, written, is_searched in patterns()}


@pytest.mark.parametrize("place", PATTERNS)
def test_no_pattern_of_ours_backtracks(place: str) -> None:
    written, is_searched = PATTERNS[place]
    if place.startswith("mesh/parsing/matches.py") and written == "pattern":
        return  # A route's own regular expression is compiled, to see that it is one, and never run.
    if not is_literal(written):
        return  # Alternatives of words, made from a list: nothing in them repeats.
    if place.startswith("cfn/sub.py"):
        is_searched = False  # Ends before the next "${", which a look ahead says: this does not see that.
    assert not problems(ast.literal_eval(written), is_searched=is_searched), written


def test_there_are_patterns() -> None:
    assert len(PATTERNS) > 10
    # Those, a route's own, three that are looked up in a table, and two of `proxy`: words, and a mesh's escaped name.
    assert sum(not is_literal(written) for written, _ in PATTERNS.values()) <= 8
    assert any(is_searched for _, is_searched in PATTERNS.values())
