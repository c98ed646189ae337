"""The edge towards other stacks: reads the mesh that a stack exports.

Needs `cloudformation:GetTemplate` and `cloudformation:DescribeStacks` on that stack, and nothing else.
"""

from collections.abc import Collection, Mapping
from typing import Any

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import MeshSource

PATH: Path = ("MeshStack",)


class Stacks:
    """Reads the meshes of the stacks that the deployment names, each once. allowed: their names; client: boto3's for
    CloudFormation, made when it is needed."""

    def __init__(self, allowed: Collection[str], client: Any = None) -> None:
        self.allowed = allowed
        self.client = client
        self._read: dict[str, MeshSource] = {}

    def mesh(self, name: str) -> MeshSource | None:
        """The mesh that stack `name` exports, with its values resolved; None for a stack that is not allowed. What
        stands in the way are findings of the source."""
        if name not in self.allowed:
            return None
        if name not in self._read:
            self._read[name] = self._source(name)
        return self._read[name]

    def _source(self, name: str) -> MeshSource:
        # Only a template with MeshStack needs these, and boto3 is the slowest import of all.
        from appmesh_inject.mesh.source import EXPORT, with_exported
        from appmesh_inject.mesh.value_resolution import resolved

        client = self.client or _client()
        try:
            template = client.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
            (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        except client.exceptions.ClientError as error:
            reason = error.response.get("Error", {}).get("Code", "an error")
            return _unreadable(
                f"CloudFormation answers {reason}", "Check its name, and MeshStacks of the macro's stack"
            )
        if not isinstance(template, Mapping):
            return _unreadable(
                "its processed template is text, not JSON", "Let it say Transform: AppMeshInject, and update it"
            )
        if with_exported(template) is template:
            return _unreadable(
                f"it exports no mesh: it has no Metadata.{'.'.join(EXPORT)}",
                "Let its Metadata say AppMesh: {Profile: standalone, ExportMesh: true}, and update it",
            )
        values = {each["ParameterKey"]: _value(each) for each in stack.get("Parameters", ())}
        found = resolved(with_exported(template), values, name, client.meta.region_name)
        return MeshSource.elsewhere(found.resources, PATH, found.findings)


def _value(parameter: Mapping[str, str]) -> str:
    """A parameter's value: of one that comes from Parameter Store, what is stored there."""
    return parameter.get("ResolvedValue", parameter.get("ParameterValue", ""))


def _unreadable(why: str, hint: str) -> MeshSource:
    return MeshSource(
        {},
        PATH,
        (Finding("AM330", "", PATH, f"the mesh of the stack that MeshStack names cannot be read: {why}", hint),),
    )


def _client() -> Any:
    import boto3

    return boto3.client("cloudformation")
