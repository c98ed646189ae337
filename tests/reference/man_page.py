"""The man page: `docs/appmesh-inject.1`, made of the help that the commands give."""

from collections.abc import Iterator
from typing import Any

import typer

from appmesh_inject.cli.program import program_of
from appmesh_inject.settings.table import FIELDS

SHARED = {f"setting_{field}" for field in FIELDS.values()}
"""The flags for settings are the same for every command, and stand on the page once."""


def page() -> str:
    root: Any = typer.main.get_command(program_of())
    context = root.make_context("appmesh-inject", [], resilient_parsing=True)
    return "\n".join(_lines(root, context)) + "\n"


def _lines(root: Any, context: Any) -> Iterator[str]:
    summary, _, more = root.help.strip().partition("\n\n")
    yield '.TH APPMESH-INJECT 1 "" "AppMeshInject" "User Commands"'
    yield ".SH NAME"
    yield f"appmesh\\-inject \\- {_text(summary[0].lower() + summary[1:].rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield ".B appmesh\\-inject"
    yield ".I COMMAND"
    yield "[OPTION]... [FILE]..."
    yield ".SH DESCRIPTION"
    yield _text(more)
    yield ".SH COMMANDS"
    settings: dict[str, Any] = {}
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        yield f".SS {_text(name)}"
        yield from _paragraphs(command.help)
        for parameter in command.params:
            if parameter.name in SHARED:
                settings.setdefault(parameter.name, parameter)
            elif parameter.param_type_name == "option":
                yield from _option(parameter)
        if any(parameter.name in SHARED for parameter in command.params):
            yield ".PP"
            yield "And the flags for settings."
    yield ".SH FLAGS FOR SETTINGS"
    for parameter in settings.values():
        yield from _option(parameter)
    yield ".SH FILES"
    yield ".TP"
    yield ".I appmesh\\-inject.toml"
    yield "Defaults, in the current folder or above it."


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield _text(paragraph)
        yield ".PP"


def _option(option: Any) -> Iterator[str]:
    yield ".TP"
    names = ", ".join(_text(name) for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" {_text(option.metavar or 'VALUE')}"
    yield f".B {names}{value}"
    yield _text(option.help or "")


def _text(text: str) -> str:
    """Text that roff takes as it is: no request at the start of a line, and no dash that becomes another."""
    line = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return f"\\&{line}" if line[:1] in (".", "'") else line
