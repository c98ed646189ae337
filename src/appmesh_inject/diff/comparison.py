"""The comparison of one document with what the macro makes of it, or of two documents with each other."""

from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.diff.changes import Change, changes
from appmesh_inject.diff.document_parts import REST, uncalled
from appmesh_inject.diff.redeployments import Redeployment, redeployed
from appmesh_inject.render.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs in one file. workloads: how many there are; redeployments: None where there is no earlier
    version that could be deployed."""

    name: str
    changes: tuple[Change, ...]
    workloads: int
    redeployments: tuple[Redeployment, ...] | None = None

    @property
    def is_same(self) -> bool:
        return not self.changes

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes that are worth their lines."""
        return tuple(change for change in self.changes if not self._is_removed_resource(change))

    @property
    def removed_resources(self) -> tuple[Change, ...]:
        """Resources that leave the template with the injection: the mesh, whose text says nothing about the tasks."""
        return tuple(change for change in self.changes if self._is_removed_resource(change))

    def _is_removed_resource(self, change: Change) -> bool:
        return self.redeployments is None and change.is_gone and change.part.name != REST


def effect(name: str, before: Json, result: Rendered, macro: str) -> Comparison:
    """What the macro does to one document."""
    # What other macros are called for is the same before and after.
    found = changes(uncalled(before, macro), uncalled(result.document, macro), result.reports)
    return Comparison(name, found, len(result.reports))


def difference(name: str, old: Rendered | None, new: Rendered | None) -> Comparison:
    """What differs between two rendered documents; None stands for one that is not there."""
    before, after = (each.document if each else None for each in (old, new))
    reports = new.reports if new else ()
    found = changes(before, after, reports)
    workloads = len(reports) if new else len(old.reports if old else ())
    return Comparison(name, found, workloads, redeployed(before, after))
