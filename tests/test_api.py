"""The front door for Python: one function, plain values, nothing raised."""

import copy
import subprocess
import sys
from typing import Any

import pytest
import yaml

from appmesh_inject import Action, Injected, inject
from appmesh_inject.cli import documents
from tests.cli.command import SIDECARS, TEMPLATE, run

DOCUMENT: Any = documents.parsed("", TEMPLATE).content


def names(injected: Injected) -> list[str]:
    template: Any = injected.template
    return [each["Name"] for each in template["Resources"]["Web"]["Properties"]["ContainerDefinitions"]]


def test_a_template_comes_out_as_the_command_line_renders_it() -> None:
    before = copy.deepcopy(DOCUMENT)
    injected = inject(DOCUMENT)
    assert injected.ok
    assert injected.template == documents.parsed("", run("render", "-", stdin=TEMPLATE).out).content
    assert [(each.name, each.action) for each in injected.reports] == [("Web", Action.INJECTED)]
    assert before == DOCUMENT, "what was given is as it was"


def test_settings_parameters_and_deployment_count() -> None:
    template = {**DOCUMENT, "Parameters": {"Level": {"Type": "String", "Default": "info"}}}
    template["Metadata"] = {"AppMesh": {"LogLevel": {"Ref": "Level"}}}
    assert not inject(template, parameters={"Level": "loud"}).ok
    injected = inject(DOCUMENT, settings={"LogLevel": "trace"}, deployment={"PreviewEnvoyImage": "mine"})
    assert "trace" in str(injected.template)
    assert "mine" in str(injected.template)


@pytest.mark.parametrize(
    "template", [{}, {"Resources": []}, {"Resources": {"Web": None}}, {"kind": "Pod", "apiVersion": 1}]
)
def test_a_mistake_is_a_finding_or_nothing_and_never_raised(template: Any) -> None:
    assert inject(template).template is template


def test_what_is_refused_comes_back_itself() -> None:
    injected = inject(DOCUMENT, settings={"Profil": "ga"})
    assert injected.template is DOCUMENT
    assert [(each.code, each.path) for each in injected.findings] == [("AM101", ("settings['Profil']",))]


def test_the_other_forms() -> None:
    task = inject(
        {"family": "web", "memory": "512", "networkMode": "awsvpc", "containerDefinitions": [{"name": "app"}]},
        settings={"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80"},
    )
    assert [each["name"] for each in task.template["containerDefinitions"]] == SIDECARS  # type: ignore[index,union-attr,call-overload]
    pod = yaml.safe_load("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: app}]}}")
    asked = {"MeshName": "a", "VirtualNodeName": "b", "AppPorts": "80", "Region": "us-east-1"}
    assert "envoy" in str(inject(pod, settings=asked).template)


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import sys, appmesh_inject; print(*[name for name in sys.modules if name.startswith('appmesh_inject.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_the_front_door_needs_no_command_line() -> None:
    code = "import sys; from appmesh_inject import inject; inject({'Resources': {}}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"typer", "rich", "yaml", "cfnlint", "boto3"} & set(loaded)
