"""A page as a reader follows it: its commands run, in order, in one folder and one shell."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import REPOSITORY

END = "\x1e"

ADDRESS = "https://github.com/OWNER/appmesh-inject"
"""Where the pages take the repository from; OWNER is whoever published it."""


class Shell:
    """One bash for one page: variables and the folder stay from fence to fence."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._bash.stdin
        self._bash.stdin.close()
        self._bash.wait()

    def run(self, commands: str) -> tuple[int, str]:
        """The exit code of the command that failed last, or 0, and all that the commands print."""
        assert self._bash.stdin
        assert self._bash.stdout
        # A failing command does not end the shell, so that the page can go on after one that is meant to fail.
        watched = f"code=0; trap 'code=$?' ERR; eval {shlex.quote(commands)} </dev/null; trap - ERR"
        self._bash.stdin.write(f"{watched}; printf '{END}%d\\n' $code\n")
        self._bash.stdin.flush()
        printed = ""
        for line in self._bash.stdout:
            before, end, code = line.partition(END)
            printed += before
            if end:
                return int(code), printed
        return self._bash.wait(), printed


def published(folder: Path) -> Path:
    """A repository with what stands in this one now, committed or not: what a reader clones."""
    listed = _git(REPOSITORY, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=docs", "-c", "user.email=docs@example.com", "commit", "--quiet", "--message", "docs")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def reader(home: Path, repository: Path) -> dict[str, str]:
    """The environment of somebody who has the program on the PATH, and no account. What they clone is `repository`."""
    kept = ("LANG", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "NO_PROXY", "no_proxy", "TMPDIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # The pages name an address that only its owner can fill in.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
