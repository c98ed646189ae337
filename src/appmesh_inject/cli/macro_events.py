"""Creates the macro's events as CloudFormation does, and runs the macro's handler on them."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, cast

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import PSEUDO
from appmesh_inject.files import documents, json_reader
from appmesh_inject.files.errors import UserError
from appmesh_inject.render.cloudformation import MacroCall
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS

REGION = "us-east-1"
ACCOUNT = "123456789012"
"""The account ID of AWS's own examples."""

REQUEST = "00000000-0000-0000-0000-000000000000"
FUNCTION = "AppMeshInjectFunction"


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """Lambda's context object, with the members that Powertools reads."""

    aws_request_id: str = REQUEST
    function_name: str = FUNCTION
    function_version: str = "$LATEST"
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
    memory_limit_in_mb: int = 512
    log_group_name: str = f"/aws/lambda/{FUNCTION}"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def macro_event(call: MacroCall, options: RenderOptions) -> dict[str, Json]:
    """The event that CloudFormation would send for `call`."""
    return {
        "region": options.parameter_values.get("AWS::Region", REGION),
        "accountId": options.parameter_values.get("AWS::AccountId", ACCOUNT),
        "fragment": call.fragment,
        "transformId": options.macro if "::" in options.macro else f"{ACCOUNT}::{options.macro}",
        "params": dict(call.level.given),
        "requestId": REQUEST,
        "templateParameterValues": {
            name: value for name, value in options.parameter_values.items() if name not in PSEUDO
        },
    }


def read_event(file: str) -> dict[str, Any]:
    """The event in `file`; `-` for stdin. Raises UserError if it is not JSON or not a macro's event."""
    name, text = documents.text_of(file)
    _, text = documents.without_mark(text)
    if not text.strip():
        raise UserError("the file is empty", name)
    if text.lstrip()[0] not in "{[":
        raise UserError("this is not JSON, so it is not a macro event", name)
    content = json_reader.content(name, text)
    if not isinstance(content, dict) or "fragment" not in content:
        sentence = "this is not a macro event: it has no fragment. 'appmesh-inject event' makes one from a template"
        raise UserError(sentence, name)
    return content


def answer(event: dict[str, Any], variables: Mapping[str, str]) -> Mapping[str, Json]:
    """The handler's response to `event`. variables: the function's environment. The handler logs to stderr."""
    with redirect_stdout(sys.stderr):
        from appmesh_inject import macro

        with _environment(variables), _logging_to_stderr(macro):
            return cast("Mapping[str, Json]", macro.handler(event, cast("Any", InvocationContext())))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets these deployment parameters and unsets all others, so that the user's own variables, such as `Profile`, do
    not count."""
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
    """Sends the handler's log to stderr, since stdout carries the response. The logger has kept its first stream."""
    before = [(handler, handler.stream) for handler in macro.logger.handlers if hasattr(handler, "stream")]
    for handler, _ in before:
        handler.stream = sys.stderr
    try:
        yield
    finally:
        for handler, stream in before:
            handler.stream = stream
