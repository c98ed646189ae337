"""The exits, and the verdicts about what becomes of a part of a mesh there."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from appmesh_inject.exits.sources import Source


class Exit(StrEnum):
    """A way out of App Mesh. The values are also the names of the columns; the first two are those of profiles."""

    STANDALONE = "standalone"
    SERVICE_CONNECT = "service-connect"
    ALB = "alb"
    LATTICE = "lattice"


EXITS = tuple(Exit)

TITLES: Mapping[Exit, str] = {
    Exit.STANDALONE: "a standalone Envoy in each task",
    Exit.SERVICE_CONNECT: "ECS Service Connect",
    Exit.ALB: "an internal Application Load Balancer",
    Exit.LATTICE: "Amazon VPC Lattice",
}

WITHOUT_SIDECARS = (Exit.ALB, Exit.LATTICE)
"""Service Connect has a sidecar too: ECS adds it, and the task pays for it."""


class Verdict(StrEnum):
    """What becomes of a part of the mesh, from best to worst."""

    KEEPS = "keeps"
    CHANGES = "changes"
    LOSES = "loses"
    CANNOT = "cannot"

    @property
    def rank(self) -> int:
        return list(Verdict).index(self)


MEANINGS: Mapping[Verdict, str] = {
    Verdict.KEEPS: "works as it does now",
    Verdict.CHANGES: "works, but in another way, or needs a change elsewhere",
    Verdict.LOSES: "requests still arrive, but this protection or insight is gone",
    Verdict.CANNOT: "does not move as it is: requests would go elsewhere, be repeated, be refused or travel open",
}


class Judgement(NamedTuple):
    """The verdict of one exit about one feature, a sentence for people, and where it was read."""

    verdict: Verdict
    sentence: str
    source: Source


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of the verdicts; keeps if there is none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.KEEPS)


def keeps(sentence: str, source: Source) -> Judgement:
    return Judgement(Verdict.KEEPS, sentence, source)


def changes(sentence: str, source: Source) -> Judgement:
    return Judgement(Verdict.CHANGES, sentence, source)


def loses(sentence: str, source: Source) -> Judgement:
    return Judgement(Verdict.LOSES, sentence, source)


def cannot(sentence: str, source: Source) -> Judgement:
    return Judgement(Verdict.CANNOT, sentence, source)
