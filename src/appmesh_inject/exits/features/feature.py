"""A feature of App Mesh: the properties that ask for it, and the judgement of each exit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from appmesh_inject.exits.feature_conditions import Condition
from appmesh_inject.exits.properties import WHOLE, GivenProperty
from appmesh_inject.exits.sources import COMPILED, Source
from appmesh_inject.exits.verdicts import Exit, Judgement, keeps

KEPT = keeps("Compiled into Envoy's configuration, as App Mesh did", COMPILED)


@dataclass(frozen=True)
class Feature:
    """One row of the table.

    paths: `KIND|KIND PATH`, the types of resource and the path of a property in them. In a path `*` is a step or a part
    of one, `**` is any number of steps, and `.` alone is the resource as a whole. where: of several features of one
    property, the first whose condition holds counts. codes: of the findings that are about the feature wherever in
    the resource, or in its task, they stand.
    """

    name: str
    paths: tuple[str, ...]
    standalone: Judgement
    service_connect: Judgement
    alb: Judgement
    lattice: Judgement
    where: Condition | None = None
    codes: tuple[str, ...] = ()

    @property
    def judgements(self) -> Mapping[Exit, Judgement]:
        return {
            Exit.STANDALONE: self.standalone,
            Exit.SERVICE_CONNECT: self.service_connect,
            Exit.ALB: self.alb,
            Exit.LATTICE: self.lattice,
        }

    def covers(self, kind: str, path: str) -> bool:
        """Whether the feature is about this property, under whatever condition."""
        return any(kind in kinds and pattern.fullmatch(path) for kinds, pattern in self._patterns)

    def applies(self, found: GivenProperty) -> bool:
        return self.covers(found.kind, found.path) and (self.where is None or self.where.holds(found))

    @cached_property
    def _patterns(self) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
        return tuple(
            (tuple(kinds.split("|")), _pattern(path)) for kinds, _, path in (each.partition(" ") for each in self.paths)
        )


def _pattern(path: str) -> re.Pattern[str]:
    if path == WHOLE:
        return re.compile(r"\.")
    steps = {"**": r".+"}
    return re.compile(r"\.".join(steps.get(step, step.replace("*", r"[^.]+")) for step in path.split(".")))


def kept_everywhere(
    name: str, paths: tuple[str, ...], sentence: str, source: Source, where: Condition | None = None
) -> Feature:
    """A feature that every exit keeps for the same reason."""
    kept = keeps(sentence, source)
    return Feature(name, paths, kept, kept, kept, kept, where)
