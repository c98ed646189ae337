"""What the command line prints, to the letter, in situations that everybody gets into.

Each folder in `situations/` has the files, the `commands`, one a line, and what they print, in `output.txt`.
"""

import shutil
from pathlib import Path

import pytest

from tests.cli.command import run

FOLDER = Path(__file__).parent / "situations"
SITUATIONS = sorted(path.parent for path in FOLDER.glob("*/commands"))

COPIES = ("templates/plain.yaml", 27)
"""A file that stands for so many."""


def printed(commands: str) -> str:
    """The commands and what they print: the results, then the messages, then the exit code."""
    parts: list[str] = []
    for command in commands.splitlines():
        ran = run(*command.split())
        parts += [f"$ appmesh-inject {command}\n", ran.out, ran.err, f"(exit code {ran.code})\n\n"]
    return "".join(parts)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda path: path.name)
def test_says_what_is_expected(
    situation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_golden: bool
) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(situation, folder)
    name, number = COPIES
    plain = folder / name
    if plain.exists():
        for n in range(1, number):
            shutil.copy(plain, plain.with_name(f"{plain.stem}{n:02}{plain.suffix}"))
    monkeypatch.chdir(folder)
    said = printed((situation / "commands").read_text())
    if update_golden:
        (situation / "output.txt").write_text(said)
    assert said == (situation / "output.txt").read_text()
