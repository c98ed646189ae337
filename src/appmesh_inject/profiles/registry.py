"""The profiles, by name. Each is imported when first used, since every import prolongs the macro's cold start.

To add a profile, add a module with a PROFILE, a row here, and its name to PROFILES in `settings/table.py`.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Protocol

from appmesh_inject.cfn.document import Json
from appmesh_inject.profiles.context import Context, DocumentContext
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.settings.table import GA, PREVIEW, SERVICE_CONNECT, STANDALONE


class Profile(Protocol):
    """Plans what is done to marked workloads.

    documents: names of the kinds of document that it supports. consumes_mesh: its plans replace the mesh resources, so
    these are removed from the template.
    """

    @property
    def name(self) -> str: ...

    @property
    def documents(self) -> frozenset[str]: ...

    @property
    def consumes_mesh(self) -> bool: ...

    def plan(self, context: Context) -> Plan | Skip:
        """The edits for one workload, or the reason to leave it alone."""

    def finish(self, template: Json, decided: Sequence[Decided], whole: DocumentContext) -> Plan:
        """The edits for the whole document. template: with the plans of all workloads applied."""


MODULES = {
    PREVIEW: "appmesh_inject.profiles.preview",
    GA: "appmesh_inject.profiles.ga",
    STANDALONE: "appmesh_inject.profiles.standalone",
    SERVICE_CONNECT: "appmesh_inject.profiles.service_connect",
}


@cache
def profile(name: str) -> Profile:
    """The profile called `name`."""
    loaded: Profile = import_module(MODULES[name]).PROFILE
    return loaded
