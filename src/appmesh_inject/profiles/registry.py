"""The profiles, by name. Each is loaded when it is asked for: the macro's every import is cold start.

To add a profile is to add a module that has a PROFILE, and a row here.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from appmesh_inject.cfn.document import Json
from appmesh_inject.profiles.context import Context
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.settings.table import GA, PREVIEW, STANDALONE


class Profile(Protocol):
    """What becomes of marked workloads.

    documents: names of the kinds of document that it serves. consumes_mesh: the mesh resources say nothing more once
    its workloads are planned, so they leave the template.
    """

    @property
    def name(self) -> str: ...

    @property
    def documents(self) -> frozenset[str]: ...

    @property
    def consumes_mesh(self) -> bool: ...

    def plan(self, context: Context) -> Plan | Skip:
        """What to do about one workload."""

    def finish(self, template: Json, decided: Sequence[Decided]) -> Plan:
        """What to do about the whole document, once the plans for all workloads are carried out in it."""


MODULES = {
    PREVIEW: "appmesh_inject.profiles.preview",
    GA: "appmesh_inject.profiles.ga",
    STANDALONE: "appmesh_inject.profiles.standalone",
}


def profile(name: str) -> Profile:
    """The profile of that name."""
    found: Profile = import_module(MODULES[name]).PROFILE
    return found
