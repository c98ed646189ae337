"""Reads the mesh that another stack exports.

Needs only `cloudformation:GetTemplate` and `cloudformation:DescribeStacks` on that stack.
"""

from collections.abc import Collection, Mapping
from typing import Any

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.source import MeshSource

PATH: Path = ("MeshStack",)


class Stacks:
    """Reads the meshes of other stacks, each once. allowed: the names of stacks that the deployment permits. client: a
    CloudFormation client of boto3, created on first use if it is None."""

    def __init__(self, allowed: Collection[str], client: Any = None) -> None:
        self.allowed = allowed
        self.client = client
        self._read: dict[str, MeshSource] = {}

    def mesh(self, name: str) -> MeshSource | None:
        """The mesh that stack `name` exports, resolved; its findings say if it cannot be read. None for a stack that is
        not allowed."""
        if name not in self.allowed:
            return None
        if name not in self._read:
            self._read[name] = self._source(name)
        return self._read[name]

    def _source(self, name: str) -> MeshSource:
        # Only templates with MeshStack need these imports, and boto3 is the slowest import of all.
        from appmesh_inject.mesh.live_function import FUNCTION
        from appmesh_inject.mesh.live_source import LiveSource
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
                "its processed template is text, not JSON", "Add Transform: AppMeshInject to it, and update the stack"
            )
        if with_exported(template) is template:
            return _unreadable(
                f"it exports no mesh: it has no Metadata.{'.'.join(EXPORT)}",
                "Add AppMesh: {Profile: standalone, ExportMesh: true} to its Metadata, and update the stack",
            )
        values = {each["ParameterKey"]: _value(each) for each in stack.get("Parameters", ())}
        whole = with_exported(template)
        found = resolved(whole, values, name, client.meta.region_name)
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
        live = LiveSource(whole, (*PATH, "Resources"), outputs.get(FUNCTION), values)
        return MeshSource.elsewhere(found.resources, PATH, found.findings, live)


def _value(parameter: Mapping[str, str]) -> str:
    """A parameter's value. For a parameter from Parameter Store, the value that is stored there."""
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
