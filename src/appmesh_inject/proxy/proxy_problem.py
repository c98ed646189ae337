"""A problem of a running mesh."""

from typing import NamedTuple

ERROR, WARNING = "error", "warning"


class ProxyProblem(NamedTuple):
    """severity: ERROR where requests fail, WARNING where some do, or may. subject: of the mesh, in words."""

    severity: str
    subject: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.subject}: {self.message}. {self.hint}."
