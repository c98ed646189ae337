"""The page of the command line: `docs/reference/command-line.md`, made of the help that the commands give."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from appmesh_inject.cli.help import EXAMPLES
from appmesh_inject.cli.program import program_of
from tests.reference.man_page import SHARED

HEAD = """\
<!-- generated -->
# Command line

Every command and option of `appmesh-inject`, and its exit codes.

Made from the help that the commands give: `make golden` writes it. The same is in the man page, `man appmesh-inject`,
and in `appmesh-inject COMMAND --help`.

Results go to stdout, everything else to stderr. `FILE` may be `-` for stdin. `--version` shows the version.

| Exit code | Means | of `diff` |
| --- | --- | --- |
| 0 | done, warnings included | nothing changes |
| 1 | at least one error, or a document that cannot be read | something changes |
| 2 | wrong usage | refused, unreadable, or wrong usage |
"""


def page() -> str:
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    root: Any = typer.main.get_command(program_of())
    context = root.make_context("appmesh-inject", [], resilient_parsing=True)
    settings: dict[str, Any] = {}
    for name in EXAMPLES:
        command = root.get_command(context, name)
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        options = [each for each in command.params if each.param_type_name == "option" and each.name not in SHARED]
        shared = [each for each in command.params if each.name in SHARED]
        settings |= {each.name: each for each in shared}
        yield f"## {name}\n"
        named = " ".join(each.metavar or each.name.upper() for each in arguments)
        yield f"`appmesh-inject {name} [OPTION]... {named}`\n"
        yield from (f"{_text(paragraph)}\n" for paragraph in command.help.strip().split("\n\n"))
        yield f"```sh\n{EXAMPLES[name]}\n```\n"
        yield "| Option | Meaning |\n| --- | --- |"
        yield from map(_row, options)
        if shared:
            yield "| `--SETTING` | a [flag for a setting](#flags-for-settings) |"
        yield ""
    yield "## Flags for settings\n"
    yield "Each stands for a parameter of the template's `Transform`; [settings](settings.md) says what it means.\n"
    yield "| Flag | Value |\n| --- | --- |"
    yield from (f"| `{each.opts[0]}` | {each.metavar} |" for each in settings.values())
    yield "\n## Files\n"
    yield "`appmesh-inject.toml`, in the current folder or above it, has defaults: [CI](../guides/ci.md) shows it.\n"


def _row(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" {option.metavar or 'VALUE'}"
    return f"| {names}{value.replace('|', ' or ')} | {_text(option.help or '').replace('|', ' or ')} |"


def _text(text: str) -> str:
    return re.sub(r"(?<![`\w])(--[a-z-]+(?: [A-Z]+)?)", r"`\1`", " ".join(text.split()))
