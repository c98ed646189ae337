"""`appmesh-inject graph`: the mesh as it will run, as one page to click through."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated

import typer

from appmesh_inject.cli import forms, output, report
from appmesh_inject.cli.errors import told
from appmesh_inject.cli.forms import Form
from appmesh_inject.cli.meshes import MeshFile, MeshParameters, mesh_in, mesh_of
from appmesh_inject.cli.options import PARAMETER, DeploymentParameters, MacroName, Parameters, asked, pairs, usage_error
from appmesh_inject.cli.rendering import MACRO
from appmesh_inject.tree import Json


class GraphFormat(StrEnum):
    HTML = "html"
    SVG = "svg"
    MERMAID = "mermaid"


SUFFIXES = {".svg": GraphFormat.SVG, ".mmd": GraphFormat.MERMAID, ".mermaid": GraphFormat.MERMAID}

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="CloudFormation templates, ECS task definitions or Kubernetes manifests, YAML or JSON; - for stdin",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", show_default=False, help="Write to this file instead of stdout"),
]
OutputFormat = Annotated[
    GraphFormat | None,
    typer.Option("--output-format", show_default=False, help="By default as the output's name ends, else html"),
]


def graph(
    files: Files,
    *,
    settings: Mapping[str, Json],
    parameter: Parameters = [],  # noqa: B006 - Typer wants a list and never changes it
    deployment_parameter: DeploymentParameters = [],  # noqa: B006
    macro_name: MacroName = MACRO,
    mesh: MeshFile = None,
    mesh_parameter: MeshParameters = [],  # noqa: B006
    output_format: OutputFormat = None,
    output_file: Output = None,
) -> None:
    """Draw the mesh as it will run: services, routers with their weights, nodes, gateways, and the tasks in them.

    A file without mesh resources takes the mesh of the one file that has them, or that of --mesh. Where something
    is refused, the graph shows it, and the exit code is 1.
    """
    with told():
        # The mesh package is large, and the other commands start without it.
        from appmesh_inject.cli.graph import building, mermaid, sources, written

        found = list(map(forms.load, files))
        given = mesh_of(mesh, mesh_parameter)
        holders = [form.document for form in found if form.is_template and sources.has_mesh(form.document)]
        parameters = _parameters(found, parameter)
        read = [] if given is None else [sources.mesh_alone(given)]
        for form, own in zip(found, parameters, strict=True):
            wanted = asked(form.document, own, settings, deployment_parameter, macro=macro_name)
            its_mesh = given
            if given is None and len(holders) == 1 and form.document is not holders[0]:
                its_mesh = mesh_in(holders[0], mesh_parameter)
            source = sources.source(form, replace(wanted, mesh=its_mesh))
            report.say_findings(form.document, (finding for finding, _ in source.found))
            read.append(source)
        drawn = building.graph(read)
        writers = {GraphFormat.HTML: written.page, GraphFormat.SVG: written.svg, GraphFormat.MERMAID: mermaid.mermaid}
        output.deliver(writers[output_format or _by_name(output_file)](drawn), output_file)
        if any(source.is_refused for source in read):
            raise typer.Exit(1)


def _by_name(file: str | None) -> GraphFormat:
    return SUFFIXES.get(PurePath(file or "").suffix.lower(), GraphFormat.HTML)


def _parameters(found: Sequence[Form], given: Sequence[str]) -> list[list[str]]:
    """For each file the parameters that it declares; with a single file all, so that a wrong one is told."""
    if len(found) == 1:
        return [list(given)]
    declared = [_declared(form) for form in found]
    for name in pairs(given, PARAMETER):
        if not any(name in names for names in declared):
            every = sorted({known for names in declared for known in names})
            raise usage_error(f"none of the files has a parameter '{name}'", name, every, PARAMETER)
    return [[text for text in given if text.partition("=")[0] in names] for names in declared]


def _declared(form: Form) -> Mapping[str, Json]:
    content = form.document.content
    declared = content.get("Parameters") if isinstance(content, Mapping) else None
    return declared if isinstance(declared, Mapping) else {}
