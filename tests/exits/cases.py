"""Golden cases, found by their folders: `arguments` of the command, and the report that it gives.

An example is read where it stands in the repository; the files of other cases are in the case's folder.
"""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.command import Ran, run
from tests.conftest import REPOSITORY

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Case:
    folder: Path

    @property
    def arguments(self) -> list[str]:
        return shlex.split((self.folder / "arguments").read_text())

    def ran(self, *more: str) -> Ran:
        with working_in(REPOSITORY if self.folder.name.startswith("example") else self.folder):
            return run("exits", *self.arguments, *more)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def cases() -> list[Case]:
    return [Case(folder) for folder in sorted(GOLDEN.iterdir())]


def name(case: Case) -> str:
    return case.folder.name
