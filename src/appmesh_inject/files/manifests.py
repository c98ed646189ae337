"""Reads and writes Kubernetes manifests: any number of YAML documents, or one JSON document.

An unchanged document keeps its exact text; a changed one keeps its comments, order and quotes.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from appmesh_inject.cfn.document import Changes, Json, Path
from appmesh_inject.files import yaml_reader, yaml_writer
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import breaks
from appmesh_inject.files.value_differences import differences
from appmesh_inject.files.yaml_reader import Locate
from appmesh_inject.workloads.detect import DocumentType, detect

_MARKER = re.compile(r"(?:\A|(?<=[\r\n]))(?=---(?:\s|\Z))")
# Comments are matched possessively to the end of the line, since a row of "####" would backtrack exponentially.
_NOTHING = re.compile(r"\A(?:---)?(?:\s|#[^\r\n\x85\u2028\u2029]*+|\.\.\.)*\Z")


class ManifestPart(NamedTuple):
    """One document of a file. line: the number of lines before it. locate: gives the position of a path in it; None if
    it has only comments and no value."""

    text: str
    value: Json
    locate: Locate | None
    line: int = 0

    @property
    def is_empty(self) -> bool:
        return self.locate is None


class Manifests(NamedTuple):
    """A file of manifests."""

    name: str
    format: Format
    parts: tuple[ManifestPart, ...]
    byte_order_mark: str = ""

    @property
    def values(self) -> list[Json]:
        """The documents, without parts that have only comments."""
        return [part.value for part in self.parts if not part.is_empty]

    @property
    def document(self) -> Document:
        """All documents as one, a list, which gives positions for messages."""
        text = "".join(part.text for part in self.parts)
        return Document(self.name, text, self.format, self.values, self._locate, self.byte_order_mark)

    def _locate(self, path: Path) -> Position:
        filled = [part for part in self.parts if part.locate is not None]
        if not path or not filled:
            return Position(1, 1)
        locate = filled[int(path[0])].locate
        return locate(path[1:]) if locate else Position(1, 1)

    def edited(self, changes: Changes) -> str:
        """The text with `changes`, whose paths start with the index of a document. Raises UserError if they cannot be
        written."""
        return self._written(
            lambda part, index: self._edited(
                part, [edit._replace(path=edit.path[1:]) for edit in changes if edit.path[0] == index]
            )
        )

    def with_values(self, values: Sequence[Json]) -> str:
        """The text of the file, with its documents changed to `values`."""
        return self.byte_order_mark + self._written(lambda part, index: self._with_value(part, values[index]))

    def _written(self, text_of: Callable[[ManifestPart, int], str]) -> str:
        texts: list[str] = []
        index = 0
        for part in self.parts:
            texts.append(part.text if part.is_empty else text_of(part, index))
            index += not part.is_empty
        return "".join(texts)

    def _edited(self, part: ManifestPart, changes: Changes) -> str:
        # Imported here, as in render.input_files.
        from appmesh_inject.files.document_editing import edited_text

        assert part.locate is not None
        # Empty lines take the place of earlier documents, so that line numbers are those of the whole file.
        before = "\n" * part.line
        document = Document(self.name, before + part.text, self.format, part.value, part.locate)
        return edited_text(document, changes)[len(before) :]

    def _with_value(self, part: ManifestPart, value: Json) -> str:
        try:
            return self._edited(part, list(differences(part.value, value)))
        except UserError:
            # Two places share an anchor, and one of them changes: the values are written out.
            return "---\n" * part.text.startswith("---") + yaml_writer.written(value)


def read(name: str, text: str) -> Manifests | None:
    """The manifests in the YAML `text`; None if it has no Kubernetes object. Raises UserError if it cannot be read."""
    parts: list[ManifestPart] = []
    line = 0
    for chunk in _MARKER.split(text):
        if not chunk:
            continue
        if _NOTHING.match(chunk):
            parts.append(ManifestPart(chunk, None, None))
        else:
            # The empty lines make positions count from the start of the file.
            value, locate = yaml_reader.read(name, "\n" * line + chunk)
            parts.append(ManifestPart(chunk, value, locate, line))
        line += breaks(chunk)
    if not any(detect(part.value) is DocumentType.KUBERNETES_OBJECT for part in parts):
        return None
    return Manifests(name, Format.YAML, tuple(parts))


def of_json(document: Document) -> Manifests:
    """The manifest in a JSON file."""
    locate: Any = document.locate
    parts = (ManifestPart(document.text, document.content, locate),)
    return Manifests(document.name, Format.JSON, parts, document.byte_order_mark)
