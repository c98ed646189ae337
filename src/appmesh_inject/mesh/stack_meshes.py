"""Reads the meshes that other stacks export.

Needs only `cloudformation:GetTemplate` and `cloudformation:DescribeStacks` on these stacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from appmesh_inject.findings import Finding
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.template_mesh import EXPORT, exported_mesh, with_exported

AT_A_TIME = 8
"""How many stacks are read at the same time. CloudFormation throttles an account that asks much faster."""

_THROTTLED = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException")
_NO_STACK = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


class Stacks:
    """Reads the meshes of other stacks, each once. allowed: names of stacks, and beginnings of names with a `*` at the
    end, as the deployment permits them. client: a CloudFormation client of boto3, created on first use if it is
    None."""

    def __init__(self, allowed: Sequence[str], client: Any = None) -> None:
        self.allowed = tuple(allowed)
        self.client = client
        self._read: dict[str, OtherMesh] = {}

    def meshes(self, names: Sequence[str]) -> list[OtherMesh | None]:
        """The mesh that each stack exports; its findings say if it cannot be read. None for a stack that is not
        allowed."""
        unread = [name for name in names if name not in self._read and self.is_allowed(name)]
        if unread:
            self.client = self.client or _client()
            self._read.update(zip(unread, _at_a_time(self.client, unread), strict=True))
        return [self._read.get(name) for name in names]

    def is_allowed(self, name: str) -> bool:
        """Whether the function's role may read the stack: IAM matches `stack/NAME/*`, where only `*` is special."""
        return any(name.startswith(each[:-1]) if each.endswith("*") else name == each for each in self.allowed if each)


def _at_a_time(client: Any, names: Sequence[str]) -> Sequence[OtherMesh]:
    if len(names) == 1:
        return [_mesh(client, names[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(lambda name: _mesh(client, name), names))


def _mesh(client: Any, name: str) -> OtherMesh:
    # Only templates with MeshStack need these imports, and boto3 is the slowest import of all.
    from botocore.exceptions import BotoCoreError

    try:
        before = client.describe_stacks(StackName=name)["Stacks"][0]
        state = before["StackStatus"]
        if state in _NO_STACK:
            return _unreadable(name, f"there is no such stack: its state is {state}", "Correct the name, or deploy it")
        if not state.endswith("_COMPLETE"):
            return _unreadable(name, f"its state is {state}", _cure_of(state))
        template = client.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
    except client.exceptions.ClientError as error:
        return _refused(name, error.response.get("Error", {}))
    except BotoCoreError as error:
        return _unreadable(name, f"CloudFormation does not answer ({type(error).__name__})", "Deploy again")
    if _version(stack) != _version(before):
        return _unreadable(name, "it changed while it was read", "Wait until its update ends, and deploy again")
    return _read(name, template, stack, client.meta.region_name)


def _cure_of(state: str) -> str:
    if state.endswith("_FAILED"):
        return "Bring it to a state that ends in _COMPLETE, and deploy again"
    return "Wait until it ends in _COMPLETE, and deploy again"


def _refused(name: str, error: Mapping[str, str]) -> OtherMesh:
    code = error.get("Code", "an error")
    if code in _THROTTLED:
        why = "CloudFormation throttles the account's calls, also after several attempts"
        return _unreadable(name, why, "Wait a minute, and deploy again")
    if code == "ValidationError":
        return _unreadable(name, "there is no stack of this name", "Correct the name, or deploy that stack first")
    hint = "Check that MeshStacks of the macro's stack has it"
    return _unreadable(name, f"CloudFormation answers {code}", hint)


def _version(stack: Mapping[str, Any]) -> tuple[Any, ...]:
    """What changes with each update of a stack."""
    return stack.get("StackId"), stack.get("StackStatus"), stack.get("LastUpdatedTime")


def _read(name: str, template: Any, stack: Mapping[str, Any], region: str) -> OtherMesh:
    from appmesh_inject.mesh.live_function import FUNCTION
    from appmesh_inject.mesh.other_template import OtherTemplate

    exports = {it["ExportName"]: it["OutputValue"] for it in stack.get("Outputs", ()) if "ExportName" in it}
    mesh = exported_mesh(template) if isinstance(template, Mapping) else {}
    if not mesh and exports:
        # Perhaps the mesh takes the name of a namespace from it.
        place = f"stack {name} (which exports no mesh)"
        return OtherMesh(name, place, ("MeshStack", name), OtherTemplate({}), exports)
    if not isinstance(template, Mapping):
        return _unreadable(
            name,
            "its processed template is text, not JSON",
            "Add Transform: AppMeshInject to it, and update the stack",
        )
    if not mesh:
        return _unreadable(
            name,
            f"it exports no mesh: it has no Metadata.{'.'.join(EXPORT)}",
            "Add AppMesh: {ExportMesh: true} and the Profile of its tasks to its Metadata, and update the stack",
        )
    values = {each["ParameterKey"]: _value(each) for each in stack.get("Parameters", ())}
    other = OtherTemplate(with_exported(template), values, name, region)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
    path = ("MeshStack", name)
    return OtherMesh(name, f"stack {name}", path, other, exports, live_function=outputs.get(FUNCTION))


def _value(parameter: Mapping[str, str]) -> str:
    """A parameter's value. For a parameter from Parameter Store, the value that is stored there."""
    return parameter.get("ResolvedValue", parameter.get("ParameterValue", ""))


def _unreadable(name: str, why: str, hint: str) -> OtherMesh:
    message = f"the mesh of stack {name} cannot be read: {why}"
    path = ("MeshStack", name)
    return OtherMesh(name, f"stack {name}", path, None, findings=(Finding("AM330", "", path, message, hint),))


def _client() -> Any:
    import boto3
    from botocore.config import Config

    # The function has 30 seconds, and CloudFormation answers within one.
    config = Config(retries={"mode": "standard"}, connect_timeout=3, read_timeout=8)
    return boto3.client("cloudformation", config=config)
