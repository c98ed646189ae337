"""`appmesh-inject event`: prints the event that CloudFormation would send to the macro."""

from collections.abc import Mapping
from typing import Annotated

import typer

from appmesh_inject.cfn.document import Json
from appmesh_inject.cli import finding_output
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.macro_events import macro_event
from appmesh_inject.cli.shared_options import (
    DeploymentParameters,
    File,
    MacroName,
    Parameters,
    render_options,
    usage_error,
)
from appmesh_inject.files import documents, writer
from appmesh_inject.render import input_files
from appmesh_inject.render.cloudformation import call_of, resources_with_snippets
from appmesh_inject.render.render_result import MACRO

Snippet = Annotated[
    str | None,
    typer.Option(
        "--snippet",
        metavar="LOGICAL_ID",
        show_default=False,
        help="The event for the Fn::Transform in this resource instead of the one for the template",
    ),
]


def event(
    file: File,
    *,
    settings: Mapping[str, Json],
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    snippet: Snippet = None,
) -> None:
    """Print the macro's event for the template, ready for `sam local invoke -e -`.

    As in CloudFormation, snippets are processed first: --deployment-parameter applies to them.
    """
    with errors_reported():
        document = input_files.template(input_files.load(file))
        template = documents.template(document)
        options = render_options(document, parameter, settings, deployment_parameter, macro=macro_name)
        call, findings = call_of(template, options, snippet)
        if call is None:
            message = f"there is no Fn::Transform of {macro_name} in a resource '{snippet}'"
            raise usage_error(message, snippet or "", resources_with_snippets(template, macro_name), "--snippet")
        finding_output.print_findings(document, findings)
        if any(finding.is_error for finding in findings):
            raise typer.Exit(1)
        writer.deliver(writer.written(macro_event(call, options), documents.Format.JSON))
