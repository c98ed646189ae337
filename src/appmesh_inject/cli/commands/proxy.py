"""`appmesh-inject proxy`: says what a running Envoy does, and what is wrong with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from appmesh_inject.cli import finding_output
from appmesh_inject.cli.common_flags import warned
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.mesh_option import LiveWeightsArn, MeshFiles, MeshParameters
from appmesh_inject.cli.multi_file_options import GivenOptions
from appmesh_inject.cli.shared_options import PARAMETER, DeploymentParameters, Parameters
from appmesh_inject.files import documents, writer
from appmesh_inject.files.documents import STDIN
from appmesh_inject.findings import one_line
from appmesh_inject.render import input_files

if TYPE_CHECKING:
    from appmesh_inject.proxy.as_text import Compared
    from appmesh_inject.proxy.diagnosis import Diagnosis

TEMPLATE = "--template"

Answers = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Answers of one Envoy's admin interface: config_dump, clusters?format=json, stats, runtime, server_info."
        " A file holds one or several; - for stdin",
    ),
]
Template = Annotated[
    str | None,
    typer.Option(
        TEMPLATE, metavar="FILE", show_default=False, help="Say what differs from what this template compiles to"
    ),
]
Task = Annotated[
    str | None,
    typer.Option(
        "--task",
        metavar="LOGICAL_ID",
        show_default=False,
        help="The template's task to compare with; by default the one that runs the same virtual node or gateway",
    ),
]


def proxy(
    files: Answers,
    *,
    template: Template = None,
    task: Task = None,
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    mesh: MeshFiles = [],  # noqa: B006
    mesh_parameter: MeshParameters = [],  # noqa: B006
    live_weights_arn: LiveWeightsArn = None,
) -> None:
    """Say what a running Envoy does: which virtual node takes no requests and why, which route leads nowhere, which
    weights hold. With --template, what differs from the template.

    Calls nobody: docs/guides/operate.md shows how to ask an Envoy in a task. The exit code is 1 if requests fail;
    differences count as warnings.
    """
    given = GivenOptions(
        files=[template or ""],
        parameter=parameter,
        deployment_parameter=deployment_parameter,
        mesh=mesh,
        mesh_parameter=mesh_parameter,
        live_weights_arn=live_weights_arn,
    )
    if template is None:
        _need_template(given, task)
    if [*files, template].count(STDIN) > 1:
        raise typer.BadParameter("stdin can be read only once.", param_hint="FILE")
    with errors_reported():
        from appmesh_inject.proxy.admin_answers import Question, answers
        from appmesh_inject.proxy.as_text import as_text
        from appmesh_inject.proxy.bootstrap import Bootstrap, running
        from appmesh_inject.proxy.diagnosis import Diagnosis

        found = answers(map(documents.text_of, files))
        name = ", ".join(files)
        bootstrap = running(found[Question.CONFIG_DUMP], name) if Question.CONFIG_DUMP in found else Bootstrap({})
        diagnosis = Diagnosis(found, bootstrap)
        diagnosis.check_same_envoy(name)
        compared = _compared(given, template, task, diagnosis, name) if template is not None else None
        writer.deliver("".join(f"{one_line(line)}\n" for line in as_text(diagnosis, compared)))
        if diagnosis.has_warnings or (compared and compared.found.differences):
            warned()
        if diagnosis.has_errors:
            raise typer.Exit(1)


def _need_template(given: GivenOptions, task: str | None) -> None:
    """Raises a usage error for an option that says something about the template, where there is none."""
    of_template = {
        "--task": task,
        PARAMETER: given.parameter,
        "--deployment-parameter": given.deployment_parameter,
        "--mesh": given.mesh,
    }
    for option, value in of_template.items():
        if value:
            raise typer.BadParameter(f"this needs {TEMPLATE}.", param_hint=option)
    given.command_options()  # raises the usage error for options of --mesh


def _compared(given: GivenOptions, template: str, task: str | None, diagnosis: "Diagnosis", name: str) -> "Compared":
    """The comparison with what the template compiles to. Ends the command if the template is refused."""
    from appmesh_inject.cfn.intrinsics import Scope
    from appmesh_inject.files.errors import UserError
    from appmesh_inject.proxy.as_text import Compared
    from appmesh_inject.proxy.comparison import comparison
    from appmesh_inject.proxy.template_configuration import chosen, configurations
    from appmesh_inject.workloads.cloudformation import CloudFormation

    if not diagnosis.bootstrap.config:
        raise UserError(f"a comparison with {TEMPLATE} needs a config_dump", name)
    options = given.command_options()
    input_file = input_files.load(template)
    options.check([input_file])
    rendering = options.render_options(input_file.document)
    result = input_file.rendered(rendering)
    finding_output.print_findings(input_file.document, [finding for finding in result.findings if finding.is_error])
    if result.has_errors:
        raise typer.Exit(1)
    scope = Scope()
    if input_file.is_template:
        scope = CloudFormation(rendering.level, rendering.parameter_values).find(input_file.document.content).scope
    found = chosen(configurations(result, scope), diagnosis.bootstrap.id, task, template)
    return Compared(template, found.task, comparison(diagnosis.bootstrap, found.bootstrap, diagnosis.mesh))
