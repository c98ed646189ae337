"""How many tasks register in a Cloud Map service, as far as the template tells."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Literal, function, read
from appmesh_inject.resource_types import ECS_SERVICE, SCALABLE_TARGET

if TYPE_CHECKING:
    from appmesh_inject.mesh.names import MeshNames


def registered_tasks(service: str, resources: Mapping[str, Json], names: "MeshNames") -> int | None:
    """The tasks of the ECS services that register in the Cloud Map service with logical ID `service`. None if a number
    is not known: there is no such ECS service, its DesiredCount is not known, or something scales it."""
    if any(isinstance(each, Mapping) and each.get("Type") == SCALABLE_TARGET for each in resources.values()):
        return None
    counts: list[int] = []
    for resource in resources.values():
        properties = resource.get("Properties") if isinstance(resource, Mapping) else None
        if not isinstance(properties, Mapping) or resource.get("Type") != ECS_SERVICE:  # type: ignore[union-attr]
            continue
        if service in _registries(properties.get("ServiceRegistries")):
            # ECS runs one task where DesiredCount is not given.
            count = read(properties.get("DesiredCount", 1), names.scope)
            if not isinstance(count, Literal) or not str(count.value).isdigit():
                return None
            counts.append(int(str(count.value)))
    return sum(counts) if counts else None


def _registries(registries: Json) -> list[Json]:
    """The logical IDs of the Cloud Map services in ServiceRegistries."""
    found: list[Json] = []
    for registry in registries if isinstance(registries, list) else ():
        arn = registry.get("RegistryArn") if isinstance(registry, Mapping) else None
        if isinstance(arn, dict) and function(arn) == "Fn::GetAtt":
            argument = arn["Fn::GetAtt"]
            found.append(argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0])
    return found
