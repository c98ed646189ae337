"""Where results go: an edited file to stdout, another file or its own path; rendered files also into a folder."""

import os
from collections.abc import Sequence
from pathlib import Path as File
from typing import Annotated

import typer

from appmesh_inject.files.documents import STDIN, Document
from appmesh_inject.files.errors import UserError

STDIN_NAME = "<stdin>"

Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Write to the file itself")]


def destination(file: str, output: str | None, in_place: bool) -> str | None:
    """The file that the edited `file` is written to; None: stdout. Raises a usage error for contradictory options."""
    if not in_place:
        return output
    if output is not None:
        raise typer.BadParameter("use only one of the two.", param_hint="-o / --in-place")
    if file == STDIN:
        raise typer.BadParameter("stdin cannot be edited in place.", param_hint="--in-place")
    return file


def destinations(documents: Sequence[Document], output: str | None, *, is_search: bool) -> list[str | None]:
    """The file that each rendered document is written to; None: stdout. In a folder, files keep their relative paths.

    Raises a usage error for several documents without a folder, and UserError for a folder that cannot be created.
    """
    is_folder = output is not None and (output.endswith(("/", os.sep)) or File(output).is_dir())
    # A document from stdin has no file name that could be used in the folder.
    if not is_folder or output is None or [each.name for each in documents] == [STDIN_NAME]:
        if len(documents) > 1 or (is_search and output is not None):
            raise typer.BadParameter("several files need a folder: -o DIR/", param_hint="--output")
        return [output] * len(documents)
    names = [os.path.abspath(document.name) for document in documents]  # noqa: PTH100 - keeps symbolic links
    root = os.path.commonpath([os.path.dirname(name) for name in names]) if names else ""  # noqa: PTH120
    targets = [str(File(output, os.path.relpath(name, root))) for name in names]
    for target in targets:
        try:
            File(target).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot create this folder: {error.strerror}", str(File(target).parent)) from None
    return list(targets)
