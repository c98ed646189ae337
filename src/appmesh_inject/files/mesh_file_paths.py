"""Paths that lead into another document than the main one: into the one given by --mesh."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appmesh_inject.files.documents import Document


class Elsewhere(str):
    """The first step of such a path. Its text names where the other document came from."""

    __slots__ = ("document",)

    document: "Document"

    def __new__(cls, text: str, document: "Document") -> "Elsewhere":
        step = super().__new__(cls, text)
        step.document = document
        return step
