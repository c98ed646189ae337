"""Where results go: stdout, or a file that is either all there or untouched."""

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
    """The document as text, with a newline at its end."""
    if form is Format.JSON:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return yaml_writer.written(document)


def deliver(text: str, output: str | None = None) -> None:
    """Writes `text` to the file `output`, or to stdout. Raises UserError where that cannot be done."""
    if output is None or output == STDIN:
        _to_stdout(text)
    else:
        _to_file(text, File(output))


def _to_stdout(text: str) -> None:
    try:
        sys.stdout.flush()
        left = memoryview(text.encode())
        while left:
            # An unbuffered stdout (PYTHONUNBUFFERED) takes a part and says so; the rest would get lost.
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(f"the output cannot be written: {error.strerror}") from None


def _to_file(text: str, file: File) -> None:
    try:
        target = file.resolve()
        if target.exists() and not target.is_file():
            # A device or a named pipe is written to; to replace it would destroy it. A directory answers itself.
            target.write_text(text, encoding="utf-8")
        else:
            _replace(text, target)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"this file cannot be written: {reason}", str(file)) from None


def _replace(text: str, target: File) -> None:
    """Writes beside the file, and puts the new one in its place in one step."""
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
    """The process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
