"""Every example renders, and cfn-lint has nothing to say of it, before or after."""

from pathlib import Path

import pytest
from cfnlint.api import lint_all
from typer.testing import CliRunner

from appmesh_inject.cli.program import program_of
from tests.conftest import REPOSITORY

PROGRAM = program_of()

FOLDER = REPOSITORY / "examples"
PROGRAMS = ("cdk", "cdk-typescript", "terraform")
"""Examples with tests of their own: tests/cdk and tests/test_terraform_example.py."""

EXAMPLES = sorted(
    path
    for path in FOLDER.rglob("*")
    if path.suffix in (".yaml", ".json") and path.relative_to(FOLDER).parts[0] not in PROGRAMS
)

MANY = ["--mesh", str(FOLDER / "many-stacks")]
MESH = ["--mesh", str(FOLDER / "standalone" / "mesh.yaml")]
FLAGS = {
    "deployment.yaml": ["--region", "us-west-2"],
    "service.yaml": MESH,
    "snippet.yaml": MESH,
    "task-definition.json": MESH,
}
OF_APP_MESH = {"colorapp/template.yaml", "deployment.yaml", "ga.yaml"}
"""Examples of the profiles that wait for App Mesh; AM902 says so of each."""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_example(path: Path) -> None:
    flags = MANY if path.parent.name == "many-stacks" else FLAGS.get(path.name, [])
    rendered = CliRunner().invoke(PROGRAM, ["render", str(path), *flags])
    assert rendered.exit_code == 0, rendered.stderr
    is_changed = ": injected" in rendered.stderr or ": service-connect" in rendered.stderr
    assert is_changed is (path.name not in ("mesh.yaml", "base.yaml"))
    warnings = {line.split()[2] for line in rendered.stderr.splitlines() if " warning " in line}
    assert ("AM902" in warnings) is (path.relative_to(FOLDER).as_posix() in OF_APP_MESH)
    # Weights are part of the callers' task definitions, and the configuration makes templates long: warnings say both.
    # And Service Connect limits nobody's calls.
    assert warnings <= {"AM902", "AM356", "AM903:", "AM456"}
    if "Resources" not in path.read_text():
        return
    # cfn-lint warns of each resource of a mesh: some Regions never had App Mesh, and now it is gone from all.
    assert [problem for problem in problems(path.read_text()) if "Resource type 'AWS::AppMesh::" not in problem] == []
    assert problems(rendered.stdout) == []


def problems(template: str) -> list[str]:
    """cfn-lint's errors and warnings; its informational rules are a matter of taste."""
    return [str(match) for match in lint_all(template) if not match.rule.id.startswith("I")]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12
