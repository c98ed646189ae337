"""What can be decided about a workload: a plan, a reason to skip it, or neither where it is refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import Configuration
from appmesh_inject.profiles.sidecar.template import Values
from appmesh_inject.settings.layers import Asked
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.model import Workload


class ListPlan(NamedTuple):
    """What happens to one container list. `path`: where it is; `items`: what it holds.

    replaced: sidecars in the place of others; waiting: containers that depend on the envoy now; both by index.
    appended: sidecars at the end.
    """

    path: Path
    items: Sequence[Json]
    replaced: Mapping[int, Json]
    waiting: Mapping[int, Json]
    appended: tuple[Json, ...]

    @property
    def changes_nothing(self) -> bool:
        return not self.replaced and not self.waiting and not self.appended


class Basis(NamedTuple):
    """What an envoy was built from. values: what went into its slots. configure: makes the configuration that it runs
    for a workload that is alike; None: it gets its configuration from a mesh. findings: those of its own."""

    values: Values
    configure: Callable[[Workload, Asked], Configuration] | None = None
    findings: tuple[Finding, ...] = ()


class Plan(NamedTuple):
    """What happens to one workload. redirect: the ProxyConfiguration to write; None: as it is. basis: of its envoy,
    where every sidecar was appended to one list; none: it was not that plain. like: the sidecars of a plan that differ
    from these in names alone."""

    lists: tuple[ListPlan, ...]
    redirect: Json
    redirect_path: Path
    basis: Basis | None = None
    like: tuple[Json, ...] = ()

    @property
    def added(self) -> Iterable[Json]:
        """The sidecars that are written, or those that are like them: of their size, and one object for many plans."""
        return self.like or [one for each in self.lists for one in (*each.replaced.values(), *each.appended)]


class Skip(NamedTuple):
    """Why a workload is left alone, in words."""

    reason: str


class Decision(NamedTuple):
    """A plan, a reason to skip, or None: refused. The findings hold warnings too."""

    outcome: Plan | Skip | None
    findings: tuple[Finding, ...] = ()


class Decided(NamedTuple):
    """A workload with what it asked for and what was decided. `asked`: its names and their places are those of the
    workload that it is like, where there is one."""

    workload: Workload
    asked: Asked
    decision: Decision

    @property
    def is_in_a_mesh(self) -> bool:
        return bool(self.workload.levels) and self.asked.settings.enabled is not False

    @property
    def is_standalone(self) -> bool:
        return self.is_in_a_mesh and self.asked.settings.profile == STANDALONE
