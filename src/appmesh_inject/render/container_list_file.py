"""A bare list of container definitions, as Terraform's `container_definitions` and other tools hold it."""

from dataclasses import dataclass
from pathlib import Path as File

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.files import documents, writer
from appmesh_inject.files.documents import Document, Format
from appmesh_inject.files.errors import Position, UserError
from appmesh_inject.render.input_files import CONTAINER_LIST_OPTION, TaskDefinitionFile, is_container_list
from appmesh_inject.render.render_result import Rendered

CONTAINERS = "containerDefinitions"

ASSUMED = {"networkMode": "awsvpc", "memory": "what the task has"}
"""What a list leaves out of its task, and a decision needs: the network mode that all profiles ask for, and a memory
that is not known here, against which no container is checked."""

FAMILY = "family"
"""Messages call the task by it: here by the name of its file."""


@dataclass(frozen=True, slots=True)
class ContainerListFile(TaskDefinitionFile):
    """The list as the only member of a task definition. What is written is an object with the members of the task that
    the injection decides: `containerDefinitions`, and `proxyConfiguration` in profiles that have one."""

    contents: str = "container definition"

    def written(self, result: Rendered, format_: Format | None) -> str:
        task = result.document
        own = (
            {name: value for name, value in task.items() if name not in (FAMILY, *ASSUMED)}
            if isinstance(task, dict)
            else task
        )
        return writer.written(own, format_ or self.document.format)


def load(file: str) -> ContainerListFile:
    """Reads a file, `-` for stdin. Raises UserError if it cannot be read, or holds something else."""
    return of(documents.load(file))


def of(document: Document) -> ContainerListFile:
    """The file with this document. Raises UserError if it is no list of container definitions."""
    if not is_container_list(document.content):
        message = f"this is no list of container definitions in JSON. Leave out {CONTAINER_LIST_OPTION}"
        raise UserError(message, document.name, document.place(()))
    content: Json = {FAMILY: File(document.name).stem, **ASSUMED, CONTAINERS: document.content}

    def place(path: Path) -> Position:
        return document.place(path[1:] if path[:1] == (CONTAINERS,) else ())

    text = writer.written(content, document.format)
    return ContainerListFile(document._replace(text=text, content=content, locate=place, byte_order_mark=""))
