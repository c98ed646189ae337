"""The page that explains the findings, `docs/reference/findings.md`: made of the table of codes and of cases."""

import functools
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from appmesh_inject.cfn.document import Json, existing
from appmesh_inject.cfn.document import Path as DocumentPath
from appmesh_inject.files import documents, yaml_writer
from appmesh_inject.files.errors import UserError
from appmesh_inject.findings import CODES, Finding
from tests.golden.cases import cases
from tests.mesh.meshes import findings, mesh
from tests.mesh.test_refusals import REFUSED
from tests.migrate.cases import refusals
from tests.reference import example_templates

HEAD = """\
<!-- generated -->
# Findings

Every code of the macro and the command line: what is wrong, why, and what to do.

An error stops the injection: nothing is changed. A warning does not. A code keeps its meaning for ever.

This page is made from the code and from test cases: `make golden` writes it.
"""

CHAPTERS: Mapping[str, str] = {
    "AM0": "The document",
    "AM1": "Settings",
    "AM2": "Task definitions",
    "AM3": "The mesh (profile `standalone`)",
    "AM4": "ECS Service Connect (profile `service-connect`)",
    "AM5": "Pods",
    "AM6": "Edited files (`adopt`, `convert`)",
    "AM9": "The template and its time",
}

EXPLANATIONS = Path(__file__).parent
"""Where the files `explanations*.yaml` are."""

AROUND = 3
"""Lines that an example shows before and after the one that it is about."""


@dataclass(frozen=True)
class Example:
    """What shows a finding, a template or several, and the finding as it is told."""

    said: str
    texts: tuple[str, ...]


def page() -> str:
    return "\n".join([HEAD, *_overview(), *_chapters()])


def _overview() -> Iterator[str]:
    yield "| Code | Severity | What is wrong |\n| --- | --- | --- |"
    yield from (f"| [{code}](#{code.lower()}) | {row.severity} | {row.mistake} |" for code, row in CODES.items())
    yield ""


def _chapters() -> Iterator[str]:
    chapter = ""
    for code, row in CODES.items():
        if code[:3] != chapter:
            chapter = code[:3]
            yield f"## {CHAPTERS[chapter]}\n"
        yield f"### {code}\n\n**{row.mistake}.** ({row.severity})\n\nWhat to do: {row.cure}.\n"
        yield from _explained(code)
        example = _examples()[code]
        yield from (f"```yaml\n{text}\n```\n" for text in example.texts)
        lines = textwrap.fill(_plain(example.said), 118, break_long_words=False, break_on_hyphens=False)
        yield textwrap.indent(lines, "> ") + "\n"


@functools.cache
def explanations() -> Mapping[str, Mapping[str, Any]]:
    """What there is to say of each code beyond its row: `why` it is found, how to `see` it, and the ways `out`."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(EXPLANATIONS.glob("explanations*.yaml")):
        found |= yaml.safe_load(file.read_text())
    return found


def _explained(code: str) -> Iterator[str]:
    text = explanations().get(code)
    if text:
        yield _filled(f"Why: {text['why']}") + "\n"
        yield _filled(f"How to see it: {text['see']}") + "\n"
        yield "Ways out:\n"
        yield "\n".join(_filled(f"- {way}", "  ") for way in text["out"]) + "\n"


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _plain(said: str) -> str:
    """The finding without what Markdown would read."""
    return said.replace("*", "\\*").replace("<", "&lt;").replace("__", "\\_\\_")


@functools.cache
def _examples() -> Mapping[str, Example]:
    """An example of each code: written for it, or else the first of the golden cases, of the cases of adoption, or of
    those that break a mesh. Cases of `service-connect` come last, since most of their meshes are large."""
    found: dict[str, Example] = {
        code: Example(
            example_templates.told(code),
            tuple(example_templates.shown(path).rstrip() for path in example_templates.templates(code)),
        )
        for code in example_templates.codes()
    }
    first: list[tuple[Path, Finding]] = []
    last: list[tuple[Path, Finding]] = []
    for case in cases():
        connects = "/service-connect" in case.name
        (last if connects else first).extend((case.input, finding) for finding in case.outcome.findings)
    _add_excerpts(found, [*first, *refusals()])
    for _, changes, code, _ in REFUSED:
        if code not in found:
            template = {"Resources": mesh(**changes)}
            finding = next(each for each in findings(template["Resources"]) if each.code == code)
            found[code] = Example(str(finding), (_dumped(template, finding.path),))
    for file, finding in last:
        document = documents.parsed("", file.read_text()).content
        if finding.code not in found and len(existing(document, finding.path)) >= max(len(finding.path) - 1, 1):
            found[finding.code] = Example(str(finding), (_dumped(document, finding.path),))
    return found


def _add_excerpts(found: dict[str, Example], shown: Iterable[tuple[Path, Finding]]) -> None:
    """Adds an example of each code that has none, from the file in which it was found."""
    for file, finding in shown:
        if finding.code not in found:
            text = _excerpt(file.read_text(), finding.path)
            if text:
                found[finding.code] = Example(str(finding), (text,))


def _excerpt(text: str, path: DocumentPath) -> str:
    """The lines of a file around the one at `path`; empty where the path does not lead into it."""
    try:
        document = documents.parsed("", text)
    except UserError:
        return ""
    if not path or len(existing(document.content, path)) < len(path) - 1:
        return ""
    lines = text.splitlines()
    line = document.place(path).line - 1
    shown = lines[max(line - AROUND, 0) : line + AROUND + 1]
    return textwrap.dedent("\n".join(shown))


def _dumped(template: Json, path: DocumentPath) -> str:
    """The resource that `path` leads into, down to the member that the finding is about."""
    place = existing(template, path)
    value: Json = template
    outer: list[str] = []
    for depth, step in enumerate(place):
        if depth < len(place) - 1:
            outer.append("  " * depth + (f"{step}:" if isinstance(step, str) else "-"))
        value = value[step]  # type: ignore[index]
    last = place[-1]
    member: Json = {last: value} if isinstance(last, str) else [value]
    lines = yaml_writer.written(member).splitlines()
    short = lines if len(lines) <= 12 else [*lines[:12], "..."]
    return "\n".join([*outer, *("  " * len(outer) + line for line in short)])
