"""`appmesh-inject lint`: what the macro would refuse, and what cfn-lint says of the result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import typer

from appmesh_inject.cli import forms, output, report
from appmesh_inject.cli.documents import Document
from appmesh_inject.cli.errors import told
from appmesh_inject.cli.meshes import MeshFile, MeshParameters, mesh_of
from appmesh_inject.cli.options import DeploymentParameters, File, MacroName, Parameters, asked
from appmesh_inject.cli.rendering import MACRO, Rendered
from appmesh_inject.cli.report import Line
from appmesh_inject.tree import Json, shown


def lint(
    file: File,
    *,
    settings: Mapping[str, Json],
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    mesh: MeshFile = None,
    mesh_parameter: MeshParameters = [],  # noqa: B006
) -> None:
    """Check what the macro refuses, and what cfn-lint finds in the template and in the result.

    Only refusals, and errors that the injection brings, make the exit code 1.
    """
    with told():
        form = forms.load(file)
        wanted = asked(form.document, parameter, settings, deployment_parameter, macro=macro_name)
        result = form.rendered(replace(wanted, mesh=mesh_of(mesh, mesh_parameter)))
        report.say_reports(form, result.reports, result.findings)
        report.say_unused(result.unused_flags)
        lines, is_bad = _checked(form.document, result) if form.is_template else _found(form.document, result)
        output.deliver(report.printed(lines))
        if is_bad:
            raise typer.Exit(1)


def _checked(document: Document, result: Rendered) -> tuple[Sequence[Line | str], bool]:
    """Everything that was found, as lines with a summary, and whether it is to stop a build."""
    from appmesh_inject.cli.linting import linted  # cfn-lint takes half a second to load

    lints = linted(document, result.document)
    lines: list[Line | str] = [report.finding_line(document, finding) for finding in result.findings]
    for found in lints:
        origin = f"[brought by the injection, at {shown(found.path)}]" if found.is_brought else "[there before]"
        message = f"{report.sentence(found.message)} {origin}"
        lines.append(Line(f"{document.name}:{found.place}", found.severity, found.code, message))
    brought = [found for found in lints if found.is_brought]
    errors = sum(found.is_error for found in brought)
    there = f"{document.name}: {_counted(len(lints) - len(brought), 'finding')} of cfn-lint before the injection"
    if result.has_errors:
        refusals = sum(finding.is_error for finding in result.findings)
        lines.append(f"{there}; the macro refuses the template: {_counted(refusals, 'error')}")
    else:
        lines.append(f"{there}; {len(brought)} brought by it, {_counted(errors, 'error')} among them")
    return lines, result.has_errors or errors > 0


def _found(document: Document, result: Rendered) -> tuple[Sequence[Line | str], bool]:
    """What was found in a document that cfn-lint does not read."""
    lines: list[Line | str] = [report.finding_line(document, finding) for finding in result.findings]
    errors = sum(finding.is_error for finding in result.findings)
    lines.append(f"{document.name}: {_counted(errors, 'error')}")
    return lines, errors > 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
