"""`appmesh-inject diff`: shows reviewers what the macro changes, or what a change of its input changes."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path as File
from typing import Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_selection import Selected
from appmesh_inject.cli.multi_file_options import CommandOptions, GivenOptions
from appmesh_inject.cli.progress import tracked
from appmesh_inject.cli.shared_options import pairs
from appmesh_inject.cli.workload_reports import counted, print_note, print_skipped
from appmesh_inject.diff.comparison import FileComparison, difference, effect
from appmesh_inject.diff.report import as_markdown, as_text
from appmesh_inject.files import writer
from appmesh_inject.render.input_files import InputFile
from appmesh_inject.render.render_result import Rendered

DIFFERS, REFUSED = 1, 2
NEW_PARAMETER = "--new-parameter"


class DiffFormat(StrEnum):
    TEXT = "text"
    MARKDOWN = "markdown"


Format = Annotated[DiffFormat, typer.Option("--format", help="text, or markdown for a comment on a pull request")]


NewParameters = Annotated[
    list[str] | None,
    typer.Option(
        NEW_PARAMETER,
        metavar="KEY=VALUE",
        show_default=False,
        help="Another value that a parameter gets: shows what that changes. May be repeated",
    ),
]


Full = Annotated[bool, typer.Option("--full", help="Show Envoy's configurations and removed resources line by line")]


def diff(
    *,
    given: GivenOptions,
    new_parameter: NewParameters = None,
    diff_format: Format = DiffFormat.TEXT,
    full: Full = False,
) -> None:
    """Show what the macro will do to a file, a folder or a quoted glob. With two files or two folders, OLD and NEW,
    show how their results differ, and which services are redeployed. The same with another value of a parameter.

    Exit codes: 0 no difference; 1 a difference; 2 refused, unreadable, or wrong usage.
    """
    with errors_reported(REFUSED):
        files = given.files or []
        if len(files) > 2:
            message = "give one file, folder or glob, or two of them: OLD and NEW. Quote a glob: 'templates/*.yaml'"
            raise typer.BadParameter(message, param_hint="FILE")
        if len(files) == 2:
            comparisons = _two(files[0], files[1], given, new_parameter or (), is_full=full)
        elif new_parameter:
            comparisons = _other_values(given, new_parameter, is_full=full)
        else:
            options, found = given.read()
            results = _rendered(found, options)
            comparisons = [
                effect(each.document.name, each.document.content, result, given.macro_name, is_full=full)
                for each, result in results
            ]
        _deliver(comparisons, diff_format)
        if not all(comparison.is_same for comparison in comparisons):
            raise typer.Exit(DIFFERS)


def _with(options: CommandOptions, parameters: Sequence[str]) -> CommandOptions:
    return options._replace(parameters={**options.parameters, **pairs(parameters, NEW_PARAMETER)})


def _changed(options: CommandOptions, later: CommandOptions, input_file: InputFile) -> set[str]:
    """The names of the parameters that get another value."""
    old, new = (each.render_options(input_file.document).parameter_values for each in (options, later))
    return {name for name in new if old.get(name) != new[name]}


def _other_values(given: GivenOptions, parameters: Sequence[str], *, is_full: bool) -> list[FileComparison]:
    """Compares the results of the same files with other values of parameters."""
    options, found = given.read()
    later = _with(options, parameters)
    later.check(found.files)
    earlier = _rendered(found, options, is_old=True)
    return [
        difference(input_file.document.name, was, now, _changed(options, later, input_file), is_full=is_full)
        for (input_file, was), (_, now) in zip(earlier, _rendered(found, later), strict=True)
    ]


def _two(old: str, new: str, given: GivenOptions, parameters: Sequence[str], *, is_full: bool) -> list[FileComparison]:
    """Compares OLD and NEW: two files, or the files of two folders that have the same relative path. parameters: the
    values that they get in NEW."""
    if File(old).is_dir() != File(new).is_dir():
        raise typer.BadParameter("OLD and NEW must be two files or two folders.", param_hint="FILE")
    options = given.command_options()
    before, after = given.selected([old]), given.selected([new])
    new_options = _with(options, parameters)
    options.check([*before.files, *after.files])
    new_options.check(after.files)
    earlier, later = _rendered(before, options, is_old=True), _rendered(after, new_options)
    changed = {input_file.document.name: _changed(options, new_options, input_file) for input_file, _ in later}
    if not before.is_search:
        return [
            difference(input_file.document.name, was, now, changed[input_file.document.name], is_full=is_full)
            for (_, was), (input_file, now) in zip(earlier, later, strict=True)
        ]
    by_name = {_within(old, input_file): result for input_file, result in earlier}
    by_new_name = {_within(new, input_file): (result, input_file.document.name) for input_file, result in later}
    gone = [difference(name, was, None, is_full=is_full) for name, was in by_name.items() if name not in by_new_name]
    kept = [
        difference(name, by_name.get(name), now, changed[file], is_full=is_full)
        for name, (now, file) in by_new_name.items()
    ]
    return [*kept, *gone]


def _within(folder: str, input_file: InputFile) -> str:
    return File(input_file.document.name).relative_to(File(folder)).as_posix()


def _rendered(found: Selected, options: CommandOptions, *, is_old: bool = False) -> list[tuple[InputFile, Rendered]]:
    """Renders the files. Ends the command if one is refused or cannot be read, since a partial comparison would
    mislead. is_old: these are what is compared with, so their warnings are not news."""
    results = [
        (input_file, options.rendered(input_file)) for input_file in tracked(found.files, len(found.files), "Comparing")
    ]
    finding_output.print_errors(found.errors)
    refused = [(input_file, result) for input_file, result in results if result.has_errors]
    told = refused or ([] if is_old else results)
    finding_output.print_findings_of_all((each.document, result.findings) for each, result in told)
    for _, result in told:
        finding_output.print_unused(result.unused_flags)
    print_skipped(found)
    if found.errors or refused:
        if len(results) > 1:
            number = counted(len(found.errors) + len(refused), "file")
            print_note(f"Nothing is compared, because of the errors in {number}")
        raise typer.Exit(REFUSED)
    return results


def _deliver(comparisons: list[FileComparison], format_: DiffFormat) -> None:
    if format_ is DiffFormat.MARKDOWN:
        writer.deliver(as_markdown(comparisons))
    else:
        writer.deliver(finding_output.coloured(as_text(comparisons)))
