"""Byte order marks, line ends and tabs: an edit changes none of them, and what it adds has the file's own."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.migrate.bends import with_mark, with_returns, with_tabs, with_windows_ends
from tests.migrate.cases import Case, cases

COMMENT = "\t# a\ttab, a\u00a0space"


BENDS: list[Callable[[str], str]] = [with_mark, with_windows_ends, with_returns, with_tabs]
ADOPTED = [(case, verb) for case in cases() for verb in ("adopted", "removed") if case.expected(verb).exists()]


def results(text: str, command: str, suffix: str, folder: Path, options: list[str]) -> list[str]:
    """What the command writes to stdout and to the file itself."""
    file = folder / f"template{suffix}"
    file.write_bytes(text.encode())
    printed = run(command, str(file), *options).out  # in which the tests' runner has no Windows line ends
    run(command, str(file), *options, "--in-place")
    return [printed, file.read_bytes().decode()]


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize(("case", "verb"), ADOPTED, ids=lambda each: getattr(each, "name", each))
def test_an_edit_of_a_bent_text_is_the_bent_edit(
    case: Case, verb: str, bend: Callable[[str], str], tmp_path: Path
) -> None:
    text = case.input.read_bytes().decode()
    if bend is with_tabs and case.input.suffix != ".json":
        pytest.skip("YAML is not indented with tabs")
    if bend is with_returns and "\r" in text:
        pytest.skip("has other line ends already")
    command = {"adopted": "adopt", "removed": "remove"}[verb]
    options = case.options if command == "adopt" else [o for o in case.options if o.startswith("--macro-name")]
    expected = bend(case.expected(verb).read_bytes().decode())
    if '"taskDefinition"' in text:
        pytest.skip("written anew, to be registered")
    printed, written = results(bend(text), command, case.input.suffix, tmp_path, options)
    assert printed == expected.replace("\r\n", "\n")
    assert written == expected


YAML_CASES = [each for each in ADOPTED if each[0].input.suffix != ".json"]


@pytest.mark.parametrize("end", ["\u2028# more", "\u2029# more", "\x85# more", "\r# more", ""])
@pytest.mark.parametrize(("case", "verb"), YAML_CASES, ids=lambda each: getattr(each, "name", each))
def test_comments_with_tabs_and_other_line_ends_stay(case: Case, verb: str, end: str) -> None:
    """A comment behind each key that has a value below it. The lines that the edit leaves keep theirs, and above a mark
    are those of what was taken out."""
    text = case.input.read_text()
    if "|\n" in text or ">\n" in text:
        pytest.skip("has text in which that is no comment")
    comment = COMMENT + end
    command = {"adopted": "adopt", "removed": "remove"}[verb]
    options = case.options if command == "adopt" else [o for o in case.options if o.startswith("--macro-name")]
    plain = run(command, "-", *options, stdin=text).out
    commented, count = re.subn(r"(?m)(?<=\w:)$", comment, text)
    bent = run(command, "-", *options, stdin=commented).out
    if command == "adopt":
        assert bent.count(COMMENT.strip()) == count
    bent = re.sub(rf"(?m)^ *(?:{re.escape(COMMENT.strip())}|# more)\n", "", bent)
    # A comment stays between the key and the list that the edit empties.
    assert re.sub(r":\n +\[\]", ": []", bent.replace(comment, "")) == plain
    kept = [line for line in plain.split("\n") if line in text.split("\n") and re.search(r"\w:$", line)]
    assert bent.count(comment) >= min(len(kept), 1)
