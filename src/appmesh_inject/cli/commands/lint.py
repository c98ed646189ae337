"""`appmesh-inject lint`: reports what the macro would refuse, and what cfn-lint finds before and after injection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from appmesh_inject.cfn.document import shown, value_if_there
from appmesh_inject.cli import finding_output, lint_problems, processes
from appmesh_inject.cli.common_flags import not_ignored, warned
from appmesh_inject.cli.error_output import errors_reported
from appmesh_inject.cli.file_selection import SkipOthers
from appmesh_inject.cli.formats import WRITERS, ReportFormat
from appmesh_inject.cli.lint_problems import Checked, LintProblem
from appmesh_inject.cli.multi_file_options import CommandOptions, GivenOptions
from appmesh_inject.cli.progress import tracked
from appmesh_inject.cli.workload_reports import print_workloads
from appmesh_inject.files import documents, writer
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import UserError
from appmesh_inject.files.unknown_short_forms import LONG_ONLY, SHORT, unsupported
from appmesh_inject.findings import Finding, Severity, with_full_stop
from appmesh_inject.migrate.leftovers import leftovers_of_rendered
from appmesh_inject.migrate.retention import warning_of_deletion
from appmesh_inject.render.ignored_warnings import kept
from appmesh_inject.render.input_files import InputFile
from appmesh_inject.render.render_result import Rendered
from appmesh_inject.render.service_mistakes import mistakes_of_services
from appmesh_inject.render.still_called_warnings import warnings_of_callers
from appmesh_inject.resource_types import APP_MESH
from appmesh_inject.settings.table import SERVICE_CONNECT, STANDALONE
from appmesh_inject.settings.types import closest

if TYPE_CHECKING:
    from appmesh_inject.cli.cfn_lint_run import CfnLint, Lint

Format = Annotated[
    ReportFormat, typer.Option("--format", help="text, json, sarif (code scanning) or github (annotations)")
]


def lint(
    *,
    given: GivenOptions,
    report_format: Format = ReportFormat.TEXT,
    skip_others: SkipOthers = False,
) -> None:
    """Check what the macro refuses, and what cfn-lint finds before and after injection.

    The exit code is 1 only for refusals and for errors that are new after injection; with --strict also for warnings of
    both kinds.
    """
    with errors_reported():
        options, found = given.read(skip_others=skip_others)
        errors = list(found.errors)
        results = []
        cfn_lint = _cfn_lint(found.files, errors)
        for input_file in found.files:
            try:
                results.append((input_file, options.rendered(input_file)))
            except UserError as error:
                errors.append(error)

        def check(one: tuple[InputFile, Rendered]) -> Checked:
            return _checked(*one, _findings(*one, options), cfn_lint, options.macro)

        checked = [*tracked(processes.each(results, check), len(results), "Checking")]
        checked += map(lint_problems.of_error, errors)
        finding_output.print_errors(errors)
        print_workloads(results, found)
        writer.deliver(WRITERS[report_format](tuple(lint_problems.once(checked))))
        if any(_counts(problem) for each in checked for problem in each.problems):
            warned()
        if any(each.is_bad for each in checked):
            raise typer.Exit(1)


def _counts(problem: LintProblem) -> bool:
    """Whether this is a warning of the macro, or of cfn-lint about what is new after injection."""
    return problem.severity == "warning" and problem.origin != "before"


def _findings(input_file: InputFile, result: Rendered, options: CommandOptions) -> list[Finding]:
    """The findings of the macro, and the warnings that mesh resources get lost, or are missing for others, and those of
    what only App Mesh needed; and the mistakes in Service Connect."""
    if not input_file.is_template:
        return not_ignored(result.findings)
    document = input_file.document
    template = document.content
    lost = warning_of_deletion(template, result.document)
    left = tuple(leftovers_of_rendered(template, result.reports))
    render_options = options.render_options(document)
    callers = warnings_of_callers(template, render_options)
    mistakes = mistakes_of_services(result, render_options.parameter_values)
    return not_ignored((*result.findings, *kept((*lost, *left, *callers), template), *mistakes))


def _cfn_lint(files: Sequence[InputFile], errors: list[UserError]) -> "CfnLint | None":
    """cfn-lint, if there is a template. A configuration that it cannot use is one error, and the macro's own findings
    are reported all the same."""
    if not any(each.is_template for each in files):
        return None
    from appmesh_inject.cli.cfn_lint_run import CfnLint  # cfn-lint takes half a second to load

    try:
        return CfnLint()
    except UserError as error:
        errors.append(error)
        return None


def _checked(
    input_file: InputFile, result: Rendered, findings: Sequence[Finding], cfn_lint: "CfnLint | None", macro: str
) -> Checked:
    """All findings in one file. findings: our own; what cfn-lint says of the place of an error among them only follows
    from it. cfn_lint: None if it cannot be run."""
    document = input_file.document
    own = (*(_own(document, finding) for finding in findings), *_short_forms(document))
    refusals = sum(problem.is_error for problem in own)
    if cfn_lint is None or not input_file.is_template:
        return Checked(document.name, own, f"{document.name}: {_counted(refusals, 'error')}", refusals > 0)
    refused = {finding.path for finding in findings if finding.is_error}
    every = tuple(
        lint
        for lint in cfn_lint.linted(document, result.document, macro)
        if lint.path not in refused and not lint.is_cured
    )
    lints = [lint for lint in every if not _leaves(lint, result)]
    others = tuple(
        LintProblem(
            document.name,
            lint.place,
            f"{document.name}:{lint.place}",
            lint.severity,
            lint.code,
            with_full_stop(lint.message),
            subject=_resource(lint),
            path=shown(lint.path),
            origin="injection" if lint.is_new else "before",
        )
        for lint in lints
    )
    new = [lint for lint in lints if lint.is_new]
    errors = sum(lint.is_error for lint in new)
    before = f"{document.name}: cfn-lint has {_counted(len(lints) - len(new), 'finding')} before injection"
    if len(every) > len(lints):
        ended = _counted(len(every) - len(lints), "resource")
        before += f", besides the end of App Mesh at {ended} that the injection removes"
    if result.has_errors:
        summary = f"{before}; the macro refuses the template: {_counted(refusals, 'error')}"
    elif refusals:
        summary = f"{before}; CloudFormation would not do what the template says: {_counted(refusals, 'error')}"
    else:
        of_errors = f" ({_counted(errors, 'error')})" if errors else ""
        summary = f"{before}, {len(new)} new after injection{of_errors}"
    return Checked(document.name, (*own, *others), summary, refusals > 0 or errors > 0)


WITHOUT_APP_MESH = (STANDALONE, SERVICE_CONNECT)
"""Profiles that take the mesh resources out of the template."""

END_OF_SERVICE = "W3696"
"""cfn-lint's warning that AWS ends a service."""


