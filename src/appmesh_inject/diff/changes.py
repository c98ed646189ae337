"""Compares two documents part by part, as unified diffs of their YAML."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.diff.configuration_changes import configuration_changes
from appmesh_inject.diff.document_parts import REST, DocumentPart, parts
from appmesh_inject.diff.embedded_text import with_text_parsed
from appmesh_inject.diff.redeployments import tasks_run
from appmesh_inject.files import yaml_writer
from appmesh_inject.injection import Report
from appmesh_inject.resource_types import ECS_SERVICE
from appmesh_inject.settings.table import SERVICE_CONNECT

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A part that differs. lines: the hunks. report: what happened to its workload. is_gone: the part was removed.
    is_new: it was added. belongs_to: what happened to the workloads that it is a part of, as an ECS service is of the
    tasks with Service Connect that it runs. configuration: what changes in the configurations of its Envoys, if the
    hunks leave that out."""

    part: DocumentPart
    lines: tuple[str, ...]
    report: Report | None = None
    is_gone: bool = False
    is_new: bool = False
    belongs_to: tuple[Report, ...] = ()
    configuration: tuple[str, ...] = ()

    @property
    def reports(self) -> tuple[Report, ...]:
        """What happened to all its workloads."""
        return self.belongs_to if self.report is None else (self.report, *self.belongs_to)

    @property
    def added(self) -> int:
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.startswith("-") for line in self.lines)

    @property
    def configured(self) -> int:
        """The number of routes, clusters and listeners that change."""
        return sum(line.startswith(" ") for line in self.configuration)


def changes(before: Json, after: Json, reports: Sequence[Report], *, is_full: bool = False) -> tuple[Change, ...]:
    """The parts that differ, in the order of `after`, then the removed ones. None stands for a missing document.
    is_full: the hunks show the configurations of Envoys line by line."""
    old = {part.name: part for part in (parts(before) if before is not None else ())}
    new = {part.name: part for part in (parts(after) if after is not None else ())}
    found: list[Change] = []
    for name, part in new.items():
        earlier = old.get(name)
        if earlier is None or earlier.value != part.value:
            was = earlier.value if earlier else None
            lines = _hunks(was, part.value, is_full=is_full)
            routes = () if is_full else tuple(configuration_changes(was, part.value))
            # Values can differ although their texts are equal, such as 80 and 80.0. These are not changes.
            if lines or routes:
                report, of_service, is_new = _report(part, reports), _of_service(part, reports), earlier is None
                found.append(Change(part, lines, report, is_new=is_new, belongs_to=of_service, configuration=routes))
    for name, part in old.items():
        if name not in new:
            found.append(Change(part, _hunks(part.value, None, is_full=is_full), is_gone=True))
    return tuple(found)


def _report(part: DocumentPart, reports: Sequence[Report]) -> Report | None:
    if part.name == REST:
        return None
    return next((report for report in reports if report.path[: len(part.path)] == part.path), None)


def _of_service(part: DocumentPart, reports: Sequence[Report]) -> tuple[Report, ...]:
    """The reports of the tasks that a service runs and that Service Connect is configured for there."""
    run = tasks_run(part.value) if part.kind == ECS_SERVICE else ()
    return tuple(report for report in reports if report.profile == SERVICE_CONNECT and report.name in run)


def _hunks(before: Json, after: Json, *, is_full: bool) -> tuple[str, ...]:
    old, new = (_lines(value, is_full=is_full) for value in (before, after))
    return tuple(difflib.unified_diff(old, new, n=CONTEXT, lineterm=""))[2:]


def _lines(value: Json, *, is_full: bool) -> list[str]:
    # The writer escapes line breaks in strings or uses literal blocks, so splitting at line breaks is safe.
    if value is None:
        return []
    return yaml_writer.written(with_text_parsed(value, hides_configurations=not is_full)).split("\n")[:-1]
