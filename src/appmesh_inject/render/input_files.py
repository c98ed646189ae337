"""The input files of the command line, recognised by their content: CloudFormation templates, ECS task definitions and
Kubernetes manifests."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from appmesh_inject.cfn.document import Changes, Json, Path
from appmesh_inject.files import documents, writer
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.injection import inject
from appmesh_inject.render import cloudformation
from appmesh_inject.render.ignored_warnings import kept
from appmesh_inject.render.render_result import (
    Rendered,
    RenderOptions,
    of_outcome,
    warning_of_bucket,
    warnings_of_compression,
)
from appmesh_inject.workloads import ecs_api
from appmesh_inject.workloads.detect import DESCRIBED, DocumentType, detect, is_task_definition

CONTAINER_LIST_OPTION = "--containers"


class InputFile(Protocol):
    """An input file: renders it, writes the result as text, and edits its own text.

    contents: what such files contain, for the message that one contains none. is_template: cfn-lint can read it.
    """

    @property
    def document(self) -> Document: ...

    @property
    def contents(self) -> str: ...

    @property
    def is_template(self) -> bool: ...

    def rendered(self, options: RenderOptions) -> Rendered: ...

    def written(self, result: Rendered, format_: Format | None) -> str: ...

    def edited(self, changes: Changes) -> str: ...


def _edited(document: Document, changes: Changes) -> str:
    # Imported here, since only `adopt` and `remove` edit texts: `render` would take a tenth longer.
    from appmesh_inject.files.document_editing import edited_text

    return edited_text(document, changes)


class TemplateFile(NamedTuple):
    """A CloudFormation template."""

    document: Document
    contents: str = "AWS::ECS::TaskDefinition"
    is_template: bool = True

    def rendered(self, options: RenderOptions) -> Rendered:
        result = cloudformation.rendered(documents.template(self.document), options)
        about_size = (*warning_of_bucket(self.document.text, result), *warnings_of_compression(result))
        return result._replace(findings=kept((*result.findings, *about_size), self.document.content))

    def written(self, result: Rendered, format_: Format | None) -> str:
        return writer.written(result.document, format_ or self.document.format)

    def edited(self, changes: Changes) -> str:
        return _edited(self.document, changes)


@dataclass(frozen=True, slots=True)
class TaskDefinitionFile:
    """An ECS task definition.

    is_described: the file is output of describe-task-definition. `document` is input for register-task-definition then,
    with positions in that file.
    """

    document: Document
    is_described: bool = False
    contents: str = "task definition"
    is_template: bool = False

    def rendered(self, options: RenderOptions) -> Rendered:
        target = ecs_api.EcsTaskDefinition(options.level)
        return of_outcome(inject(self.document.content, target, options.deployment, options.meshes))

    def written(self, result: Rendered, format_: Format | None) -> str:
        return writer.written(result.document, format_ or self.document.format)

    def edited(self, changes: Changes) -> str:
        return _edited(self.document, changes)


def load(file: str) -> InputFile:
    """Reads a file, `-` for stdin. Raises UserError if it cannot be read."""
    return loaded(*documents.text_of(file))


def loaded(name: str, text: str) -> InputFile:
    """Reads the text of a file that messages call `name`. Raises UserError if it cannot be read."""
    mark, bare = documents.without_mark(text)
    # Only a text with an apiVersion is tried as manifests first, since reading it twice takes twice as long.
    may_be_manifests = "apiVersion" in bare and bare.lstrip()[:1] not in ("{", "[")
    if may_be_manifests:
        # Imported here and below, since few files are manifests.
        from appmesh_inject.render import manifest_file

        read = manifest_file.read(name, bare, mark)
        if read is not None:
            return read
    return of(documents.parsed(name, text))


def of(document: Document) -> InputFile:
    """The input file with this document."""
    if detect(document.content) is DocumentType.KUBERNETES_OBJECT:
        from appmesh_inject.render import manifest_file

        return manifest_file.of_json(document)
    _check_no_bare_list(document)
    return task_definition(document) if is_task_definition(document.content) else TemplateFile(document)


def _check_no_bare_list(document: Document) -> None:
    """Raises UserError for a list of container definitions, as other tools take it."""
    sentence = "this is a list of container definitions. "
    if is_container_list(document.content):
        sentence += f"Add {CONTAINER_LIST_OPTION} to render, lint or diff, or give the task definition that holds it: "
        sentence += '{"family": NAME, "containerDefinitions": [...]}'
    elif is_container_list(document.content, "Name", "Image"):
        sentence += "Give the template that holds it, with an AWS::ECS::TaskDefinition"
    else:
        return
    raise UserError(sentence, document.name, document.place(()))


def is_container_list(content: Json, *members: str) -> bool:
    """Whether this is a list of container definitions, by the members that each has; by default those of ECS's API."""
    first = content[0] if isinstance(content, list) and content else None
    return isinstance(first, dict) and all(member in first for member in members or ("name", "image"))


def task_definition(document: Document) -> TaskDefinitionFile:
    """The task definition in the document, ready to register."""
    described = document.content
    content = ecs_api.registrable(described)
    if content is described:
        return TaskDefinitionFile(document)
    is_wrapped = isinstance(described, dict) and DESCRIBED in described

    def place(path: Path) -> Position:
        return document.place(path if not is_wrapped or path[:1] == ("tags",) else (DESCRIBED, *path))

    text = writer.written(content, document.format)
    return TaskDefinitionFile(
        document._replace(text=text, content=content, locate=place, byte_order_mark=""), is_described=True
    )


def template(input_file: InputFile) -> Document:
    """The document of a template. Raises UserError if the file is not a template."""
    if not input_file.is_template:
        message = f"this is not a CloudFormation template: it contains a {input_file.contents}"
        raise UserError(message, input_file.document.name)
    return input_file.document
