"""App ports that nobody named are held to the same limits as those that are."""

import pytest

from appmesh_inject.injection import inject
from appmesh_inject.settings import Level
from appmesh_inject.targets.cloudformation import CloudFormation
from appmesh_inject.tree import Json


@pytest.mark.parametrize(
    ("ports", "codes"),
    [([9080], []), (list(range(9000, 9015)), []), (list(range(9000, 9016)), ["AM108"]), ([15000], ["AM115"])],
)
def test_inferred_ports_are_checked(ports: list[int], codes: list[str]) -> None:
    container: Json = {"Name": "app", "PortMappings": [{"ContainerPort": port} for port in ports]}
    properties: Json = {"NetworkMode": "awsvpc", "Memory": "512", "ContainerDefinitions": [container]}
    mark: Json = {"MeshName": "apps", "VirtualNodeName": "web"}
    task: Json = {"Type": "AWS::ECS::TaskDefinition", "Metadata": {"AppMesh": mark}, "Properties": properties}
    outcome = inject({"Resources": {"Web": task}}, CloudFormation(Level((), {}), {}))
    assert [finding.code for finding in outcome.findings] == codes
