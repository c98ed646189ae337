"""`appmesh-inject invoke`: runs the macro's handler on an event."""

import typer

from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.macro_events import answer, read_event
from appmesh_inject.cli.shared_options import DeploymentParameters, deployment_variables
from appmesh_inject.files import documents, writer


def invoke(
    event: str = typer.Argument(metavar="EVENT", help="A macro event as JSON; - for stdin"),
    deployment_parameter: DeploymentParameters = [],  # noqa: B006 - Typer wants a list and never changes it
) -> None:
    """Run the macro's handler on an event. The response goes to stdout, the function's log to stderr."""
    with errors_reported():
        variables = deployment_variables(deployment_parameter)
        content = read_event(event)
        response = answer(content, variables)
        writer.deliver(writer.written(response, documents.Format.JSON))
        if str(response.get("status", "")).lower() != "success":
            raise typer.Exit(1)
