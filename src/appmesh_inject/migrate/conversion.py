"""Writes what profile `service-connect` gives into a template for good.

The target is what `render` gives, without the marks and without what shows a second run that a task is done. Where a
task of another profile still needs the macro, its mark, the call of the macro and the mesh stay. The result is checked:
rendering the new text gives what rendering the old one gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, edited, map_at, removals, replace, same, shown, value_if_there
from appmesh_inject.files import documents
from appmesh_inject.files.document_editing import edited_text, reread
from appmesh_inject.files.documents import Document
from appmesh_inject.files.text_editing import Placement
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.injection import NEVER_EXISTS, Action, Report
from appmesh_inject.mesh.export import OURS
from appmesh_inject.migrate.leftovers import leftovers
from appmesh_inject.migrate.retention import warning_of_deletion
from appmesh_inject.migrate.sidecar_removal import hoisted, marks
from appmesh_inject.migrate.task_equivalence import first_difference
from appmesh_inject.profiles.service_connect import STAMP
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.ignored_warnings import kept
from appmesh_inject.render.other_macros import NOT_LOOKED_INTO
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.resource_types import ECS_SERVICE, HTTP_NAMESPACE
from appmesh_inject.settings.table import SERVICE_CONNECT
from appmesh_inject.workloads.lost_marks import MARK
from appmesh_inject.workloads.task_definition import CLOUDFORMATION

_BEHIND = Placement({"DependsOn": ("Condition", "Type"), "Metadata": ("Condition", "Type")})
_NOT_CALLED = "AM901"


@dataclass(frozen=True, slots=True)
class Conversion:
    """text: the new text; None if a finding prevents it. reports: what happened to each task. keeps_macro: the tasks of
    other profiles, for which the macro and the mesh stay."""

    text: str | None
    reports: Sequence[Report]
    findings: Sequence[Finding] = ()
    keeps_macro: Sequence[str] = ()

    def is_converted(self, report: Report) -> bool:
        return report.action is Action.INJECTED and report.profile == SERVICE_CONNECT


def converted(document: Document, options: RenderOptions) -> Conversion:
    """Converts the tasks of a template that are marked for profile `service-connect`. Raises UserError if the text
    cannot be edited."""
    before = documents.template(document)
    result = rendered(before, options)
    if result.has_errors:
        return Conversion(None, result.reports, result.findings)
    written = _Written(before, map_at(result.document, ()), result.reports, options.macro)
    if not written.is_any:
        return Conversion(document.text, result.reports, result.findings)
    if problems := tuple(written.left_behind()):
        return Conversion(None, result.reports, (*result.findings, *problems))
    text = edited_text(document, [replace((), written.target())], _BEHIND)
    problems = _differences(reread(document, text), written.expected(), options)
    findings = [*result.findings, *problems]
    if not written.others:
        findings = [each for each in findings if each.code != _NOT_CALLED]
        findings += kept((*warning_of_deletion(before, written.target()), *leftovers(before)), before)
    return Conversion(None if problems else text, result.reports, findings, written.others)


def _differences(after: Json, expected: Json, options: RenderOptions) -> tuple[Finding, ...]:
    """The finding that rendering the new template does not give what is expected; empty if it does."""
    again = rendered(map_at(after, ()), options)
    if not again.has_errors and same(again.document, expected):
        return ()
    where = first_difference(expected, again.document) or ()
    reason = next((str(each) for each in again.findings if each.is_error), f"{shown(where)} would differ")
    message = f"the converted template would not render as this one does ({reason}), so nothing is written"
    return (Finding("AM609", "", where, message, CODES["AM609"].cure),)


@dataclass(frozen=True, slots=True)
class _Written:
    """before: the template as it is. after: as `render` gives it."""

    before: Mapping[str, Json]
    after: Mapping[str, Json]
    reports: Sequence[Report]
    macro: str

    @property
    def is_any(self) -> bool:
        """Whether the profile does anything to the template: to its tasks, or to a mesh that it exports."""
        return bool(self._tasks or self._added)

    @property
    def others(self) -> tuple[str, ...]:
        """The tasks of other profiles that the macro still has to inject."""
        return tuple(
            each.name for each in self.reports if each.action is Action.INJECTED and each.profile != SERVICE_CONNECT
        )

    @property
    def _tasks(self) -> list[Path]:
        """The paths of the tasks that are converted."""
        return [it.path for it in self.reports if it.action is Action.INJECTED and it.profile == SERVICE_CONNECT]

    @property
    def _added(self) -> list[str]:
        """The logical IDs of the namespaces that are added."""
        before = map_at(self.before, ("Resources",))
        resources = map_at(self.after, ("Resources",))
        return [name for name, it in resources.items() if name not in before and _type(it) == HTTP_NAMESPACE]

    def left_behind(self) -> Iterator[Finding]:
        """Findings about marked tasks that stay as they are, although the mesh leaves the template."""
        for report in () if self.others else self.reports:
            if report.action is Action.SKIPPED and report.reason in (NEVER_EXISTS, NOT_LOOKED_INTO):
                message = f"is marked and would stay as it is, without its mesh: {report.reason}"
                yield Finding("AM608", report.name, report.path, message, CODES["AM608"].cure)

    def target(self) -> Json:
        """The template to write."""
        expected = map_at(self.expected(), ())
        if not self.others:
            return expected
        # The macro does the rest at deployment. So what it finds has to be as it was.
        resources = dict(map_at(self.before, ("Resources",)))
        changed = {path[1] for path in self._tasks} | set(self._added)
        for name, resource in map_at(expected, ("Resources",)).items():
            if name in changed or (name in resources and _type(resource) == ECS_SERVICE):
                resources[name] = resource
        return {**self.before, "Resources": resources}

    def expected(self) -> Json:
        """What rendering the result has to give: no marks and no traces of what is converted."""
        after = self.after
        paths = [path for place in self._tasks for path in self._traces(place)]
        paths += [("Resources", name, "Metadata") for name in self._added]
        if not self.others:
            paths += [
                path
                for each in self.reports
                for path in marks(self._task(each.path), each.path, CLOUDFORMATION, self.macro)
            ]
            paths += [("Metadata", MARK)] if value_if_there(after, ("Metadata", MARK)) is not None else []
        return edited(after, removals(hoisted(after, paths)))

    def _traces(self, path: Path) -> Iterator[Path]:
        """The mark of a task, and what shows a second run that it is done."""
        yield from marks(self._task(path), path, CLOUDFORMATION, self.macro)
        stamp = (*path, "Metadata", OURS[0], STAMP)
        if value_if_there(self.after, stamp) is not None:
            yield stamp

    def _task(self, path: Path) -> Mapping[str, Json]:
        return map_at(self.after, path)


def _type(resource: Json) -> Json:
    return resource.get("Type") if isinstance(resource, Mapping) else None
