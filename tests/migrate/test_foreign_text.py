"""Byte order marks, line ends and tabs: an edit changes none of them, and what it adds has the file's own."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.migrate.cases import Case, cases

CORPUS = Path(os.environ.get("APPMESH_INJECT_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
SIDECARS = ("appmesh-envoy", "APPMESH_")
COMMENT = "\t# a\ttab, a\u00a0space"


def with_mark(text: str) -> str:
    return "\ufeff" + text


def with_windows_ends(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_returns(text: str) -> str:
    return text.replace("\n", "\r")


def with_tabs(text: str) -> str:
    """JSON that is indented with tabs. The files are indented with two spaces."""
    return re.sub(r"(?m)^(?:  )+", lambda found: "\t" * (len(found[0]) // 2), text)


BENDS: list[Callable[[str], str]] = [with_mark, with_windows_ends, with_returns, with_tabs]
ADOPTED = [(case, verb) for case in cases() for verb in ("adopted", "removed") if case.expected(verb).exists()]


def results(text: str, command: str, suffix: str, folder: Path, options: list[str]) -> list[str]:
    """What the command writes to stdout, to another file and to the file itself."""
    file, other = folder / f"template{suffix}", folder / "other"
    file.write_bytes(text.encode())
    other.unlink(missing_ok=True)
    printed = run(command, str(file), *options).out  # in which the tests' runner has no Windows line ends
    run(command, str(file), *options, "-o", str(other))
    run(command, str(file), *options, "--in-place")
    return [printed, other.read_bytes().decode(), file.read_bytes().decode()]


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
    printed, *written = results(bend(text), command, case.input.suffix, tmp_path, options)
    assert printed == expected.replace("\r\n", "\n")
    assert written == [expected, expected]


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


PUBLIC = sorted(
    path
    for path in CORPUS.rglob("*")
    if path.suffix in (".yaml", ".yml", ".json") and any(sign in path.read_text(errors="replace") for sign in SIDECARS)
)


@pytest.mark.skipif(not PUBLIC, reason=f"there are no public templates in {CORPUS}")
def test_public_templates_keep_their_bytes(tmp_path: Path) -> None:
    edits = 0
    for path in PUBLIC:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        for command in ("adopt", "remove"):
            plain = run(command, "-", stdin=text)
            if plain.code or plain.out == text:
                continue
            edits += 1
            for bend in BENDS[:3]:
                run(command, "-", "-o", str(tmp_path / "bent"), stdin=bend(text).encode())
                assert (tmp_path / "bent").read_bytes().decode() == bend(plain.out), (path.name, command, bend.__name__)
    assert edits > 10
