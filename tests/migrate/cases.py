"""The cases of adopt and remove, one folder for each. New folders are found automatically.

CASE/template.yaml or .json    the original document; optional if there is a `manifests.yaml`
CASE/options.txt               optional: options of the commands, one on each line
CASE/adopted.*                 the result of `adopt`; missing if it refuses
CASE/removed.*                 the result of `remove`; missing if it refuses
CASE/report.txt                what both print on stderr
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

from appmesh_inject.files import documents
from appmesh_inject.findings import Finding
from appmesh_inject.migrate.adoption_decisions import AdoptedTask, UntouchedTask, decisions
from appmesh_inject.migrate.marks import in_metadata, in_tags
from appmesh_inject.render import input_files
from appmesh_inject.render.render_result import RenderOptions
from tests.cli.command import Ran, run

ROOT = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """The files of one case."""

    input: Path

    @property
    def folder(self) -> Path:
        return self.input.parent

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def options(self) -> list[str]:
        file = self.folder / "options.txt"
        return file.read_text().splitlines() if file.exists() else []

    def expected(self, verb: str) -> Path:
        return self.folder / f"{verb}{self.input.suffix}"

    def run(self, command: str, file: Path | None = None, *options: str) -> Ran:
        own = self.options if command == "adopt" else [o for o in self.options if o.startswith("--macro-name")]
        return run(command, str(file or self.input), *own, *options)

    def said(self, *ran: Ran) -> str:
        return "".join(each.err for each in ran).replace(str(self.input), self.input.name)


def cases() -> list[Case]:
    return [Case(path) for path in sorted(ROOT.glob("*/template.*"))]


def refusals() -> Iterator[tuple[Path, Finding]]:
    """The findings that prevent adoption of the cases' templates."""
    for case in cases():
        input_file = input_files.load(str(case.input))
        marking = (
            in_metadata(documents.template(input_file.document), RenderOptions())
            if input_file.is_template
            else in_tags(RenderOptions())
        )
        for decision in (
            decisions(input_file.document.content, marking, RenderOptions()) if "refused" in case.name else ()
        ):
            if not isinstance(decision, AdoptedTask | UntouchedTask):
                yield from ((case.input, finding) for finding in decision)


def value(text: str, folder: Path) -> Any:
    """The value of a template, read by cfn-lint or as JSON, not by the reader under test."""
    file = folder / "read"
    if text.lstrip().startswith("{"):
        return json.loads(text)
    file.write_text(text)
    return json.loads(json.dumps(cfn_yaml.load(str(file)), default=str))


IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "ContainerDefinitions": ("Name",),
    "Environment": ("Name",),
    "Secrets": ("Name",),
    "Ulimits": ("Name",),
    "ProxyConfigurationProperties": ("Name",),
    "PortMappings": ("ContainerPort", "Protocol"),
    "DependsOn": ("ContainerName",),
}


def meant(template: Any) -> Any:
    """A template with unordered lists sorted, and without members that are AWS::NoValue."""
    if isinstance(template, dict):
        return {key: _meant(key, member) for key, member in template.items() if member != {"Ref": "AWS::NoValue"}}
    return [meant(item) for item in template] if isinstance(template, list) else template


def _meant(key: str, member: Any) -> Any:
    names = IDENTITIES.get(key[:1].upper() + key[1:].replace("properties", "ProxyConfigurationProperties"))
    value_ = meant(member)
    if names and isinstance(value_, list):
        return sorted(value_, key=lambda item: json.dumps(item, sort_keys=True))
    return value_
