"""The action as GitHub runs it: its steps in order, with the variables and files that GitHub sets. Steps that are
other actions are left out, and `gh` is a program that keeps what it is told."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import REPOSITORY

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")

GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_CALLS"
[ -z "${GH_REFUSES:-}" ] || { echo "gh: Resource not accessible by integration (HTTP 403)" >&2; exit 1; }
case "$*" in *--paginate*) [ ! -e "$GH_COMMENT" ] || echo https://api.github.com/comments/1 ;; esac
for each in "$@"; do case "$each" in body=@*) cp "${each#body=@}" "$GH_COMMENT" ;; esac; done
"""


@dataclass
class Run:
    """One run of the action for an event. folder: the runner's; workspace: the checked-out repository."""

    folder: Path
    workspace: Path
    event: str = "pull_request"
    inputs: Mapping[str, str] = field(default_factory=dict)
    base: str = "HEAD"
    may_comment: bool = True
    is_installed: bool = True
    """The program is there already; else the step installs it."""

    outcomes: dict[str, str] = field(default_factory=dict)
    """Of the steps that ran scripts, by name."""
    printed: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""

    @property
    def comment(self) -> str:
        file = self.folder / "comment"
        return file.read_text() if file.exists() else ""

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def passed(self) -> bool:
        return "failure" not in self.outcomes.values()

    def start(self) -> "Run":
        self.prepare()
        by_id: dict[str, str] = {}
        for number, step in enumerate(ACTION["runs"]["steps"]):
            if "run" not in step:
                continue
            name = step["name"]
            if not self._is_run(step.get("if", "success()"), by_id):
                self.outcomes[name] = "skipped"
            elif name == "Install" and self.is_installed:
                self.outcomes[name] = "success"
            else:
                self.outcomes[name] = self._ran(step, number)
            by_id[step.get("id", name)] = self.outcomes[name]
        return self

    def step(self, name: str) -> str:
        """Runs one step alone; how it ended."""
        (step,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == name)
        return self._ran(step, 0)

    def prepare(self) -> None:
        (self.folder / "bin").mkdir(parents=True, exist_ok=True)
        gh = self.folder / "bin" / "gh"
        gh.write_text(GH)
        gh.chmod(0o755)
        if self.is_installed:
            program = self.folder / "appmesh-inject" / "bin" / "appmesh-inject"
            program.parent.mkdir(parents=True, exist_ok=True)
            program.symlink_to(Path(sys.executable).parent / "appmesh-inject")

    def _ran(self, step: Mapping[str, Any], number: int) -> str:
        output, summary = self.folder / f"output-{number}", self.folder / f"summary-{number}"
        for file in (output, summary):
            file.touch()
        given = {
            name: EXPRESSION.sub(lambda found: self._value(found[1]), text)
            for name, text in step.get("env", {}).items()
        }
        github = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(REPOSITORY),
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": "shop/templates",
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.folder),
            "GH_CALLS": str(self.folder / "calls"),
            "GH_COMMENT": str(self.folder / "comment"),
            "GH_REFUSES": "" if self.may_comment else "yes",
        }
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={**os.environ, **github, **given, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.printed += ran.stdout
        self.summary += summary.read_text()
        lines = (line.partition("=") for line in output.read_text().splitlines())
        self.outputs[step.get("id", step["name"])] = {name: value for name, _, value in lines}
        return "failure" if ran.returncode else "success"

    def _is_run(self, condition: str, by_id: Mapping[str, str]) -> bool:
        if "always()" not in condition and not self.passed:
            return False
        for part in condition.split(" && "):
            if part in ("always()", "success()"):
                continue
            left, _, right = part.partition(" == ")
            outcome = re.fullmatch(r"steps\.(\w+)\.outcome", left)
            value = by_id[outcome[1]] if outcome else self._value(left)
            if value != right.strip("'"):
                return False
        return True

    def _value(self, name: str) -> str:
        """What GitHub puts in the place of an expression."""
        if name.startswith("inputs."):
            key = name.removeprefix("inputs.")
            default = ACTION["inputs"][key]["default"]
            return self.inputs.get(key, EXPRESSION.sub(lambda found: self._value(found[1]), default))
        known = {
            "github.event_name": self.event,
            "github.event.pull_request.base.sha": self.base,
            "github.event.pull_request.number": "7",
            "github.token": "a-token",
            "runner.temp": str(self.folder),
        }
        return known[name]
