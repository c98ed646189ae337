"""Where an edited file goes: stdout, another file, or its own place."""

from typing import Annotated

import typer

from appmesh_inject.files.documents import STDIN

Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]
InPlace = Annotated[bool, typer.Option("--in-place", help="Write to the file itself")]


def destination(file: str, output: str | None, in_place: bool) -> str | None:
    """The file to write to; None for stdout. Raises a usage error for options that contradict each other."""
    if not in_place:
        return output
    if output is not None:
        raise typer.BadParameter("it goes either to this file or to the file itself.", param_hint="-o / --in-place")
    if file == STDIN:
        raise typer.BadParameter("stdin is no file that could be written to.", param_hint="--in-place")
    return file
