"""What is compared: a task definition of a template with what ECS has of it."""

from collections.abc import Mapping
from typing import Any

from appmesh_inject.mesh import command_reading

NO_VALUE = {"Ref": "AWS::NoValue"}


def sidecar_node(described: Mapping[str, Any]) -> str | None:
    """The node, gateway or resource that the task's envoy stands for; None where it has no envoy of ours."""
    for container in described["containerDefinitions"]:
        configuration = command_reading.configuration(container.get("command"), str)
        if configuration is not None:
            return str(configuration["node"]["id"])
        for variable in container.get("environment", ()):
            if variable["name"] in ("APPMESH_VIRTUAL_NODE_NAME", "APPMESH_RESOURCE_ARN"):
                return str(variable["value"])
    return None


def names(described: Mapping[str, Any]) -> list[str]:
    return [container["name"] for container in described["containerDefinitions"]]


def differences(written: Any, there: Any, path: str = "") -> list[str]:
    """Where ECS has something else than the template says. What an intrinsic resolves to, other checks say."""
    if isinstance(written, dict) and len(written) == 1 and is_intrinsic(next(iter(written))):
        return [f"{path}: nothing"] if there in (None, "", [], {}) else []
    if isinstance(written, dict):
        found = []
        for key, member in written.items():
            if member != NO_VALUE:
                found += differences(member, _member(there, key), f"{path}/{key}")
        return found
    if isinstance(written, list):
        items = [item for item in written if item != NO_VALUE]
        if any(isinstance(item, dict) and "Fn::If" in item for item in items):
            return []
        if not isinstance(there, list) or len(there) != len(items):
            return [f"{path}: {len(items)} items, and there {there}"]
        return [each for index, item in enumerate(items) for each in differences(item, there[index], f"{path}/{index}")]
    return [] if str(written).lower() == str(there).lower() else [f"{path}: {written!r}, and there {there!r}"]


def is_intrinsic(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


def _member(there: Any, key: str) -> Any:
    """The API spells names with a small first letter, and one name quite otherwise; options stay as they are."""
    if not isinstance(there, Mapping):
        return None
    if key == "ProxyConfigurationProperties":
        return there.get("properties")
    return there.get(key, there.get(key[0].lower() + key[1:]))
