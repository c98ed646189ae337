"""Edits the text of a document, and checks the result by reading it again."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from appmesh_inject.cfn.document import Json, Path, edited, removals, shown
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import UserError
from appmesh_inject.files.lines import breaks, position_at
from appmesh_inject.migrate import text_layout
from appmesh_inject.migrate.fragment_difference import same
from appmesh_inject.migrate.text_editing import Editing, NotWrittenHereError, style_of
from appmesh_inject.render.inputs import InputFile, ManifestFile

NOT_EDITED = "AM606"


def editing_of(document: Document, resource: Path = (), lists: Path = ()) -> Editing:
    """Prepares an edit of the document's text. resource, lists: paths of a map and a list that show the file's
    indentation."""
    is_json = document.format is Format.JSON
    found = text_layout.of_json(document.text) if is_json else text_layout.of_yaml(document.text)[0]
    return Editing(found, style_of(found, resource, lists, is_json=is_json))


def reread(document: Document, text: str) -> Json:
    """The value of the edited text. Raises UserError if the text cannot be read any more."""
    try:
        return documents.parsed(document.name, text).content
    except UserError as error:
        sentence = f"this file cannot be edited here ({error.sentence}). Nothing is written"
        raise UserError(sentence, document.name, error.position, code=NOT_EDITED) from None


def without(input_file: InputFile, paths: Collection[Path]) -> str:
    """The file's text without the values at `paths`. Raises UserError if the text cannot be edited."""
    if isinstance(input_file, ManifestFile) and input_file.manifests.format is Format.YAML:
        return _without_in_parts(input_file, paths)
    if isinstance(input_file, ManifestFile):
        (part,) = input_file.manifests.parts
        assert part.locate is not None
        document = Document(input_file.document.name, part.text, Format.JSON, part.value, part.locate)
        return _without(document, [path[1:] for path in paths])
    return _without(input_file.document, paths)


def _without_in_parts(input_file: ManifestFile, paths: Collection[Path]) -> str:
    parts: list[str] = []
    index = lines = 0
    for part in input_file.manifests.parts:
        before = "\n" * lines
        lines += breaks(part.text)
        if part.is_empty or part.locate is None:
            parts.append(part.text)
            continue
        inside = [path[1:] for path in paths if path[0] == index]
        # Empty lines take the place of earlier documents, so that line numbers are those of the whole file.
        document = Document(input_file.document.name, before + part.text, Format.YAML, part.value, part.locate)
        parts.append(_without(document, inside)[len(before) :])
        index += 1
    return "".join(parts)


def _without(document: Document, paths: Collection[Path]) -> str:
    if not paths:
        return document.text
    editing = editing_of(document)
    with errors_located(document):
        for path in paths:
            editing.remove(path)
    check_anchors(document, editing)
    text = editing.text()
    if not same(reread(document, text), edited(document.content, removals(paths))):
        sentence = "the edit would also change other places that use the same anchor. Write their values out"
        raise UserError(sentence, document.name, code=NOT_EDITED)
    return text


@contextmanager
def errors_located(document: Document) -> Iterator[None]:
    """Turns NotWrittenHereError into a UserError with a position."""
    try:
        yield
    except NotWrittenHereError as problem:
        sentence = f"{shown(problem.path)} is not written here: a merge (<<) supplies it. Write it out"
        raise UserError(sentence, document.name, document.place(problem.path), code=NOT_EDITED) from None


def check_anchors(document: Document, editing: Editing) -> None:
    """Raises UserError if an alias stays and its anchor is removed."""
    for orphan in editing.orphans():
        place = position_at(document.text, orphan.start)
        sentence = f"the anchor of alias *{orphan.anchor} would be removed with a sidecar. Write the value out here"
        raise UserError(sentence, document.name, place, code=NOT_EDITED)
