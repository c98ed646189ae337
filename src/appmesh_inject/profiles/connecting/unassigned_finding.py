"""A mistake in a task definition or ECS service, before it is known which workload it is about."""

from typing import NamedTuple

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding


class UnassignedFinding(NamedTuple):
    """A finding without its subject."""

    code: str
    path: Path
    message: str
    hint: str

    def finding(self, subject: str) -> Finding:
        return Finding(self.code, subject, self.path, self.message, self.hint)
