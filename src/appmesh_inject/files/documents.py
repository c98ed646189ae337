"""Reads files as YAML, with CloudFormation's short forms, or as JSON, and gives the position of each value.

Values are plain (dict, list, str, int, float, bool, None), as CloudFormation passes them to a macro: `!Sub x` is
`{"Fn::Sub": "x"}`, and keys and dates are text. cfn-lint could read the same, but takes half a second to load.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path as File
from typing import NamedTuple

from appmesh_inject.cfn.document import MOST_LEVELS, Json, Path, Step, half_character, is_deeper
from appmesh_inject.files import json_reader, yaml_reader
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.lines import BYTE_ORDER_MARK, position_at
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.files.nesting import too_deep
from appmesh_inject.workloads.detect import is_template

STDIN = "-"


class Format(StrEnum):
    YAML = "yaml"
    JSON = "json"


class Document(NamedTuple):
    """One document. name: what messages call it. locate: gives the position of a path in it. byte_order_mark: what its
    file has before `text`."""

    name: str
    text: str
    format: Format
    content: Json
    locate: Callable[[Path], Position]
    byte_order_mark: str = ""

    def place(self, path: Path) -> Position:
        """The position of the key or item at `path`, or at the longest prefix of `path` that exists."""
        return self.locate(path)

    def home(self, path: Path) -> tuple["Document", Path]:
        """The document that `path` leads into, this one or another, and the path in it."""
        return (path[0].document, path[1:]) if path and isinstance(path[0], Elsewhere) else (self, path)


def load(file: str) -> Document:
    """The document in `file`, `-` for stdin. Raises UserError if it cannot be read."""
    return parsed(*text_of(file))


def text_of(file: str) -> tuple[str, str]:
    """The name of the file for messages, and its text with its byte order mark; `-` for stdin. Raises UserError if it
    cannot be read."""
    name = "<stdin>" if file == STDIN else file
    return name, _text(name, _bytes(file))


def parsed(name: str, text: str) -> Document:
    """Parses `text`, without a byte order mark, as JSON if it starts like JSON and is valid, else as YAML. Raises
    UserError if it is neither."""
    mark, text = without_mark(text)
    if not text.strip():
        raise UserError("the file is empty", name)
    json_error: UserError | None = None
    if text.lstrip()[0] in "{[":
        try:
            content = json_reader.content(name, text)
            found = Document(name, text, Format.JSON, content, lambda path: json_reader.place(text, path), mark)
            return _checked(found)
        except UserError as error:
            if error.position is None:
                raise
            json_error = error
    try:
        content, locate = yaml_reader.read(name, text)
    except UserError:
        # The author of a broken JSON file understands the JSON error better than the YAML error.
        if json_error is not None:
            raise json_error from None
        raise
    return _checked(Document(name, text, Format.YAML, content, locate, mark))


def without_mark(text: str) -> tuple[str, str]:
    """The byte order mark of the text, or nothing, and the rest."""
    size = int(text.startswith(BYTE_ORDER_MARK))
    return text[:size], text[size:]


def template(document: Document) -> Mapping[str, Json]:
    """The CloudFormation template in `document`. Raises UserError if it is not a template."""
    content = document.content
    if isinstance(content, Mapping) and is_template(content):
        return content
    reason = "it has no Resources" if isinstance(content, Mapping) else "it is not a map"
    if isinstance(content, Mapping) and "Resources" in content:
        reason = "its Resources are not a map"
    raise UserError(f"this is not a CloudFormation template: {reason}", document.name, document.place(("Resources",)))


def _bytes(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read()
    try:
        return File(file).read_bytes()
    except FileNotFoundError:
        raise UserError("there is no such file", file) from None
    except IsADirectoryError:
        raise UserError("this is a directory, not a file", file) from None
    except PermissionError:
        raise UserError("you do not have permission to read this file", file) from None
    except (OSError, ValueError) as error:
        raise UserError(f"this file cannot be read: {getattr(error, 'strerror', None) or error}", file) from None


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        _, before = without_mark(content[: error.start].decode("utf-8"))
        raise UserError("the file is not UTF-8 text", name, position_at(before, len(before))) from None


def _checked(document: Document) -> Document:
    """The document. Raises UserError if it is nested too deeply, or contains half a character."""
    if is_deeper(document.content, MOST_LEVELS):
        raise too_deep(document.name, document.place(_too_deep(document.content)))
    half = half_character(document.content)
    if half is not None:
        sentence = "a text contains half a character (a lone surrogate)"
        raise UserError(sentence, document.name, document.place(half))
    return document


def _too_deep(content: Json) -> Path:
    """The path of a map or list that is nested too deeply; the content must have one."""
    open_ends: list[tuple[Json, Path]] = [(content, ())]
    while True:
        value, path = open_ends.pop()
        members: Iterable[tuple[Step, Json]] = ()
        if isinstance(value, dict | list):
            if len(path) >= MOST_LEVELS:
                return path
            members = value.items() if isinstance(value, dict) else enumerate(value)
        open_ends += [(member, (*path, step)) for step, member in members]
