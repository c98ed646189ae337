"""AWS::ServiceDiscovery::HttpNamespace for LocalEmu, which has no Cloud Map: it has a name, and is in use or not."""

import uuid
from dataclasses import dataclass, field

from localemu.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from tests.e2e.inside.api_names import asked, input_shape

CREATE = input_shape("servicediscovery", "CreateHttpNamespace")
ARN, ID = "Arn", "Id"


@dataclass(frozen=True)
class Endpoint:
    """An entry of a ServiceConnectConfiguration, with the one alias that the API wants."""

    discovery_name: str
    alias: str


@dataclass
class Namespace:
    """endpoints: by the ARN of the ECS service that has them."""

    name: str
    endpoints: dict[str, list[Endpoint]] = field(default_factory=dict)

    def others(self, service: str) -> list[Endpoint]:
        return [each for arn, endpoints in self.endpoints.items() if arn != service for each in endpoints]


NAMESPACES: dict[str, Namespace] = {}
"""By ARN. There is one account, and one Region."""


def found(name: str) -> Namespace:
    """The namespace that a configuration gives by its name or ARN."""
    for arn, namespace in NAMESPACES.items():
        if name in (arn, namespace.name):
            return namespace
    raise ValueError(f"namespace {name} does not exist")


class HttpNamespaceProvider(ResourceProvider):  # type: ignore[misc]
    TYPE = "AWS::ServiceDiscovery::HttpNamespace"
    SCHEMA = {  # noqa: RUF012 - as LocalEmu's own
        "typeName": TYPE,
        "primaryIdentifier": [f"/properties/{ID}"],
        "readOnlyProperties": [f"/properties/{ID}", f"/properties/{ARN}"],
        "properties": {},
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        name = asked({key: value for key, value in model.items() if key not in (ARN, ID)}, CREATE)["Name"]
        if name in [each.name for each in NAMESPACES.values()]:
            raise ValueError(f"namespace {name} exists")
        model[ID] = f"ns-{uuid.uuid4().hex[:16]}"
        where = f"{request.region_name}:{request.account_id}"
        model[ARN] = f"arn:aws:servicediscovery:{where}:namespace/{model[ID]}"
        NAMESPACES[model[ARN]] = Namespace(name)
        return self.read(request)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        """Another name is another namespace."""
        return self.create(request)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        namespace = NAMESPACES[request.desired_state[ARN]]
        if used := sorted(each.discovery_name for each in namespace.others("")):
            raise ValueError(f"namespace {namespace.name} still has services: {', '.join(used)}")
        del NAMESPACES[request.desired_state[ARN]]
        return self.read(request)

    def read(self, request: ResourceRequest) -> ProgressEvent:
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=request.desired_state)
