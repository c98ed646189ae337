"""What a profile may read: when it plans for one workload, and when it finishes the document."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, Leaf, Literal, Scope, function, if_, leaves
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.settings.layers import Gathered, RequestedSettings
from appmesh_inject.settings.platform_defaults import PlatformDefaults
from appmesh_inject.settings.table import Settings
from appmesh_inject.settings.types import quoted, shown_literal
from appmesh_inject.workloads.model import Container, DocumentKind, Found, Workload

if TYPE_CHECKING:
    from appmesh_inject.profiles.sidecar.build import Draft


@dataclass(frozen=True, slots=True)
class Context:
    """A workload in its document, its settings, the deployment parameters, and the available meshes.

    drafts: of other workloads, by key, for `profiles.sidecar.draft_reuse`.
    """

    document: Json
    kind: DocumentKind
    workload: Workload
    requested: RequestedSettings
    deployment: PlatformDefaults
    meshes: Meshes
    drafts: dict[bytes, "Draft"]

    @property
    def settings(self) -> Settings:
        return self.requested.settings

    def finding(self, code: str, path: Path, message: str, hint: str) -> Finding:
        """A finding about the workload."""
        return Finding(code, self.workload.name, path, message, hint)

    def setting_path(self, setting: str) -> Path:
        """The path of a setting, or of the mark if the setting is not given."""
        return setting_path(self.workload, self.requested, setting)

    def as_written(self, container: Container) -> Container:
        """The container read without the values of parameters, which messages must not show."""
        scope = container.scope._replace(parameters={})
        return self.kind.containers.container(container.definition, container.path, scope)

    def shown_name(self, container: Container) -> str:
        """A container's name for a message."""
        return quoted(self.as_written(container).name or "?")


class DocumentContext(NamedTuple):
    """The document as it was given, what was found in it, the settings that apply to all its workloads, the deployment
    parameters, and the available meshes."""

    document: Json
    kind: DocumentKind
    found: Found
    defaults: Gathered
    deployment: PlatformDefaults
    meshes: Meshes


def setting_path(workload: Workload, requested: RequestedSettings, setting: str) -> Path:
    """The path of a setting, or of the mark if the setting is not given."""
    return requested.places.get(setting, workload.levels[-1].path)


def shown_leaf(leaf: Leaf) -> str:
    """A literal leaf for a message."""
    assert isinstance(leaf.reading, Literal)
    return shown_literal(leaf.reading)


def where_enabled(value: Json, enabled: Json) -> Json:
    """The value under the condition in the setting `Enabled`: `Enabled` with `value` for true, and AWS::NoValue for
    false."""
    if enabled is True:
        return value
    if isinstance(enabled, dict) and function(enabled) == "Fn::If":
        condition, then, otherwise = enabled["Fn::If"]
        return if_(condition, where_enabled(value, then), where_enabled(value, otherwise))
    return NO_VALUE


def enabled_scope(enabled: Json, scope: Scope) -> Scope:
    """The scope with the outcomes assumed that make `Enabled` true, if only one combination of outcomes does."""
    ways = [leaf.scope for leaf in leaves(enabled, scope) if leaf.written is True]
    return ways[0] if len(ways) == 1 else scope
