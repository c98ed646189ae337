"""AWS::ECS::Service for LocalEmu, whose ECS takes a ServiceConnectConfiguration and forgets it.

The service's deployment keeps the configuration, as in AWS. What ECS refuses beyond the shape of a request is refused
where it depends on other resources: the task definition's port names, and the names that the namespace has already.
Sources: ECS API reference, "ServiceConnectService"; ECS developer guide, "Service Connect components".
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import moto.backends as moto_backends
from localemu.services.cloudformation.provider_utils import generate_default_name
from localemu.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from tests.e2e.inside.api_names import asked, input_shape
from tests.e2e.inside.http_namespace import NAMESPACES, Endpoint, Namespace, found

ARN, NAME = "ServiceArn", "Name"
CREATE, UPDATE = input_shape("ecs", "CreateService"), input_shape("ecs", "UpdateService")
MEMBER = "serviceConnectConfiguration"


class EcsServiceProvider(ResourceProvider):  # type: ignore[misc]
    TYPE = "AWS::ECS::Service"
    SCHEMA = {  # noqa: RUF012 - as LocalEmu's own
        "typeName": TYPE,
        "primaryIdentifier": [f"/properties/{ARN}"],
        "readOnlyProperties": [f"/properties/{ARN}", f"/properties/{NAME}"],
        "properties": {},
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model.setdefault("ServiceName", generate_default_name(request.stack_name, request.logical_resource_id))
        parameters = asked(_without_attributes(model), CREATE)
        for network in parameters.get("networkConfiguration", {}).values():
            # Optional in AWS, which takes the VPC's default group. LocalEmu's ECS, which is moto's, wants the list.
            network.setdefault("securityGroups", [])
        created = request.aws_client_factory.ecs.create_service(**parameters)["service"]
        model |= {ARN: created["serviceArn"], NAME: created["serviceName"]}
        _deploy(request, parameters)
        return self.read(request)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        model |= {name: request.previous_state[name] for name in (ARN, NAME, "ServiceName")}
        known = asked(_without_attributes(model), CREATE)
        parameters = {name: value for name, value in known.items() if name in UPDATE.members}
        request.aws_client_factory.ecs.update_service(**parameters, service=model[NAME])
        _deploy(request, parameters)
        return self.read(request)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        cluster = {"cluster": model["Cluster"]} if "Cluster" in model else {}
        request.aws_client_factory.ecs.delete_service(**cluster, service=model[NAME], force=True)
        _leave_namespaces(model[ARN])
        return self.read(request)

    def read(self, request: ResourceRequest) -> ProgressEvent:
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=request.desired_state)


def _without_attributes(model: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in model.items() if name not in (ARN, NAME)}


def _deploy(request: ResourceRequest, parameters: Mapping[str, Any]) -> None:
    """A new deployment of a service. An update without a configuration leaves the one that is there as it was."""
    arn = request.desired_state[ARN]
    ecs: Any = moto_backends.get_backend("ecs")[request.account_id][request.region_name]
    service = ecs.services[":".join(arn.split("/")[-2:])]
    (deployment,) = service.deployments
    configuration = parameters.get(MEMBER, deployment.get(MEMBER))
    mapped = [
        mapping.get("name")
        for container in ecs.describe_task_definition(service.task_definition).container_definitions
        for mapping in container.get("portMappings", ())
    ]
    _leave_namespaces(arn)
    now = datetime.now(UTC)
    deployment |= {"id": f"ecs-svc/{uuid.uuid4().int}", "taskDefinition": service.task_definition}
    deployment |= {"createdAt": now, "updatedAt": now}
    if configuration is not None:
        deployment[MEMBER] = configuration
    if configuration is not None and configuration["enabled"]:
        namespace = found(configuration["namespace"])
        endpoints = [_endpoint(each, mapped) for each in configuration.get("services", ())]
        _refuse_taken_names(namespace, arn, endpoints)
        namespace.endpoints[arn] = endpoints
        names = ", ".join(sorted(each.alias for each in [*namespace.others(arn), *endpoints]))
        service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": now, "message": f"tasks resolve: {names}"})


def _endpoint(service: Mapping[str, Any], mapped: list[str | None]) -> Endpoint:
    if service["portName"] not in mapped:
        raise ValueError(f"portName {service['portName']} is not in the task definition")
    if len(service.get("clientAliases", ())) != 1:
        raise ValueError("clientAliases must have 1 element")
    (alias,) = service["clientAliases"]
    return Endpoint(service["discoveryName"], f"{alias['dnsName']}:{alias['port']}")


def _refuse_taken_names(namespace: Namespace, service: str, endpoints: list[Endpoint]) -> None:
    there = namespace.others(service)
    for kind in ("discovery_name", "alias"):
        names = [getattr(each, kind) for each in [*there, *endpoints]]
        if taken := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{kind} {taken} is there already in namespace {namespace.name}")


def _leave_namespaces(service: str) -> None:
    for namespace in NAMESPACES.values():
        namespace.endpoints.pop(service, None)
