"""SARIF 2.1.0 for code scanning, https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from appmesh_inject import __version__
from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.lint_problems import Checked, LintProblem
from appmesh_inject.findings import CODES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "informational": "note"}


def written(files: Sequence[Checked]) -> str:
    """A SARIF log with one run."""
    problems = [problem for file in files for problem in file.problems]
    rules = {problem.code: problem for problem in problems}
    driver: Json = {
        "name": "appmesh-inject",
        "semanticVersion": __version__,
        "rules": [_rule(problem) for problem in rules.values()],
    }
    numbers = {code: number for number, code in enumerate(rules)}
    run: Json = {
        "tool": {"driver": driver},
        # Columns count characters, not UTF-16 code units, which are SARIF's default.
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, numbers[problem.code]) for problem in problems],
    }
    log: Json = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(problem: LintProblem) -> Json:
    if not problem.is_ours:
        return {"id": problem.code}
    code = CODES[problem.code]
    text = f"{code.cure}. More about this: `appmesh-inject explain {problem.code}`"
    # Without an address of the docs, a viewer could not follow the link.
    link: dict[str, Json] = {"helpUri": problem.page} if "://" in problem.page else {}
    return {
        "id": problem.code,
        "shortDescription": {"text": code.mistake},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": LEVELS[str(code.severity)]},
        **link,
    }


def _message(problem: LintProblem) -> str:
    """The sentences, with what they are about first: viewers show no logical locations."""
    about = problem.about or problem.subject
    return (f"{about}: " if about else "") + " ".join(part for part in (problem.message, problem.hint) if part)


def _result(problem: LintProblem, number: int) -> Json:
    location: dict[str, Json] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(problem.file.removeprefix("./"), safe="/")},
            "region": {"startLine": problem.place.line, "startColumn": problem.place.column},
        }
    }
    if problem.subject:
        location["logicalLocations"] = [
            {"name": problem.subject, "fullyQualifiedName": problem.path or problem.subject}
        ]
    return {
        "ruleId": problem.code,
        "ruleIndex": number,
        "level": LEVELS.get(problem.severity, "error"),
        "message": {"text": _message(problem)},
        "locations": [location],
    }
