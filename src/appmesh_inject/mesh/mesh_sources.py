"""The templates that a mesh is made of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.findings import Finding

if TYPE_CHECKING:
    from appmesh_inject.mesh.live_source import LiveSource
    from appmesh_inject.mesh.other_template import OtherTemplate


class OtherMesh(NamedTuple):
    """The template of another stack or file, which belongs to the mesh.

    name: of the stack or file. place: the same in words. path: stands for that template in the paths of findings.
    exports: the values that it exports by name; None: those in its Outputs. findings: why it cannot be read; then
    template is None. live_function: the ARN of the function that tells its live weights.
    """

    name: str
    place: str
    path: Path
    template: "OtherTemplate | None"
    exports: Mapping[str, str] | None = None
    findings: tuple[Finding, ...] = ()
    live_function: str | None = None


class MeshSource(NamedTuple):
    """A template with a part of the mesh. resources: resolved if they come from another template. path: to them, for
    findings. name: of the stack or file; empty for the template that is processed. place: the template in words.
    findings: from reading them. live: another template as it is written, which may have live weights."""

    resources: Mapping[str, Json]
    path: Path = ("Resources",)
    name: str = ""
    place: str = "this template"
    findings: tuple[Finding, ...] = ()
    live: "LiveSource | None" = None


class MeshSources(NamedTuple):
    """The templates that make one mesh: first the one that is processed, then the others. imports: the values that
    they export, by name."""

    sources: tuple[MeshSource, ...]
    imports: Mapping[str, str] = NOTHING
