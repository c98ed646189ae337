"""Findings: the mistakes of the user, as values. Exceptions are for bugs.

`CODES` is the one table of them. A code never changes its meaning and is never used again for another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from appmesh_inject import tree
from appmesh_inject.tree import Path


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for: the mistake, and what to do instead."""

    severity: Severity
    mistake: str
    cure: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: its code, the workload it is about (logical ID; empty: the document), where, what, and
    what to do instead."""

    code: str
    subject: str
    path: Path
    message: str
    hint: str

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = " ".join(part for part in (self.subject, tree.shown(self.path)) if part)
        return f"{self.code} {place + ': ' if place else ''}{self.message}. {self.hint}."


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, errors first, then by place and code: the same for the same mistakes, always."""
    return tuple(
        sorted(
            set(findings),
            key=lambda f: (
                not f.is_error,
                f.subject,
                [str(step).zfill(6) for step in f.path],
                f.code,
                f.message,
            ),
        )
    )


def _error(mistake: str, cure: str) -> Code:
    return Code(Severity.ERROR, mistake, cure)


def _warning(mistake: str, cure: str) -> Code:
    return Code(Severity.WARNING, mistake, cure)


CODES: dict[str, Code] = {}
