"""What the report says of one exit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from appmesh_inject.exits.costs import Sum
from appmesh_inject.exits.limit_use import Measure
from appmesh_inject.exits.verdicts import Exit


class Moved(NamedTuple):
    """How many rows of a kind move. what: their plural."""

    what: str
    moves: int
    of: int


class Stop(NamedTuple):
    """What does not move, the sentence about it, and the rows or tasks where it stands."""

    why: str
    sentence: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExitView:
    """What one exit takes and asks. is_tried: its profile was tried, so that `render` says the same. loses:
    the features with this verdict. changes: the same, with the sentence about each. cost: None without traffic."""

    exit: Exit
    is_tried: bool
    moved: tuple[Moved, ...]
    stops: tuple[Stop, ...]
    loses: tuple[str, ...]
    changes: Mapping[str, str]
    questions: tuple[str, ...]
    measures: tuple[Measure, ...]
    cost: Sum | None

    @property
    def biting(self) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures if measure.bites)

    @property
    def is_lossless(self) -> bool:
        return not (self.stops or self.loses or self.biting)

    @property
    def left(self) -> int:
        """How many rows do not move."""
        return sum(each.of - each.moves for each in self.moved)