def _leaves(lint: "Lint", result: Rendered) -> bool:
    """Whether this only says that AWS ends a service, of a resource that the injection removes, or would remove if
    nothing were refused."""
    if lint.is_new or lint.code != END_OF_SERVICE:
        return False
    resource = value_if_there(result.document, lint.path[:2])
    if not result.has_errors:
        return resource is None
    is_mesh = isinstance(resource, Mapping) and str(resource.get("Type")).startswith(APP_MESH)
    return is_mesh and any(report.profile in WITHOUT_APP_MESH for report in result.reports)


NOT_CALLED = "AM901"
"""`render` can play the macro by hand, but what is deployed would have no mesh, so here it is an error."""


def _resource(lint: "Lint") -> str:
    """The logical ID of the resource that cfn-lint's finding is about; empty if it is about none."""
    return str(lint.path[1]) if lint.path[:1] == ("Resources",) and len(lint.path) > 1 else ""


def _own(document: Document, finding: Finding) -> LintProblem:
    problem = lint_problems.of_finding(document, finding)
    return replace(problem, severity=str(Severity.ERROR)) if finding.code == NOT_CALLED else problem


def _short_forms(document: Document) -> Iterator[LintProblem]:
    """Short forms that CloudFormation refuses. `render` writes the long ones, so only the source cannot be deployed."""
    if document.format is not documents.Format.YAML:
        return
    for form in unsupported(document.text):
        message = f"!{form.name} is no short form that CloudFormation has"
        where = f"{document.name}:{form.place}"
        guess = closest(form.name, SHORT)
        is_long = form.name.split("::")[0] in LONG_ONLY
        hint = f"Write Fn::{form.name}" if is_long else f"Did you mean !{guess}?" if guess else "Write the long form"
        yield LintProblem(
            document.name,
            form.place,
            where,
            str(Severity.ERROR),
            "AM906",
            with_full_stop(message),
            with_full_stop(hint),
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
