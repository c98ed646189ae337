"""`--mesh` and `--mesh-parameter`: templates whose mesh resources belong to the mesh."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as File
from typing import Annotated

import typer

from appmesh_inject.cfn.document import Json, Path, existing
from appmesh_inject.cli.configuration import NONE
from appmesh_inject.cli.file_selection import in_folder
from appmesh_inject.cli.shared_options import check_declared, pairs
from appmesh_inject.files import documents
from appmesh_inject.files.documents import Document
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.files.mesh_file_paths import Elsewhere
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.template_mesh import EXPORT, has_mesh, resources_of, with_exported
from appmesh_inject.render.parameters import declarations, parameter_values
from appmesh_inject.resource_types import APP_MESH
from appmesh_inject.workloads.detect import is_template

MESH, MESH_PARAMETER, LIVE_WEIGHTS_ARN = "--mesh", "--mesh-parameter", "--live-weights-arn"

MeshFiles = Annotated[
    list[str],
    typer.Option(
        MESH,
        metavar="FILE|DIR",
        show_default=False,
        help="A template, or a folder of templates, whose mesh resources join the template's own. Stands for the stacks"
        " that MeshStack names. May be repeated",
    ),
]
MeshParameters = Annotated[
    list[str],
    typer.Option(
        MESH_PARAMETER,
        metavar="[FILE:]KEY=VALUE",
        show_default=False,
        help="Value of a parameter of the templates of --mesh, or of one of them, or of a pseudo parameter"
        " (AWS::StackName). May be repeated",
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


def meshes_of(
    named: Sequence[str], parameters: Sequence[str], live_weights_arn: str | None = None
) -> tuple[OtherMesh, ...]:
    """The meshes in these files and folders. Raises UserError for what cannot be read or has no mesh, and a usage error
    for parameters that no template declares. live_weights_arn: of the function that tells their live weights."""
    if not named:
        for given, option in ((parameters, MESH_PARAMETER), (live_weights_arn, LIVE_WEIGHTS_ARN)):
            if given:
                raise typer.BadParameter(f"this needs {MESH}.", param_hint=option)
        return ()
    names = dict.fromkeys(each for name in named for each in _files(name))
    found = [document for name in names for document in _documents(name, is_named=name in named)]
    if not found:
        raise UserError("there is no template with a mesh", " ".join(named))
    return meshes_in(found, parameters, live_weights_arn)


def meshes_in(
    found: Sequence[Document], parameters: Sequence[str], live_weights_arn: str | None = None
) -> tuple[OtherMesh, ...]:
    """The meshes in the documents; see `meshes_of`."""
    given = pairs(parameters, MESH_PARAMETER)
    all_declared = {name: None for document in found for name in declarations(document.content)}
    who_lacks = "none of these templates has a" if len(found) > 1 else f"{found[0].name} has no"
    names = [document.name for document in found]
    shared = {key: value for key, value in given.items() if _file_of(key, names) is None}
    check_declared(shared, all_declared, who_lacks, MESH_PARAMETER)
    of_files = (_mesh(document, {**shared, **_of_file(given, document, names)}) for document in found)
    return tuple(mesh._replace(live_function=live_weights_arn) for mesh in of_files)


def _file_of(key: str, names: Sequence[str]) -> str | None:
    return next((name for name in names if key.startswith(f"{name}:")), None)


def _of_file(given: dict[str, str], document: Document, names: Sequence[str]) -> dict[str, str]:
    """The parameters that are given for this file alone."""
    own = {
        key.removeprefix(f"{document.name}:"): value
        for key, value in given.items()
        if _file_of(key, names) == document.name
    }
    check_declared(own, declarations(document.content), f"{document.name} has no", MESH_PARAMETER)
    return own


def _files(name: str) -> Iterator[str]:
    if File(name).is_dir():
        yield from in_folder(name, NONE)
    else:
        yield name


def _documents(name: str, *, is_named: bool) -> Iterator[Document]:
    """The document in the file. Of those that a folder holds, only templates that can say something about a mesh."""
    if is_named:
        yield documents.load(name)
        return
    try:
        document = documents.load(name)
    except UserError:
        if APP_MESH in File(name).read_text(encoding="utf-8", errors="replace"):
            raise
        return
    if tells_of_mesh(document):
        yield document


def _mesh(document: Document, given: dict[str, str]) -> OtherMesh:
    # The mesh package is large, and most calls do not need it.
    from appmesh_inject.mesh.other_template import OtherTemplate

    template = documents.template(document)
    values = parameter_values(declarations(template), {k: v for k, v in given.items() if _is_known(k, template)})
    step = Elsewhere(f"{MESH} {document.name}", document._replace(locate=lambda path: _place(document, path)))
    return OtherMesh(document.name, document.name, (step,), OtherTemplate(with_exported(template), values))


def _is_known(parameter: str, template: Mapping[str, Json]) -> bool:
    return parameter in declarations(template) or parameter.startswith("AWS::")


def beside(meshes: Sequence[OtherMesh], document: Document) -> tuple[OtherMesh, ...]:
    """The meshes without that of the document itself, which a folder can contain."""
    own = os.path.realpath(document.name)
    return tuple(mesh for mesh in meshes if os.path.realpath(mesh.name) != own)


def holds_mesh(document: Document) -> bool:
    """Whether the document contains or exports mesh resources."""
    return has_mesh(resources_of(document.content))


def tells_of_mesh(document: Document) -> bool:
    """Whether this is a template with mesh resources, or with exports, which those of other templates may use."""
    return is_template(document.content) and (holds_mesh(document) or _exports(document))


def _exports(document: Document) -> bool:
    outputs = documents.template(document).get("Outputs")
    return isinstance(outputs, dict) and any(isinstance(it, dict) and "Export" in it for it in outputs.values())


def _place(document: Document, path: Path) -> Position:
    """The position of a mesh resource, which may stand in the exported mesh instead of Resources."""
    is_exported = len(existing(document.content, path[:2])) < len(path[:2])
    return document.place(("Metadata", *EXPORT, *path[1:]) if is_exported else path)
