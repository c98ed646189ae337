"""LocalEmu itself: it is reached from here alone, and the list of what it lacks is true."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.engine import CLUSTER, PYTHON, Engine
from tests.e2e.gaps import LACKING_TYPES
from tests.e2e.stacks import Stack

PROVIDED = """
from importlib.metadata import entry_points
print(*(each.name for each in entry_points(group="localemu.cloudformation.resource_providers")))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")
def test_everything_listens_on_loopback(macro: Engine) -> None:
    """LocalEmu, the emulator and the function: what is in their process group and listens."""
    listening = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                listening[f"socket:[{fields[9]}]"] = fields[1].partition(":")[0]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            group = int((process / "stat").read_text().rpartition(")")[2].split()[2])
            if group == macro.process.pid:
                found += [listening.get(str(each.readlink())) for each in (process / "fd").iterdir()]
        except OSError:
            continue
    addresses = {address for address in found if address}
    assert addresses
    # 127.0.0.1, alone and in IPv6's way, as Linux writes them on a little-endian machine.
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}


def test_types_that_are_passed_over_are_lacking_indeed() -> None:
    ran = subprocess.run([str(PYTHON), "-c", PROVIDED], capture_output=True, text=True, check=True, timeout=60)
    provided = set(ran.stdout.lower().split())
    assert "aws::cloudformation::macro" in provided
    assert not provided & {name.lower() for name in LACKING_TYPES}


def test_a_lacking_type_that_is_not_listed_fails_the_stack(engine: Engine) -> None:
    stack = Stack(engine, "lacking")
    with pytest.raises(AssertionError, match="AWS::Chatbot::SlackChannelConfiguration"):
        stack.deploy("Resources: {Something: {Type: AWS::Chatbot::SlackChannelConfiguration}}")


def test_a_property_that_ecs_does_not_know_fails_the_stack(engine: Engine) -> None:
    stack = Stack(engine, "extraneous")
    with pytest.raises(AssertionError, match=r"extraneous key \[DependsUpon\]"):
        stack.deploy("""
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{ Name: app, Image: nginx, Memory: 64, DependsUpon: [] }]
""")


ENTRY: dict[str, Any] = {
    "PortName": "web",
    "DiscoveryName": "web",
    "ClientAliases": [{"Port": 80, "DnsName": "web.local"}],
}


def service(configuration: Any) -> dict[str, Any]:
    properties = {"Cluster": CLUSTER, "TaskDefinition": {"Ref": "Task"}, "ServiceConnectConfiguration": configuration}
    return {"Type": "AWS::ECS::Service", "Properties": properties}


def with_services(name: str, *services: dict[str, Any]) -> str:
    mapping = {"ContainerPort": 80, "Name": "web"}
    app = {"Name": "app", "Image": "nginx", "Memory": 64, "PortMappings": [mapping]}
    resources = {
        "Namespace": {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": name}},
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": name, "ContainerDefinitions": [app]}},
    }
    return json.dumps({"Resources": {**resources, **{f"Service{n}": each for n, each in enumerate(services)}}})


def enabled(*entries: dict[str, Any], namespace: Any = None) -> dict[str, Any]:
    own = {"Fn::GetAtt": ["Namespace", "Arn"]}
    return service({"Enabled": True, "Namespace": namespace or own, "Services": list(entries)})


REFUSED = {
    "portName api is not in the task definition": [enabled({**ENTRY, "PortName": "api"})],
    "clientAliases must have 1 element": [enabled({**ENTRY, "ClientAliases": ENTRY["ClientAliases"] * 2})],
    'Missing required parameter in serviceConnectConfiguration: "enabled"': [service({"Namespace": "other"})],
    "extraneous key [PortNames] is not permitted": [enabled({**ENTRY, "PortNames": "web"})],
    "namespace elsewhere does not exist": [enabled(ENTRY, namespace="elsewhere")],
    "discovery_name {'web'} is there already": [enabled(ENTRY), enabled(ENTRY)],
}
"""What ECS says of services, with our provider's words, and the services."""


@pytest.mark.parametrize("reason", REFUSED)
def test_a_service_that_ecs_would_refuse_fails_the_stack(macro: Engine, reason: str) -> None:
    number = list(REFUSED).index(reason)
    with pytest.raises(AssertionError, match=re.escape(reason)):
        Stack(macro, f"refused-{number}").deploy(with_services(f"refused-{number}", *REFUSED[reason]))


def test_an_update_that_says_nothing_of_service_connect_leaves_it_on(macro: Engine) -> None:
    stack = Stack(macro, "left-on")
    stack.deploy(with_services("left-on", enabled(ENTRY)))
    silent = service({})
    del silent["Properties"]["ServiceConnectConfiguration"]
    stack.deploy(with_services("left-on", silent))
    (deployment,) = stack.ecs_services()["Service0"]["deployments"]
    assert deployment["serviceConnectConfiguration"]["enabled"]
    stack.deploy(with_services("left-on", service({"Enabled": False})))
    (deployment,) = stack.ecs_services()["Service0"]["deployments"]
    assert deployment["serviceConnectConfiguration"] == {"enabled": False}
    stack.delete()
