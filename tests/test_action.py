"""What a pull request gets of the action: annotations, a comment, and a check that fails for the right reason."""

import subprocess
from pathlib import Path

import pytest

from tests.action import ACTION, Run
from tests.cli.command import TEMPLATE

WRONG = TEMPLATE.replace("awsvpc", "bridge")
CHANGED = TEMPLATE.replace("VirtualNodeName: web", "VirtualNodeName: shop")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository whose base commit has templates in two folders, which the work tree may change."""
    folder = tmp_path / "workspace"
    for service in ("web", "cart"):
        (folder / "services" / service).mkdir(parents=True)
        (folder / "services" / service / "template.yaml").write_text(TEMPLATE)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def test_a_change_is_linted_and_commented(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "web" / "template.yaml").write_text(CHANGED)
    run = Run(tmp_path / "runner", workspace).start()
    assert run.passed, run.printed
    assert list(run.outcomes) == ["Find the lock", "Install", "Lint", "Compare with the base branch", "Comment"]
    assert run.comment.startswith("<!-- appmesh-inject -->\n## What will be deployed\n")
    assert "+          Value: mesh/apps/virtualNode/shop" in run.comment
    assert run.outputs["diff"] == {"differs": "true"}
    assert run.summary == run.comment
    assert run.calls[-1].startswith("api --silent repos/shop/templates/issues/7/comments --field body=@")


def test_the_next_run_writes_in_the_place_of_the_comment(workspace: Path, tmp_path: Path) -> None:
    for name, text in {"first": CHANGED, "second": TEMPLATE}.items():
        (workspace / "services" / "web" / "template.yaml").write_text(text)
        runner = tmp_path / name
        if name == "second":
            runner.mkdir()
            (tmp_path / "first" / "comment").rename(runner / "comment")
        run = Run(runner, workspace).start()
    assert run.passed
    assert "--method PATCH https://api.github.com/comments/1" in run.calls[-1]
    assert "Nothing changes" in run.comment


def test_a_mistake_fails_the_check_and_is_commented_all_the_same(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "web" / "template.yaml").write_text(WRONG)
    run = Run(tmp_path / "runner", workspace).start()
    assert run.outcomes["Lint"] == "failure"
    assert "::error file=services/web/template.yaml,line=" in run.printed
    assert run.outcomes["Comment"] == "success"
    assert "the macro refuses a file" in run.comment
    assert "```" not in run.comment


def test_a_token_that_may_not_write_fails_no_check(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "web" / "template.yaml").write_text(CHANGED)
    run = Run(tmp_path / "runner", workspace, may_comment=False).start()
    assert run.passed
    assert run.comment == ""
    (warning,) = (line for line in run.printed.splitlines() if line.startswith("::warning title=appmesh-inject::"))
    assert "HTTP 403" in warning
    assert "+          Value: mesh/apps/virtualNode/shop" in run.summary


def test_several_paths_and_globs(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "web" / "template.yaml").write_text(CHANGED)
    (workspace / "other.yaml").write_text(TEMPLATE)
    inputs = {"files": "services/*/template.yaml\n\n  other.yaml  \n"}
    run = Run(tmp_path / "runner", workspace, inputs=inputs).start()
    assert run.passed, run.printed
    for name in ("services/cart/template.yaml", "services/web/template.yaml", "other.yaml"):
        assert f"\n## `{name}`\n" in run.comment
        assert f"{name}: Web: injected" in run.printed
    assert "mesh/apps/virtualNode/shop" in run.comment


def test_a_file_that_is_gone_is_said(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "cart" / "template.yaml").unlink()
    run = Run(tmp_path / "runner", workspace, inputs={"files": "services/*/template.yaml"}).start()
    assert "`services/cart/template.yaml` is gone" in run.comment
    assert run.outputs["diff"] == {"differs": "true"}


def test_arguments_reach_lint_and_diff(workspace: Path, tmp_path: Path) -> None:
    (workspace / "services" / "web" / "template.yaml").write_text(CHANGED)
    run = Run(tmp_path / "runner", workspace, inputs={"arguments": "--log-level debug"}).start()
    assert run.passed, run.printed
    run = Run(tmp_path / "again", workspace, inputs={"arguments": "--log-level loud"}).start()
    assert run.outcomes["Lint"] == "failure"


@pytest.mark.parametrize(("event", "inputs"), [("push", {}), ("pull_request", {"comment": "false"})])
def test_without_a_pull_request_or_by_choice_there_is_no_comment(
    workspace: Path, tmp_path: Path, event: str, inputs: dict[str, str]
) -> None:
    run = Run(tmp_path / "runner", workspace, event=event, inputs=inputs).start()
    assert run.passed
    assert run.outcomes["Comment"] == "skipped"
    assert run.calls == []


def test_a_comment_that_is_too_long_is_cut_at_a_line(workspace: Path, tmp_path: Path) -> None:
    """One path gives no such comment, but several can."""
    run = Run(tmp_path / "runner", workspace)
    lines = [f"+ line {number}" for number in range(10_000)]
    run.prepare()
    (run.folder / "diff.md").write_text("\n".join(["<!-- appmesh-inject -->", "```diff", *lines, "```", ""]))
    assert run.step("Comment") == "success", run.printed
    assert len(run.comment) < 65_536
    kept, _, end = run.comment.partition("\n```\n\n")
    assert kept.splitlines()[-1] in lines
    assert end == "GitHub takes no longer comment. The summary of the run has all of it.\n"


def test_nothing_of_ours_is_left_in_the_repository(workspace: Path, tmp_path: Path) -> None:
    Run(tmp_path / "runner", workspace).start()
    trees = subprocess.run(["git", "worktree", "list"], cwd=workspace, check=True, capture_output=True, text=True)
    assert len(trees.stdout.splitlines()) == 1


def test_pips_cache_goes_by_the_lock() -> None:
    (cache,) = (step for step in ACTION["runs"]["steps"] if step.get("uses", "").startswith("actions/cache@"))
    (install,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == "Install")
    assert cache["with"]["path"] == install["env"]["PIP_CACHE_DIR"]
    assert "${{ steps.lock.outputs.sha256 }}" in cache["with"]["key"]


def test_what_a_user_writes_is_never_part_of_a_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
