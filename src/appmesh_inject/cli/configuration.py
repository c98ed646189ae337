"""`appmesh-inject.toml`: defaults for the command line, from the current folder or the nearest one above it."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Annotated, Any, NamedTuple, cast

import typer

from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.render.ignored_warnings import unknown_warning
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS
from appmesh_inject.settings.table import TABLE
from appmesh_inject.settings.types import closest

NAME = "appmesh-inject.toml"
FORMATS = ("text", "json", "sarif", "github")
TABLES: Mapping[str, Sequence[str] | None] = {
    "settings": tuple(TABLE),
    "parameters": None,
    "deployment-parameters": DEPLOYMENT_PARAMETERS,
}
"""The tables and their allowed keys; None: any key."""

OPTIONS = {"macro-name": "macro_name", "format": "report_format"}
"""Keys that are defaults of command line options, by the option's parameter."""

KEYS = ("files", "exclude", "ignore", *OPTIONS, *TABLES)


class Configuration(NamedTuple):
    """The content of the file. folder: of the file. files, exclude: globs relative to that folder. ignore: codes of
    warnings. places: file, line and column of each setting."""

    folder: str = ""
    files: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    options: Mapping[str, str] = {}
    settings: Mapping[str, Json] = {}
    parameters: Mapping[str, str] = {}
    deployment_parameters: Mapping[str, str] = {}
    places: Mapping[str, str] = {}


NONE = Configuration()


def found(folder: File) -> Configuration:
    """The configuration that applies in `folder`; empty if there is no file. Raises UserError for an invalid file."""
    for each in (folder, *folder.parents):
        file = each / NAME
        if file.is_file():
            return read(file, os.path.relpath(file, folder))
    return NONE


def read(file: File, name: str) -> Configuration:
    """The configuration in `file`, which messages call `name`. Raises UserError if it is invalid."""
    import tomllib  # only where there is a configuration file, since it takes a while

    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"this is not TOML: {error}", name) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"this file cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}", name
        ) from None
    return _Reading(name, text).configuration(content, str(File(name).parent))


class _Reading:
    """Reads one file."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def configuration(self, content: Mapping[str, Any], folder: str) -> Configuration:
        for key in content:
            self._check(key, KEYS, "", "key")
        for table, keys in TABLES.items():
            members = content.get(table, {})
            if not isinstance(members, dict):
                raise self._error(f"{table} must be a table: [{table}]", table)
            for key in members:
                if keys is not None:
                    self._check(key, keys, table, table.removesuffix("s").replace("-", " "))
        settings = content.get("settings", {})
        return Configuration(
            folder,
            self._texts(content, "files"),
            self._texts(content, "exclude"),
            self._ignored(content),
            self._options(content),
            {key: self._json(value, key) for key, value in settings.items()},
            self._values(content, "parameters"),
            self._values(content, "deployment-parameters"),
            {key: f"{self.name}:{_line(self.text, key, 'settings')}:1" for key in settings},
        )

    def _options(self, content: Mapping[str, Any]) -> dict[str, str]:
        options: dict[str, str] = {}
        for key, option in OPTIONS.items():
            if key in content:
                if not isinstance(content[key], str):
                    raise self._error(f"{key} must be a string", key)
                options[option] = content[key]
        if content.get("format", FORMATS[0]) not in FORMATS:
            raise self._error(f"format must be one of {', '.join(FORMATS)}", "format")
        return options

    def _texts(self, content: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(f"{key} must be a list of strings", key)
        return tuple(value)

    def _ignored(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        codes = self._texts(content, "ignore")
        for code in codes:
            if reason := unknown_warning(code):
                raise self._error(f"ignore: {reason}", "ignore")
        return codes

    def _values(self, content: Mapping[str, Any], table: str) -> dict[str, str]:
        """The values of parameters as CloudFormation takes them: text, lists joined with commas."""
        values: dict[str, str] = {}
        for key, value in content.get(table, {}).items():
            items = value if isinstance(value, list) else [value]
            if any(isinstance(item, dict | list) for item in items):
                raise self._error(f"{key} must be a string, or a list of strings", key, table)
            values[key] = ",".join(
                item if isinstance(item, str) else json.dumps(self._json(item, key)) for item in items
            )
        return values

    def _json(self, value: Any, key: str) -> Json:
        try:
            return cast(Json, json.loads(json.dumps(value, allow_nan=False)))
        except (TypeError, ValueError):
            raise self._error(
                f"{key} must be a string, a number, a boolean, a list or a table", key, "settings"
            ) from None

    def _check(self, key: str, keys: Sequence[str], table: str, noun: str) -> None:
        if key not in keys:
            guess = closest(key, keys)
            more = f": did you mean '{guess}'?" if guess else f"; there are {', '.join(keys)}"
            raise self._error(f"unknown {noun} '{key}'{more}", key, table)

    def _error(self, sentence: str, key: str, table: str = "") -> UserError:
        return UserError(sentence, self.name, Position(_line(self.text, key, table), 1))


def _line(text: str, key: str, table: str) -> int:
    """The line of `key` in `table`, or of the table. Searched in the text, since tomllib does not report positions."""
    whole = f"{table}.{key}" if table else key
    here, line_of_table = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        heading = re.match(r"\s*\[+([^][][^]]*)]", line)
        member = re.match(r"\s*([^=#\s][^=#]*)=", line)
        if heading:
            here = heading[1].strip().replace('"', "").replace("'", "")
            if here == whole or here.startswith(f"{whole}."):
                return number
            if here == table:
                line_of_table = number
        elif member:
            name = member[1].strip().replace('"', "").replace("'", "")
            written = f"{here}.{name}" if here else name
            if written == whole or written.startswith(f"{whole}."):
                return number
            if written == table:
                line_of_table = number
    return line_of_table


def _option(context: typer.Context, no_config: bool) -> Configuration:
    """Reads the configuration for --no-config. Typer evaluates this flag first, so its result can set other
    defaults."""
    if no_config or context.resilient_parsing:
        return NONE
    with errors_reported(2):
        configuration = found(File.cwd())
    context.default_map = {**(context.default_map or {}), **configuration.options}
    return configuration


NoConfiguration = Annotated[
    bool, typer.Option("--no-config", callback=_option, is_eager=True, help=f"Do not read {NAME}")
]
"""A flag on the command line; the command receives a Configuration."""
