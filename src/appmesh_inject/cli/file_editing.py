"""Edits files one by one. Of several, one that cannot be edited stays as it is, and the others are written."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from appmesh_inject.cli.configuration import NONE
from appmesh_inject.cli.destination import destination, destinations
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_selection import Selected, selected
from appmesh_inject.cli.finding_output import print_errors
from appmesh_inject.cli.workload_reports import counted, print_note
from appmesh_inject.files import writer
from appmesh_inject.files.errors import UserError
from appmesh_inject.render.input_files import InputFile

EditedFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="CloudFormation templates, ECS task definitions or Kubernetes manifests, YAML or JSON; folders, which are"
        " searched; globs; - for stdin. Several need --in-place or -o DIR/",
    ),
]

Edit = Callable[[InputFile, str], str | None]
"""Returns the new text of a file, or None if it cannot be edited, and prints why. The second argument starts each line
about a workload: the file's name if there are several files."""


def edit_files(files: Sequence[str], output: str | None, in_place: bool, edit: Edit) -> None:
    """Edits the files and writes those that change. Exits with 1 if one cannot be read or edited."""
    with errors_reported():
        found = selected(files, NONE)
        if len(found.files) == 1 and not found.is_search and not found.errors:
            (input_file,) = found.files
            to = destination(files[0], output, in_place)
            text = edit(input_file, "")
            if text is None:
                raise typer.Exit(1)
            writer.deliver(input_file.document.byte_order_mark + text, to)
            return
        print_errors(found.errors)
        _edit_several(found, output, in_place, edit)


def _edit_several(found: Selected, output: str | None, in_place: bool, edit: Edit) -> None:
    documents = [input_file.document for input_file in found.files]
    if not in_place and output is None and documents:
        raise typer.BadParameter("several files need --in-place, or a folder: -o DIR/", param_hint="FILE")
    targets = (
        [destination(document.name, output, in_place) for document in documents]
        if in_place
        else destinations(documents, output, is_search=True)
        if documents
        else []
    )
    outcomes = {"edited": 0, "left as it is": len(found.errors), "with nothing to do": 0}
    for input_file, target in zip(found.files, targets, strict=True):
        document = input_file.document
        try:
            text = edit(input_file, f"{document.name}: ")
        except UserError as error:
            print_errors([error])
            text = None
        if text is None:
            outcomes["left as it is"] += 1
        elif text == document.text:
            outcomes["with nothing to do"] += 1
        else:
            writer.deliver(document.byte_order_mark + text, target)
            outcomes["edited"] += 1
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items() if number)
    print_note(f"{counted(len(documents) + len(found.errors), 'file')}: {counts}")
    if outcomes["left as it is"]:
        raise typer.Exit(1)
