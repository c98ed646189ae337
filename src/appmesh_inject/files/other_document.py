"""Paths that lead into another document than the one that is worked on: that of --mesh."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appmesh_inject.files.documents import Document


class Elsewhere(str):
    """The first step of such a path; as a text, what brought the other document."""

    __slots__ = ("document",)

    document: "Document"

    def __new__(cls, text: str, document: "Document") -> "Elsewhere":
        step = super().__new__(cls, text)
        step.document = document
        return step
