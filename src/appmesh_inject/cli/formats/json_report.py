"""The JSON report, documented in `docs/guides/ci.md`. Members may be added, but never renamed or removed."""

import json
from collections.abc import Sequence

from appmesh_inject import __version__
from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.lint_problems import Checked, LintProblem

VERSION = 1
"""Version of the report's structure. Increased by changes that could break a script that reads it."""


def written(files: Sequence[Checked]) -> str:
    """The report as a JSON object."""
    problems = [_problem(problem) for file in files for problem in file.problems]
    whole: Json = {
        "version": VERSION,
        "tool": {"name": "appmesh-inject", "version": __version__},
        "files": [{"file": file.file, "passed": not file.is_bad} for file in files],
        "problems": problems,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _problem(problem: LintProblem) -> dict[str, Json]:
    return {
        "file": problem.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "severity": problem.severity,
        "code": problem.code,
        "subject": problem.subject,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "source": "appmesh-inject" if problem.is_ours or not problem.origin else "cfn-lint",
        "origin": problem.origin or None,
        "docs": problem.page or None,
    }
