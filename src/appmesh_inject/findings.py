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

CODES |= {
    "AM301": _error(
        "a value that decides the mesh's structure is not known", "write the value, or a Ref to a parameter"
    ),
    "AM302": _error("a mesh property has a value that it cannot have", "correct the value"),
    "AM303": _error("a mesh property that is required is missing", "add it"),
    "AM304": _error("a mesh resource has a property that App Mesh does not have", "correct the name"),
    "AM305": _error("of properties that exclude each other, several or none are given", "give exactly one"),
    "AM306": _error("a mesh resource refers to one that is not in the template", "define it in the same template"),
    "AM307": _error("two mesh resources of a kind have the same name", "rename one"),
    "AM308": _error("the virtual node or gateway of a task is not in the template", "define it, or correct the name"),
    "AM309": _error("whether a mesh resource exists is not known", "take its condition or loop away"),
    "AM310": _error("TLS uses ACM, whose keys only App Mesh could deliver", "use files or SDS"),
    "AM311": _error("a Cloud Map service cannot be found by DNS", "give it A records and no attributes"),
    "AM312": _error("services that Envoy cannot tell apart share a port", "give one of them another port"),
    "AM313": _error("protocols of router, route and node differ", "use one protocol"),
    "AM314": _error("all weights of a route are 0", "give one target a weight"),
    "AM315": _error("a target node has no listener or no service discovery", "add it"),
    "AM316": _error("a port has to be named where there are several listeners", "name the port"),
    "AM317": _error("a port is named that no listener has", "name a listener's port"),
    "AM318": _error("the port of a virtual router is not known", "give the router a listener"),
    "AM319": _error("Envoy's configuration is larger than a task definition can hold", "have fewer backends"),
    "AM320": _error("TLS uses SDS, and there is no socket for it", "set APPMESH_SDS_SOCKET_PATH"),
    "AM321": _error("a virtual service is named twice", "keep one"),
    "AM322": _error("a text cannot stand in Envoy's configuration", "write it without such characters"),
    "AM323": _error("a regular expression is none of RE2's", "rewrite it"),
    "AM324": _error("a variable of the envoy container cannot be used", "correct it"),
    "AM325": _error("a reference to a mesh resource that leaves the template", "take it out, or refer to the name"),
    "AM326": _error("a value of the mesh's template cannot be resolved here", "write the value itself"),
    "AM327": _error("two listeners of Envoy would have one port", "change a port"),
    "AM351": _warning("outlier detection has no effect on a single address", "use ResponseType ENDPOINTS"),
    "AM352": _warning("nothing consumes the health check of a virtual gateway", "check it from the load balancer"),
    "AM353": _warning("a variable of the envoy container has no effect any more", "take it out"),
    "AM354": _warning("a Cloud Map namespace is not in the template", "make sure that it is a DNS namespace"),
    "AM355": _warning("DNS gives at most eight addresses of a Cloud Map service", "see CloudMapDns"),
    "AM356": _warning("weights are fixed in the task definitions", "redeploy the callers to change them"),
    "AM357": _warning("ALLOW_ALL lets hosts through that App Mesh answered with 404", "use DROP_ALL to refuse them"),
    "AM358": _warning("the mesh itself is not in the template", "define it to set its egress filter"),
    "AM359": _warning("a virtual service has no provider", "give it one, or it answers 404"),
    "AM360": _warning("an exported output goes with the mesh resource that it pointed at", "see who imports it"),
}
