"""`appmesh-inject remove`: removes sidecars and marks from a document."""

from appmesh_inject.cfn.document import removals
from appmesh_inject.cli import finding_output
from appmesh_inject.cli.destination import InPlace, Output
from appmesh_inject.cli.file_editing import EditedFiles, edit_files
from appmesh_inject.cli.shared_options import MacroName
from appmesh_inject.cli.workload_reports import print_described, print_note
from appmesh_inject.files import documents
from appmesh_inject.migrate.sidecar_removal import NOTHING, SidecarRemoval, removal
from appmesh_inject.render.input_files import InputFile, TaskDefinitionFile
from appmesh_inject.render.manifest_file import ManifestFile
from appmesh_inject.render.render_result import MACRO
from appmesh_inject.render.transforms import TRANSFORM
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests
from appmesh_inject.workloads.task_definition import CLOUDFORMATION, ECS_API

_NO_SETTINGS = Level((), {})


def remove(
    files: EditedFiles, *, macro_name: MacroName = MACRO, output_file: Output = None, in_place: InPlace = False
) -> None:
    """Remove the sidecars with their redirect and dependencies, the marks, and the Transform entry.

    Nothing else changes. Accepts templates, ECS task definitions and Kubernetes manifests.
    """

    def edit(input_file: InputFile, prefix: str) -> str | None:
        found = _removal(input_file, macro_name)
        if prefix and not found.paths and not any(each.problems for each in found.workloads):
            return input_file.document.text
        if _print(input_file, found, prefix):
            return None
        print_described(input_file)
        return input_file.edited(removals(found.paths))

    edit_files(files, output_file, in_place, edit)


def _removal(input_file: InputFile, macro: str) -> SidecarRemoval:
    content = input_file.document.content
    if isinstance(input_file, ManifestFile):
        return removal(content, content, KubernetesManifests(_NO_SETTINGS), None, macro)
    if isinstance(input_file, TaskDefinitionFile):
        return removal(content, content, EcsTaskDefinition(_NO_SETTINGS), ECS_API, macro)
    template = documents.template(input_file.document)
    fragment = {key: value for key, value in template.items() if key != TRANSFORM}
    return removal(template, fragment, CloudFormation(_NO_SETTINGS, {}), CLOUDFORMATION, macro)


def _print(input_file: InputFile, found: SidecarRemoval, prefix: str) -> bool:
    """Prints the findings, then one line for each workload. Returns whether there are findings."""
    document = input_file.document
    problems = [problem for each in found.workloads for problem in each.problems]
    finding_output.print_findings(document, problems)
    if not found.workloads:
        print_note(f"{document.name}: there is no {input_file.contents}")
    for each in found.workloads:
        outcome = f"removed: {', '.join(each.what)}" if each.what else NOTHING
        if problems:
            outcome = "left alone: another problem stops the removal"
        print_note(f"{prefix}{each.name or input_file.contents}: {outcome}")
    return bool(problems)
