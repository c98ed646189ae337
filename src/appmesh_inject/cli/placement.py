"""Where the results of rendering go: one to stdout or a file, several into a folder, as they lay."""

import os
from collections.abc import Sequence
from pathlib import Path as File

import typer

from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import UserError

OUTPUT = "--output"
STDIN_NAME = "<stdin>"


def placed(documents: Sequence[Document], output: str | None, *, is_search: bool) -> list[str | None]:
    """The file for each document; None: stdout. Raises a usage error where several have no folder to go to."""
    is_folder = output is not None and (output.endswith(("/", os.sep)) or File(output).is_dir())
    # What comes from stdin has no name of its own there.
    if not is_folder or output is None or [each.name for each in documents] == [STDIN_NAME]:
        if len(documents) > 1 or (is_search and output is not None):
            raise typer.BadParameter("several files go into a folder: -o DIR/", param_hint=OUTPUT)
        return [output] * len(documents)
    names = [os.path.abspath(document.name) for document in documents]  # noqa: PTH100 - a link stays where it is
    root = os.path.commonpath([os.path.dirname(name) for name in names]) if names else ""  # noqa: PTH120
    targets = [str(File(output, os.path.relpath(name, root))) for name in names]
    for target in targets:
        try:
            File(target).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"this folder cannot be made: {error.strerror}", str(File(target).parent)) from None
    return list(targets)
