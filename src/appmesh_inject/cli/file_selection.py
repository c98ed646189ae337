"""Selects the files that a command works on: named files, files in folders, matches of globs, and stdin."""

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Annotated, NamedTuple

import typer

from appmesh_inject.cli.configuration import NAME, Configuration
from appmesh_inject.cli.progress import tracked
from appmesh_inject.files import documents
from appmesh_inject.files.documents import STDIN
from appmesh_inject.files.errors import UserError
from appmesh_inject.render import input_files
from appmesh_inject.render.input_files import CONTAINER_LIST_OPTION, InputFile
from appmesh_inject.workloads.detect import WORDS, is_template

ENDINGS = (".yaml", ".yml", ".json", ".template")
IGNORED = ("node_modules", "__pycache__")
OURS = ("AWS::ECS::", "containerDefinitions")
"""An unreadable file with one of these words is an error. Other unreadable files are skipped."""

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE]...",
        show_default=False,
        help="CloudFormation templates, ECS task definitions or Kubernetes manifests, YAML or JSON; folders, which are"
        f" searched; globs; - for stdin. By default the files that {NAME} names",
    ),
]


ContainerLists = Annotated[
    bool,
    typer.Option(CONTAINER_LIST_OPTION, help="The files are lists of container definitions"),
]


SkipOthers = Annotated[
    bool,
    typer.Option("--skip-others", help="Skip files that hold no supported document, even if they are named"),
]


class Selected(NamedTuple):
    """The selected files. skipped: the number of files in folders that are neither template, task definition nor
    manifest. is_search: a folder or glob was given."""

    files: tuple[InputFile, ...]
    errors: tuple[UserError, ...] = ()
    skipped: int = 0
    is_search: bool = False


def selected(
    arguments: Sequence[str] | None,
    configuration: Configuration,
    *,
    skip_others: bool = False,
    container_lists: bool = False,
) -> Selected:
    """The files that the arguments or, without arguments, the configuration names. Raises a usage error if neither
    does. container_lists: all of them are lists of container definitions."""
    named = list(arguments or (str(File(configuration.folder, each)) for each in configuration.files))
    if not named:
        raise typer.BadParameter(f"name a file or a folder, or write files = [...] into {NAME}.", param_hint="FILE")
    if named.count(STDIN) > 1:
        raise typer.BadParameter("stdin can be read only once.", param_hint="FILE")
    found: list[InputFile] = []
    errors: list[UserError] = []
    skipped = 0
    is_search = False
    names: dict[str, bool] = {}
    for argument in named:
        is_one = _is_one(argument)
        is_search |= not is_one
        matches = [argument] if is_one else list(_searched(argument, configuration))
        if not matches and not File(argument).is_dir():
            errors.append(UserError("no file matches", argument))
        names |= {name: is_one or names.get(name, False) for name in matches}
    for name in tracked(names, len(names), "Reading"):
        try:
            if container_lists:
                from appmesh_inject.render import container_list_file  # few calls have the option

                found.append(container_list_file.load(name))
                continue
            input_file = _form(name, is_named=names[name] and not skip_others)
        except UserError as error:
            errors.append(error)
            continue
        if input_file is None:
            skipped += 1
        else:
            found.append(input_file)
    if not found and not errors and not skip_others:
        errors.append(UserError("there is no template, task definition or manifest", " ".join(named)))
    return Selected(tuple(found), tuple(errors), skipped, is_search)


def in_folder(folder: str, configuration: Configuration) -> Iterator[str]:
    """The files below `folder` that could contain a document, sorted."""
    for root, folders, files in os.walk(folder):
        here = File(root)
        folders[:] = sorted(name for name in folders if name not in IGNORED and _is_ours(here / name, configuration))
        for name in sorted(files):
            if name.endswith(ENDINGS) and _is_ours(here / name, configuration):
                yield str(here / name)


def _is_one(argument: str) -> bool:
    """Whether the argument is the name of one file. A file's name may contain a star."""
    file = File(argument)
    return argument == STDIN or not (file.is_dir() or (glob.has_magic(argument) and not file.exists()))


def _searched(argument: str, configuration: Configuration) -> Iterator[str]:
    if File(argument).is_dir():
        yield from in_folder(argument, configuration)
        return
    for match in sorted(glob.glob(argument, recursive=True)):  # noqa: PTH207 - File.glob does not accept absolute patterns
        if File(match).is_file():
            if not _is_excluded(File(match), configuration):
                yield match
        elif not argument.endswith("**"):
            yield from in_folder(match, configuration)


def _is_ours(path: File, configuration: Configuration) -> bool:
    return not path.name.startswith(".") and not _is_excluded(path, configuration)


def _is_excluded(path: File, configuration: Configuration) -> bool:
    """Whether the path or one of its parent folders ends with a match of `exclude`. Only the end counts, since `diff`
    compares with a copy of the repository in another folder."""
    here = File(os.path.relpath(path, configuration.folder or "."))
    tried = ["/".join(each.parts[start:]) for each in (here, *here.parents) for start in range(len(each.parts))]
    return any(fnmatch.fnmatch(each, pattern.rstrip("/")) for pattern in configuration.exclude for each in tried)


def _form(name: str, *, is_named: bool) -> InputFile | None:
    """The document in the file; None if a search found the file and it holds no supported document."""
    if is_named:
        return input_files.load(name)
    called, text = _searched_text(name)
    if not any(sign in text for sign in WORDS):
        return None
    try:
        input_file = input_files.loaded(called, text)
    except UserError:
        if any(sign in text for sign in OURS):
            raise
        return None
    return input_file if not input_file.is_template or is_template(input_file.document.content) else None


def _searched_text(name: str) -> tuple[str, str]:
    try:
        return documents.text_of(name)
    except UserError as error:
        if error.position is None:
            raise
        return name, ""  # not UTF-8, so no supported document
