"""`appmesh-inject invoke`: the real handler on an event, in this process or as Lambda would run it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from appmesh_inject.cfn.document import Json
from appmesh_inject.cli.macro_events import answer, read_event
from appmesh_inject.cli.options import DeploymentParameters, deployment_variables
from appmesh_inject.files import documents, writer
from appmesh_inject.files.errors import UserError, told

UnderRuntime = Annotated[
    bool,
    typer.Option(
        "--runtime",
        help="Run what `sam build` made here, under AWS's Runtime Interface Emulator; `make runtime` prepares that",
    ),
]


def invoke(
    event: str = typer.Argument(metavar="EVENT", help="A macro event as JSON; - for stdin"),
    deployment_parameter: DeploymentParameters = [],  # noqa: B006 - Typer wants a list and never changes it
    runtime: UnderRuntime = False,
) -> None:
    """Run the macro's handler on an event. The response goes to stdout, the function's log to stderr."""
    with told():
        variables = deployment_variables(deployment_parameter)
        content = read_event(event)
        response = _under_runtime(content, variables) if runtime else answer(content, variables)
        writer.deliver(writer.written(response, documents.Format.JSON))
        if str(response.get("status", "")).lower() != "success":
            raise typer.Exit(1)


def _under_runtime(event: Mapping[str, Any], variables: Mapping[str, str]) -> Mapping[str, Json]:
    """The response of the built function. Raises UserError where it cannot be started, or ends without a response."""
    from appmesh_inject.cli.runtime import CannotStart
    from appmesh_inject.cli.runtime import invoke as invoke_built

    try:
        answered = invoke_built(Path(), json.dumps(event).encode(), variables)
    except CannotStart as reason:
        raise UserError(str(reason)) from None
    sys.stderr.write(answered.log)
    if answered.is_error:
        raise UserError(f"the function ended without a response: {answered.body.decode(errors='replace')}")
    response: Mapping[str, Json] = json.loads(answered.body)
    return response
