"""Files among the arguments that hold what `aws appmesh describe-*` printed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path as File

from appmesh_inject.cli.configuration import Configuration
from appmesh_inject.cli.file_selection import in_folder
from appmesh_inject.exits.app_mesh_descriptions import described
from appmesh_inject.exits.mesh_files import MeshFile
from appmesh_inject.files import documents
from appmesh_inject.files.errors import UserError


def described_files(arguments: Sequence[str], configuration: Configuration) -> tuple[list[MeshFile], list[str]]:
    """What was described, and the arguments that are left: without the files that hold nothing else."""
    found: list[MeshFile] = []
    left: list[str] = []
    for argument in arguments:
        is_folder = File(argument).is_dir()
        own = list(_read(in_folder(argument, configuration) if is_folder else [argument]))
        found += own
        if is_folder or not own:
            left.append(argument)
    return found, left


def _read(names: Iterator[str] | Sequence[str]) -> Iterator[MeshFile]:
    for name in names:
        if not os.fspath(name).endswith(".json"):
            continue
        try:
            resources = described(documents.without_mark(documents.text_of(name)[1])[1])
        except (UserError, ValueError, RecursionError):
            continue  # Whoever reads it as a template says what is wrong with it.
        if resources:
            yield MeshFile(name, resources)
