"""Detects what a document is: a template, a part of one, a task definition, or a Kubernetes object."""

from collections.abc import Mapping
from enum import Enum

from appmesh_inject.cfn.document import Json
from appmesh_inject.resource_types import TASK_DEFINITION

DESCRIBED = "taskDefinition"
"""The member of DescribeTaskDefinition's output that holds the task definition. The tags are beside it."""

WORDS = ("Resources", "containerDefinitions", DESCRIBED, "apiVersion")
"""Every template, task definition and Kubernetes object contains one of these words. A file without them is skipped
unread."""


class DocumentType(Enum):
    """The types of document, told apart by the members that only they have."""

    TEMPLATE = "CloudFormation template"
    RESOURCE = TASK_DEFINITION
    PROPERTIES = "Properties of an AWS::ECS::TaskDefinition"
    TASK_DEFINITION = "ECS task definition"
    DESCRIBED_TASK_DEFINITION = "output of describe-task-definition"
    KUBERNETES_OBJECT = "Kubernetes object"
    UNKNOWN = "none of them"


def detect(document: Json) -> DocumentType:
    """The type of the document."""
    if not isinstance(document, Mapping):
        return DocumentType.UNKNOWN
    if isinstance(document.get("Resources"), Mapping):
        return DocumentType.TEMPLATE
    if isinstance(document.get("containerDefinitions"), list):
        return DocumentType.TASK_DEFINITION
    if isinstance(document.get(DESCRIBED), Mapping):
        return DocumentType.DESCRIBED_TASK_DEFINITION
    if "apiVersion" in document and isinstance(document.get("kind"), str):
        return DocumentType.KUBERNETES_OBJECT
    if document.get("Type") == TASK_DEFINITION and isinstance(document.get("Properties"), Mapping):
        return DocumentType.RESOURCE
    return DocumentType.PROPERTIES if "ContainerDefinitions" in document else DocumentType.UNKNOWN


def is_task_definition(document: Json) -> bool:
    """Whether the document is an ECS task definition, or the output of describe-task-definition."""
    return detect(document) in (DocumentType.TASK_DEFINITION, DocumentType.DESCRIBED_TASK_DEFINITION)


def is_template(document: Json) -> bool:
    """Whether the document is a CloudFormation template."""
    return detect(document) is DocumentType.TEMPLATE
