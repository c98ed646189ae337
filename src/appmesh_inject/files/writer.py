"""Writes results to stdout, or to a file, which is either written completely or left untouched."""

import json
import os
import sys
import tempfile
from pathlib import Path as File

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import yaml_writer
from appmesh_inject.files.documents import STDIN, Format
from appmesh_inject.files.errors import UserError


def written(document: Json, form: Format) -> str:
    """The document as text that ends with a newline."""
    if form is Format.JSON:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return yaml_writer.written(document)


def deliver(text: str, output: str | None = None) -> None:
    """Writes `text` to the file `output`, or to stdout. Raises UserError if that fails."""
    if output is None or output == STDIN:
        _to_stdout(text)
    else:
        _to_file(text, File(output))


def _to_stdout(text: str) -> None:
    try:
        sys.stdout.flush()
        remaining = memoryview(text.encode())
        while remaining:
            # With PYTHONUNBUFFERED, one call may write only a part.
            remaining = remaining[sys.stdout.buffer.write(remaining) :]
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(f"the output cannot be written: {error.strerror}") from None


def _to_file(text: str, file: File) -> None:
    try:
        target = file.resolve()
        if target.exists() and not target.is_file():
            # Replacing a device or named pipe would destroy it. For a directory, this raises the right error.
            target.write_text(text, encoding="utf-8")
        else:
            _replace(text, target)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"this file cannot be written: {reason}", str(file)) from None


def _replace(text: str, target: File) -> None:
    """Writes a temporary file beside the target, then replaces the target in one step."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = File(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        beside.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's umask. The only way to read it is to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
