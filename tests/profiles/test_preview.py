"""The `preview` profile, held to the text of the App Mesh user guide of the preview (tests/seed/user-guide.txt)."""

import json
import re
from pathlib import Path

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import inject
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from appmesh_inject.workloads.ecs_api import EcsTaskDefinition
from appmesh_inject.workloads.kubernetes import KubernetesManifests

GUIDE = (Path(__file__).parent / "seed" / "user-guide.txt").read_text()


def section(heading: str) -> str:
    """The text below a heading of the guide, up to the next one."""
    return GUIDE.split(heading)[1].split("\n\nExample")[0].strip()


def words(text: str) -> list[str]:
    """A document on one line, as the guide has it, word for word: quotes and white space do not count."""
    return re.sub(r"[\"'\s]+", " ", text).split()


def on_one_line(value: Json) -> str:
    """A document in YAML's words, without line breaks, as the guide prints it."""
    if isinstance(value, dict):
        return " ".join(f"{key}: {on_one_line(member)}" for key, member in value.items())
    if isinstance(value, list):
        return " ".join(f"- {on_one_line(item)}" for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_cloudformation_form_is_the_guides_word_for_word() -> None:
    request = Level((), {"MeshName": "meshName", "VirtualNodeName": "virtualNodeName", "AppPorts": [9080]})
    snippet: Json = {
        "NetworkMode": "awsvpc",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "app", "Image": "app"}],
    }
    outcome = inject(snippet, CloudFormation(request, {}))
    assert isinstance(outcome.document, dict)
    containers = outcome.document["ContainerDefinitions"]
    assert isinstance(containers, list)
    app, *sidecars = containers
    assert app == {"Name": "app", "Image": "app"}
    guide = section("Example AWS CloudFormation for Amazon ECS task definition")
    assert words(on_one_line(sidecars)) == words(guide.replace("application_port_list", "9080"))


def test_ecs_form_has_the_guides_members_and_values_in_its_order() -> None:
    guide = section("Example JSON for Amazon ECS task definition").replace("application_port_list", "9080")
    without_trailing_commas = re.sub(r",(\s*[}\]])", r"\1", guide)
    expected = json.loads(f"[{without_trailing_commas}]")
    request = Level((), {"MeshName": "meshName", "VirtualNodeName": "virtualNodeName", "AppPorts": [9080]})
    document: Json = {"networkMode": "awsvpc", "memory": "512", "containerDefinitions": [{"name": "app"}]}
    outcome = inject(document, EcsTaskDefinition(request))
    assert isinstance(outcome.document, dict)
    containers = outcome.document["containerDefinitions"]
    assert isinstance(containers, list)
    assert json.dumps(containers[1:]) == json.dumps(expected)


def test_pod_form_is_the_guides_word_for_word() -> None:
    request = Level(
        (),
        {
            "MeshName": "meshName",
            "VirtualNodeName": "virtualNodeName",
            "AppPorts": [9080],
            "Region": "aws_region_name",
        },
    )
    pod: Json = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}
    outcome = inject([pod], KubernetesManifests(request))
    assert isinstance(outcome.document, list)
    (injected,) = outcome.document
    assert isinstance(injected, dict)
    guide = section("Example Kubernetes pod spec").replace("application_port_list", "9080")
    assert words("spec: " + on_one_line(injected["spec"])) == words(guide)
