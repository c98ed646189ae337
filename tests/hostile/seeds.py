"""Events to start from: those that CloudFormation would send for the golden cases and the examples."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.golden.cases import cases
from tests.mesh.cases import GOLDEN

EVENTS = Path(__file__).parents[2] / "events"


@functools.cache
def seeds() -> tuple[str, ...]:
    """Each as JSON text, small ones first: tests cut and bend them, so each use gets its own copy."""
    return tuple(sorted((json.dumps(each, default=str) for each in _events()), key=len))


def _events() -> Iterator[Any]:
    for path in sorted(EVENTS.glob("*.json")):
        yield json.loads(path.read_text())
    for case in cases("cloudformation"):
        yield event(case.document, params=case.request, templateParameterValues=case.parameters)
    for folder in sorted(GOLDEN.iterdir()):
        if (folder / "mesh.yaml").exists():
            yield from _mesh_events(yaml.safe_load((folder / "mesh.yaml").read_text()))


def _mesh_events(template: dict[str, Any]) -> Iterator[Any]:
    """A mesh with a standalone task for each of its nodes and gateways that the case compiles."""
    asked = template.pop("Case")
    resources = dict(template["Resources"])
    mesh = next((each["Properties"]["MeshName"] for each in resources.values() if _has_mesh(each)), "apps")
    named = [("VirtualNodeName", who) for who in asked.get("Nodes", ())]
    named += [("VirtualGatewayName", who) for who in asked.get("Gateways", ())]
    for number, (setting, who) in enumerate(named):
        resources[f"Task{number}"] = task({"Profile": "standalone", "MeshName": mesh, setting: who})
    fragment = {**template, "Resources": resources}
    yield event(fragment, templateParameterValues=asked.get("Parameters", {}))


def _has_mesh(resource: Any) -> bool:
    return isinstance(resource, dict) and "MeshName" in resource.get("Properties", {})


def task(mark: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A marked task definition."""
    container = {"Name": "app", "Image": "web", "PortMappings": [{"ContainerPort": 9080}]}
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Metadata": {"AppMesh": mark},
        "Properties": {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [container], **properties},
    }


def event(fragment: Any, **more: Any) -> dict[str, Any]:
    return {
        "region": "us-east-1",
        "accountId": "123456789012",
        "fragment": fragment,
        "transformId": "123456789012::AppMeshInject",
        "params": {},
        "requestId": "a-request",
        "templateParameterValues": {},
        **more,
    }
