"""For scripts: JSON whose shape `docs/guides/ci.md` describes. Members are added to it, never renamed or taken away."""

import json
from collections.abc import Sequence

from appmesh_inject import __version__
from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.problems import Checked, Problem

VERSION = 1
"""Of the report's shape: rises when a script that reads it could break."""


def written(files: Sequence[Checked]) -> str:
    """One JSON object."""
    problems = [_problem(problem) for file in files for problem in file.problems]
    whole: Json = {
        "version": VERSION,
        "tool": {"name": "appmesh-inject", "version": __version__},
        "files": [{"file": file.file, "passed": not file.is_bad} for file in files],
        "problems": problems,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _problem(problem: Problem) -> dict[str, Json]:
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
