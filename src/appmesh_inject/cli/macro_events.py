"""The macro's events: made as CloudFormation makes them, and answered by the real handler."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, cast

from appmesh_inject.cfn.document import Json
from appmesh_inject.files import documents, json_reader
from appmesh_inject.files.errors import UserError
from appmesh_inject.render.cloudformation import Call
from appmesh_inject.render.rendering import RenderOptions
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS

REGION = "us-east-1"
ACCOUNT = "123456789012"
"""The account of AWS's own examples."""

REQUEST = "00000000-0000-0000-0000-000000000000"
FUNCTION = "AppMeshInjectFunction"


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function about its call, as far as Powertools asks."""

    aws_request_id: str = REQUEST
    function_name: str = FUNCTION
    function_version: str = "$LATEST"
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
    memory_limit_in_mb: int = 512
    log_group_name: str = f"/aws/lambda/{FUNCTION}"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def macro_event(call: Call, asked: RenderOptions) -> dict[str, Json]:
    """The event that CloudFormation would send for `call`."""
    return {
        "region": REGION,
        "accountId": ACCOUNT,
        "fragment": call.fragment,
        "transformId": asked.macro if "::" in asked.macro else f"{ACCOUNT}::{asked.macro}",
        "params": dict(call.level.given),
        "requestId": REQUEST,
        "templateParameterValues": dict(asked.parameter_values),
    }


def read_event(file: str) -> dict[str, Any]:
    """The event in `file`, `-` for stdin. Raises UserError where it is no JSON, or no event."""
    name, text = documents.text_of(file)
    if not text.strip():
        raise UserError("the file is empty", name)
    if text.lstrip()[0] not in "{[":
        raise UserError("this is no JSON, and a macro's event is", name)
    content = json_reader.content(name, text)
    if not isinstance(content, dict) or "fragment" not in content:
        sentence = "this is no macro event: it has no fragment. 'appmesh-inject event' makes one from a template"
        raise UserError(sentence, name)
    return content


def answer(event: dict[str, Any], variables: Mapping[str, str]) -> Mapping[str, Json]:
    """The handler's response to `event`, with the function's environment variables. Its log goes to stderr."""
    with redirect_stdout(sys.stderr):
        from appmesh_inject import macro

        with _environment(variables), _logging_to_stderr(macro):
            return cast("Mapping[str, Json]", macro.handler(event, cast("Any", Context())))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Exactly these deployment parameters: a variable of the user's shell that is called `Profile` is none."""
    before = {name: os.environ.pop(name) for name in DEPLOYMENT_PARAMETERS if name in os.environ}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def _logging_to_stderr(macro: Any) -> Iterator[None]:
    """Lambda's log is stdout, which holds the response here. The logger keeps the stream that it saw at first."""
    before = [(handler, handler.stream) for handler in macro.logger.handlers if hasattr(handler, "stream")]
    for handler, _ in before:
        handler.stream = sys.stderr
    try:
        yield
    finally:
        for handler, stream in before:
            handler.stream = stream
