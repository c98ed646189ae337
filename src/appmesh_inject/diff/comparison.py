"""Compares a document with the macro's result, or two results with each other."""

from collections.abc import Collection
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.diff.changes import Change, changes
from appmesh_inject.diff.document_parts import REST, uncalled
from appmesh_inject.diff.redeployments import Redeployment, live_parameters, redeployed
from appmesh_inject.injection import Report
from appmesh_inject.render.render_result import Rendered


@dataclass(frozen=True, slots=True)
class FileComparison:
    """The differences in one file. workloads: their number. redeployments: the services that get a new revision.
    is_effect: the document is compared with what the macro makes of it, not one version with another. values: the names
    of the parameters that get another value. live: those of them that are live weights. is_full: it is shown whole."""

    name: str
    changes: tuple[Change, ...]
    workloads: int
    redeployments: tuple[Redeployment, ...] = ()
    is_effect: bool = False
    values: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    is_full: bool = False

    @property
    def is_same(self) -> bool:
        return not self.changes and not self.values

    @property
    def changed_workloads(self) -> tuple[Report, ...]:
        """What happened to the workloads that change, themselves or in what is a part of them."""
        return tuple({report.path: report for change in self.changes for report in change.reports}.values())

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes to show in full."""
        return tuple(change for change in self.changes if not self._is_removed_resource(change))

    @property
    def removed_resources(self) -> tuple[Change, ...]:
        """Resources that injection removes from the template. They belong to the mesh, and their text says nothing
        about tasks."""
        return tuple(change for change in self.changes if self._is_removed_resource(change))

    def _is_removed_resource(self, change: Change) -> bool:
        return self.is_effect and not self.is_full and change.is_gone and change.part.name != REST


def effect(name: str, before: Json, result: Rendered, macro: str, *, is_full: bool = False) -> FileComparison:
    """Compares one document before and after the macro. is_full: everything is shown."""
    # Calls of the macro are always removed, so they are removed on both sides. Calls of other macros stay.
    found = changes(uncalled(before, macro), uncalled(result.document, macro), result.reports, is_full=is_full)
    revised = redeployed(before, result.document)
    return FileComparison(name, found, len(result.reports), revised, is_effect=True, is_full=is_full)


def difference(
    name: str, old: Rendered | None, new: Rendered | None, changed: Collection[str] = (), *, is_full: bool = False
) -> FileComparison:
    """Compares two rendered documents; None stands for a missing one. changed: the names of the parameters that get
    another value. is_full: everything is shown."""
    before, after = (each.document if each else None for each in (old, new))
    reports = new.reports if new else ()
    found = changes(before, after, reports, is_full=is_full)
    workloads = len(reports) if new else len(old.reports if old else ())
    live = live_parameters(after, changed)
    revised = redeployed(before, after, changed)
    return FileComparison(name, found, workloads, revised, values=tuple(sorted(changed)), live=live, is_full=is_full)
