"""Edits the text of a document, and checks the result by reading it again."""

from collections.abc import Iterator
from contextlib import contextmanager

from appmesh_inject.cfn.document import Changes, Json, edited, same, shown
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import UserError
from appmesh_inject.files.lines import position_at
from appmesh_inject.files.text_editing import ANYWHERE, NotWrittenHereError, Placement, TextEditing

NOT_EDITED = "AM606"


def edited_text(document: Document, changes: Changes, placement: Placement = ANYWHERE) -> str:
    """The document's text with `changes`, which do to its value what they do in `cfn.document.edited`. What they do not
    concern stays byte for byte: comments, order, quotes, short forms. Raises UserError if that cannot be written."""
    if not changes:
        return document.text
    with _errors_located(document):
        editing = TextEditing(document, changes, placement)
    _check_anchors(document, editing)
    text = editing.text()
    if not same(reread(document, text), edited(document.content, changes)):
        reason = "it would also change other places that use the same anchor. Write their values out"
        if not editing.layout.anchors:
            reason = "the text would not read as it should. Nothing is written"
        raise UserError(f"this file cannot be edited here: {reason}", document.name, code=NOT_EDITED)
    return text


def reread(document: Document, text: str) -> Json:
    """The value of the edited text. Raises UserError if the text cannot be read any more."""
    try:
        return documents.parsed(document.name, text).content
    except UserError as error:
        sentence = f"this file cannot be edited here ({error.sentence}). Nothing is written"
        raise UserError(sentence, document.name, error.position, code=NOT_EDITED) from None


@contextmanager
def _errors_located(document: Document) -> Iterator[None]:
    """Turns NotWrittenHereError into a UserError with a position."""
    try:
        yield
    except NotWrittenHereError as problem:
        sentence = f"{shown(problem.path)} is not written here: a merge (<<) supplies it. Write it out"
        raise UserError(sentence, document.name, document.place(problem.path), code=NOT_EDITED) from None


def _check_anchors(document: Document, editing: TextEditing) -> None:
    """Raises UserError if an alias stays and its anchor is removed."""
    for orphan in editing.orphans():
        place = position_at(document.text, orphan.start)
        sentence = f"the anchor of alias *{orphan.anchor} would be removed with a sidecar. Write the value out here"
        raise UserError(sentence, document.name, place, code=NOT_EDITED)
