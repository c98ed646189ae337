"""What holds the pages to what comes out notices when they differ."""

from pathlib import Path

import pytest

from tests.docs.following import followed
from tests.docs.pages import fences, holds, matches
from tests.docs.running import Shell

PRINTED = "Resources:\n  Web:\n    Type: A\n    Properties: {}\n  Api:\n    Type: B\n"


def follow(text: str, folder: Path) -> str:
    page = folder / "page.md"
    page.write_text(text)
    with Shell(folder, {"PATH": "/usr/bin:/bin"}) as shell:
        return followed(page, folder, shell)


def test_files_are_there_for_commands_and_variables_stay(tmp_path: Path) -> None:
    file = '```toml title="a.toml"\nx = 1\n```\n'
    text = f"{file}\n```sh\nwho=me\n```\n\n```sh\ncat a.toml\necho $who\n```\n\n```text\n?\n```\n"
    assert follow(text, tmp_path) == text.replace("?", "x = 1\nme")


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nfalse\n```\n",
        "```sh\nfalse\ntrue\n```\n",
        "<!-- exit code 1 -->\n```sh\ntrue\n```\n",
        "<!-- not run: no time -->\n```sh\ntrue\n```\n",
        "```sh\necho one\n```\n\n```text\ntwo\n...\n```\n",
        "```sh\necho one\n```\n\n```yaml\ntwo\n```\n",
        "```sh\nmake no-such-target\n```\n",
        '```json title="a.json"\n{\n```\n',
    ],
)
def test_a_page_that_is_wrong_is_no_page_that_passes(text: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, ValueError)):
        follow(text, tmp_path)


def test_an_exit_code_that_is_told_is_right(tmp_path: Path) -> None:
    text = "<!-- exit code 3 -->\n```sh\n(exit 3)\n```\n"
    assert follow(text, tmp_path) == text


@pytest.mark.parametrize(
    ("shown", "is_there"),
    [
        ("Web:\n  Type: A", True),
        ("  Web:\n    Type: A\n...\n  Api:\n", True),
        ("Web:\n...\n    Type: B\n", False),
        ("Web:\n    Type: A", False),
        ("Web:\n  Properties: {}", False),
        ("Properties: ...", True),
    ],
)
def test_a_part_stands_there_line_for_line(shown: str, is_there: bool) -> None:
    assert holds(PRINTED, shown) is is_there


def test_what_is_left_out_is_said() -> None:
    assert matches("one\n...\nthree\n", "one\ntwo\nthree\n")
    assert matches("one ...\n", "one and more\n")
    assert not matches("one\nthree\n", "one\ntwo\nthree\n")
    assert not matches("one\n", "one and more\n")


def test_a_fence_in_a_list_is_read_without_its_indentation() -> None:
    (fence,) = fences("- Do:\n\n  <!-- exit code 1 -->\n  ```sh\n  if a; then\n    b\n  fi\n  ```\n")
    assert (fence.text, fence.exit_code, fence.indent) == ("if a; then\n  b\nfi\n", 1, "  ")
