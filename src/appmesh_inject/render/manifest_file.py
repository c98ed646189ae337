"""A file of Kubernetes manifests, as input of the command line."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from appmesh_inject.cfn.document import Changes, Json
from appmesh_inject.files import manifests, writer
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.manifests import Manifests
from appmesh_inject.injection import inject
from appmesh_inject.render.render_result import Rendered, RenderOptions, of_outcome
from appmesh_inject.workloads import kubernetes


class ManifestFile(NamedTuple):
    """Kubernetes objects, in one or many documents."""

    manifests: Manifests
    contents: str = "pod"
    is_template: bool = False

    @property
    def document(self) -> Document:
        return self.manifests.document

    def rendered(self, options: RenderOptions) -> Rendered:
        values: Json = self.manifests.values
        return of_outcome(
            inject(values, kubernetes.KubernetesManifests(options.level), options.deployment, options.meshes)
        )

    def written(self, result: Rendered, format_: Format | None) -> str:
        values = cast(list[Json], result.document)
        if format_ in (None, self.manifests.format) and self.manifests.format is Format.YAML:
            return self.manifests.with_values(values)
        return _reformatted(values, format_ or self.manifests.format)

    def edited(self, changes: Changes) -> str:
        return self.manifests.edited(changes)


def read(name: str, text: str, byte_order_mark: str) -> ManifestFile | None:
    """The manifests in the YAML `text`, without its mark; None if it has no Kubernetes object. Raises UserError if it
    cannot be read."""
    found = manifests.read(name, text)
    return ManifestFile(found._replace(byte_order_mark=byte_order_mark)) if found else None


def of_json(document: Document) -> ManifestFile:
    """The manifest in a JSON file."""
    return ManifestFile(manifests.of_json(document))


def _reformatted(values: Sequence[Json], format_: Format) -> str:
    if format_ is Format.YAML:
        return "---\n".join(writer.written(value, format_) for value in values)
    whole: Json = values[0] if len(values) == 1 else {"apiVersion": "v1", "kind": "List", "items": values}
    return writer.written(whole, format_)
