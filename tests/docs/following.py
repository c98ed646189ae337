"""A page is followed: its files are written, its commands run, and what it shows is compared with what comes out."""

import json
import re
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml
from cfnlint.api import lint_all

from tests.conftest import REPOSITORY
from tests.docs.pages import GENERATED, Fence, fences, holds, matches, name
from tests.docs.running import Shell

ENGINE = "make test-e2e runs it"
"""Why a command is not run where there is no CloudFormation."""

ENVOYS = "make test-dataplane runs it"
"""Why a command is not run where there are no Envoys in tasks."""

REASONS = {
    "needs a cluster",
    "needs an AWS account",
    "needs another account",
    "needs Docker",
    "needs Terraform",
    "needs what make runtime builds",
    "needs what make release builds",
    "needs an account of the maintainer",
    ENGINE,
    ENVOYS,
}
"""Why a command of a page is not run."""

TARGETS = re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)


class CfnLoader(yaml.SafeLoader):
    """YAML with the short forms of functions."""


CfnLoader.add_multi_constructor("!", lambda loader, tag, node: None)


def followed(
    page: Path, folder: Path, shell: Shell, between: Callable[[], None] = lambda: None, *, reached: str = ""
) -> str:
    """The page with what its commands print in place of what it shows; where it shows a part, that is compared.
    `between` is called before each fence. reached: ENGINE or ENVOYS, if the commands that need it can be run."""
    text = page.read_text()
    seen = [path.read_text() for path in linked(page)]
    printed: str | None = ""
    edits: list[tuple[tuple[int, int], str]] = []
    templates: list[Path] = []
    refused: set[Path] = set()
    for fence in fences(text):
        between()
        where = f"{name(page)}:{fence.line}"
        if fence.title:
            file = folder / fence.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence.text)
            parsed(fence)
            seen.append(fence.text)
            templates += [file] if is_template(fence) else []
        elif fence.language == "sh" and fence.reason == ENVOYS != reached:
            printed = None
        elif fence.language == "sh" and is_run(fence, where, reached):
            code, printed = shell.run(fence.text)
            assert code == fence.exit_code, f"{where}: exit code {code}\n{printed}"
            seen.append(printed)
            refused |= {path for path in templates if code and re.search(rf"(render|lint) .*\b{path.name}", fence.text)}
        elif fence.language == "text":
            if printed is None:
                continue
            if "..." in fence.text:
                assert matches(fence.text, printed), f"{where}: what comes out is\n{printed}"
            else:
                lines = "\n".join(line.rstrip() for line in printed.splitlines())
                edits.append((fence.span, textwrap.indent(lines, fence.indent) + "\n"))
        elif fence.language != "sh" and GENERATED not in text:
            assert any(holds(each, fence.text) for each in seen), f"{where}: shows what nothing on the page has"
    for path in templates:
        if path not in refused:
            assert linted(text, path, folder, shell) == [], path
    for (start, end), new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text


def is_run(fence: Fence, where: str, reached: str) -> bool:
    """Whether the commands are run here. Those that are not say why; `make` runs in .ci/run, and has the target."""
    if fence.reason and fence.reason != reached:
        assert fence.reason in REASONS, where
        return False
    if all(re.match(r"(make (?!-C)|#|$)", line) for line in fence.text.splitlines()):
        called = re.findall(r"^make (?:\w+=\S+ )*([a-z0-9-]+)", fence.text, re.MULTILINE)
        assert set(called) <= set(TARGETS), where
        return False
    return True


def is_template(fence: Fence) -> bool:
    return fence.language == "yaml" and re.search("^Resources:", fence.text, re.MULTILINE) is not None


def linted(page: str, template: Path, folder: Path, shell: Shell) -> list[str]:
    """cfn-lint's errors and warnings about what becomes of a template, rendered as the page renders it. Not those that
    say of each App Mesh resource that App Mesh is gone."""
    file = template.relative_to(folder)
    found = re.search(rf"^appmesh-inject render (.*\b{re.escape(template.name)}\b.*?)( -o \S+)?$", page, re.MULTILINE)
    code, rendered = shell.run(f"appmesh-inject render {found[1] if found else file} 2>/dev/null")
    assert code == 0, file
    problems = [match for match in lint_all(rendered) if not match.rule.id.startswith("I")]
    return [str(match) for match in problems if "Resource type 'AWS::AppMesh::" not in match.message]


def linked(page: Path) -> list[Path]:
    """The files of the repository that a page links to, its pictures aside."""
    links = re.findall(r"\]\((?!http|#)([^)#\s]+)", page.read_text())
    files = [(page.parent / link).resolve() for link in links]
    return [file for file in files if file.is_file() and file.suffix in (".yaml", ".json", ".py", ".tf", ".toml")]


def parsed(fence: Fence) -> None:
    """Raises where a file is not in its own language."""
    if fence.language == "yaml":
        list(yaml.load_all(fence.text, Loader=CfnLoader))
    elif fence.language == "json":
        json.loads(fence.text)
    elif fence.language == "toml":
        tomllib.loads(fence.text)
