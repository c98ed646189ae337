"""What a profile may look at when it plans for one workload."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, Leaf, Literal, Scope, function, if_, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import Meshes
from appmesh_inject.settings.layers import RequestedSettings
from appmesh_inject.settings.platform_defaults import PlatformDefaults
from appmesh_inject.settings.table import Settings
from appmesh_inject.settings.types import quoted, shown_literal
from appmesh_inject.workloads.model import Container, DocumentKind, Workload

if TYPE_CHECKING:
    from appmesh_inject.profiles.sidecar.build import Draft


@dataclass(frozen=True, slots=True)
class Context:
    """A workload in its document, what it asks for, what the platform team set, and the meshes at hand.

    drafts: those of other workloads, for `profiles.sidecar.reuse`.
    """

    document: Json
    kind: DocumentKind
    workload: Workload
    requested: RequestedSettings
    platform: PlatformDefaults
    meshes: Meshes
    drafts: dict[bytes, "Draft"]

    @property
    def settings(self) -> Settings:
        return self.requested.settings

    def finding(self, code: str, path: Path, message: str, hint: str) -> Finding:
        """A finding about the workload."""
        return Finding(code, self.workload.name, path, message, hint)

    def setting_path(self, setting: str) -> Path:
        """Where a setting was given, or where the mark is."""
        return setting_path(self.workload, self.requested, setting)

    def as_written(self, container: Container) -> Container:
        """The container as far as it is written out, without parameters' values: what an error text may show."""
        scope = container.scope._replace(parameters={})
        return self.kind.containers.container(container.definition, container.path, scope)

    def shown_name(self, container: Container) -> str:
        """A container's name as an error text shows it."""
        return quoted(self.as_written(container).name or "?")


def setting_path(workload: Workload, requested: RequestedSettings, setting: str) -> Path:
    """Where a setting was given, or where the mark is."""
    return requested.places.get(setting, workload.levels[-1].path)


def shown_leaf(leaf: Leaf) -> str:
    """A literal leaf as an error text shows it."""
    assert isinstance(leaf.reading, Literal)
    return shown_literal(leaf.reading)


def where_enabled(value: Json, enabled: Json) -> Json:
    """The value under the condition that the setting `Enabled` names: `Enabled` with it in the place of true."""
    if enabled is True:
        return value
    if isinstance(enabled, dict) and function(enabled) == "Fn::If":
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, where_enabled(value, then), where_enabled(value, otherwise))
    return NO_VALUE


def enabled_scope(enabled: Json, scope: Scope) -> Scope:
    """The scope with what must hold for `Enabled` to be true assumed, where there is one way for it to be."""
    ways = [leaf.scope for leaf in leaves(enabled, scope) if leaf.written is True]
    return ways[0] if len(ways) == 1 else scope
