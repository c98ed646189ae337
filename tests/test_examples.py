"""Every example renders, and cfn-lint has nothing to say of it, before or after."""

from pathlib import Path

import pytest
from cfnlint.api import lint_all
from typer.testing import CliRunner

from appmesh_inject.cli.program import program
from tests.conftest import REPOSITORY

EXAMPLES = sorted(path for path in (REPOSITORY / "examples").rglob("*") if path.suffix in (".yaml", ".json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_example(path: Path) -> None:
    flags = ["--region", "us-west-2"] if path.name == "deployment.yaml" else []
    rendered = CliRunner().invoke(program, ["render", str(path), *flags])
    assert rendered.exit_code == 0, rendered.stderr
    assert ": injected" in rendered.stderr
    assert {line.split()[2] for line in rendered.stderr.splitlines() if " warning " in line} <= {"AM902"}
    if "Resources" not in path.read_text():
        return
    assert problems(path.read_text()) == []
    assert problems(rendered.stdout) == []


def problems(template: str) -> list[str]:
    """cfn-lint's errors and warnings; its informational rules are a matter of taste."""
    return [str(match) for match in lint_all(template) if not match.rule.id.startswith("I")]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12
