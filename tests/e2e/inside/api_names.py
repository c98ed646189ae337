"""A resource's properties as the API of its service takes them, by botocore's description of that API.

What the API does not know fails the stack, and does not vanish.
"""

from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

ALIASES = {"proxyconfigurationproperties": "properties", "placementstrategies": "placementStrategy"}
"""Names that differ by more than the case of a letter."""


def input_shape(service: str, operation: str) -> Any:
    described = Loader().load_service_model(service, "service-2")
    return ServiceModel(described, service).operation_model(operation).input_shape


def asked(properties: dict[str, Any], shape: Any) -> dict[str, Any]:
    """What to ask the API for, with everything that it requires."""
    parameters: dict[str, Any] = as_api(properties, shape)
    validate_parameters(parameters, shape)
    return parameters


def as_api(value: Any, shape: Any, path: str = "Properties") -> Any:
    """A property as the API takes it: its names, and numbers and truth values for texts that say them."""
    kind = shape.type_name
    expected = {"structure": dict, "map": dict, "list": list}.get(kind)
    if expected is not None and not isinstance(value, expected):
        raise ValueError(f"{path}: a {kind} is expected")
    if kind == "structure":
        members = {name.lower(): name for name in shape.members}
        api = {}
        for name, member in value.items():
            found = members.get(ALIASES.get(name.lower(), name).lower())
            if found is None:
                raise ValueError(f"{path}: extraneous key [{name}] is not permitted")
            api[found] = as_api(member, shape.members[found], f"{path}/{name}")
        return api
    if kind == "list":
        return [as_api(item, shape.member, f"{path}/{index}") for index, item in enumerate(value)]
    if kind == "map":
        return {name: as_api(member, shape.value, f"{path}/{name}") for name, member in value.items()}
    if kind in ("integer", "long"):
        return int(value)
    if kind == "boolean":
        return str(value).lower() == "true"
    return str(value)
