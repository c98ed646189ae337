"""`--mesh FILE` and `--mesh-parameter`: the mesh from another file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from appmesh_inject.cfn.document import Path, existing
from appmesh_inject.cli.options import check_declared, pairs
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import Position
from appmesh_inject.files.other_document import Elsewhere
from appmesh_inject.mesh.source import EXPORT, MeshSource, resources_of, with_exported
from appmesh_inject.render.parameters import declarations, parameter_values

MESH, MESH_PARAMETER, LIVE_WEIGHTS_ARN = "--mesh", "--mesh-parameter", "--live-weights-arn"

MeshFile = Annotated[
    str | None,
    typer.Option(
        MESH,
        metavar="FILE",
        show_default=False,
        help="A template with the mesh, for profile standalone; by default the template itself",
    ),
]
MeshParameters = Annotated[
    list[str],
    typer.Option(
        MESH_PARAMETER,
        metavar="KEY=VALUE",
        show_default=False,
        help="Value of a parameter of the mesh's template, or of a pseudo parameter (AWS::StackName). May be repeated",
    ),
]

LiveWeightsArn = Annotated[
    str | None,
    typer.Option(
        LIVE_WEIGHTS_ARN,
        metavar="ARN",
        show_default=False,
        help="The function that tells the live weights of --mesh: the output AppMeshInjectLiveWeights of its stack",
    ),
]


def mesh_of(file: str | None, parameters: Sequence[str], live_weights_arn: str | None = None) -> MeshSource | None:
    """The mesh in `file` with its values resolved; None without a file. Raises UserError if the file cannot be read,
    and a usage error for parameters that it does not declare. live_weights_arn: of the function that tells its live
    weights."""
    if file is None:
        for given, option in ((parameters, MESH_PARAMETER), (live_weights_arn, LIVE_WEIGHTS_ARN)):
            if given:
                raise typer.BadParameter(f"this needs {MESH}.", param_hint=option)
        return None
    return mesh_in(documents.load(file), parameters, live_weights_arn)


def mesh_in(document: Document, parameters: Sequence[str], live_weights_arn: str | None = None) -> MeshSource:
    """The mesh in a document; see `mesh_of`."""
    # The mesh package is large, and most calls do not need it.
    from appmesh_inject.mesh.live_source import LiveSource
    from appmesh_inject.mesh.value_resolution import resolved

    template = documents.template(document)
    declared = declarations(template)
    given = pairs(parameters, MESH_PARAMETER)
    check_declared(given, declared, f"{document.name} has no", MESH_PARAMETER)
    whole, values = with_exported(template), parameter_values(declared, given)
    found = resolved(whole, values, "", "")
    step = Elsewhere(f"{MESH} {document.name}", replace(document, locate=lambda path: _place(document, path)))
    live = LiveSource(whole, (step, "Resources"), live_weights_arn, values)
    return MeshSource.elsewhere(found.resources, (step,), found.findings, live)


def has_mesh(document: Document) -> bool:
    """Whether the document contains or exports mesh resources."""
    return not MeshSource(resources_of(document.content)).is_empty


def _place(document: Document, path: Path) -> Position:
    """The position of a mesh resource, which may stand in the exported mesh instead of Resources."""
    is_exported = len(existing(document.content, path[:2])) < len(path[:2])
    return document.place(("Metadata", *EXPORT, *path[1:]) if is_exported else path)
