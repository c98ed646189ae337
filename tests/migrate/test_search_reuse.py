"""A task definition gets the same mark, whatever task definitions stand beside it."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appmesh_inject.files import documents
from appmesh_inject.injection import inject
from appmesh_inject.migrate.adoption_decisions import AdoptedTask, decisions
from appmesh_inject.migrate.mark_search import Attempt, Search, Way
from appmesh_inject.migrate.marks import in_metadata
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.layers import Level
from appmesh_inject.workloads.cloudformation import CloudFormation
from tests.migrate.cases import cases

TEMPLATES = [case.input for case in cases() if "\nResources:\n" in case.input.read_text()]
"""The templates of all cases."""

Task = dict[str, Any]


def _app(task: Task) -> Any:
    return task["Properties"]["ContainerDefinitions"][0]


def _envoy(task: Task) -> Any:
    return next(each for each in task["Properties"]["ContainerDefinitions"] if each["Name"] == "envoy")


def _named(text: str) -> Callable[[Task], None]:
    def change(task: Task) -> None:
        new = json.loads(json.dumps(task).replace("node-1", text))
        task.clear()
        task.update(new)

    return change


def _in_mesh(task: Task) -> None:
    new = json.loads(json.dumps(task).replace("mesh/apps", "mesh/shop"))
    task.update(new)


def _variable(name: str, value: str) -> Callable[[Task], None]:
    return lambda task: _envoy(task)["Environment"].append({"Name": name, "Value": value})


CHANGES: dict[str, Callable[[Task], Any]] = {
    "nothing": lambda task: None,
    "name": _named("node-2"),
    "longer name": _named("node-2-of-a-long-name"),
    "name of an intrinsic": _named("${Node}"),
    "name that is a default": _named("info"),
    "mesh": _in_mesh,
    "app's image": lambda task: _app(task).update(Image="other"),
    "app is called envoy": lambda task: _app(task).update(Name="envoy-2"),
    "app's port": lambda task: _app(task).update(PortMappings=[{"ContainerPort": 80}]),
    "app's variables": lambda task: _app(task).update(Environment=[{"Name": "A", "Value": "node-1"}]),
    "app has a variable of envoy": lambda task: _app(task).update(
        Environment=[{"Name": "APPMESH_VIRTUAL_NODE_NAME", "Value": "mesh/apps/virtualNode/node-1"}]
    ),
    "app does not wait": lambda task: _app(task).update(DependsOn=[]),
    "another app": lambda task: task["Properties"]["ContainerDefinitions"].append({"Name": "b", "Image": "b"}),
    "another app first": lambda task: task["Properties"]["ContainerDefinitions"].insert(0, {"Name": "b", "Image": "b"}),
    "envoy's image": lambda task: _envoy(task).update(Image="aws-appmesh-envoy:1"),
    "envoy's memory": lambda task: _envoy(task).update(Memory=256),
    "envoy's log level": _variable("ENVOY_LOG_LEVEL", "debug"),
    "envoy's own variable": _variable("OWN", "1"),
    "envoy's variable with the name": _variable("OWN", "mesh/apps/virtualNode/node-1"),
    "envoy's name": lambda task: _envoy(task).update(Name="proxy"),
    "no memory": lambda task: task["Properties"].pop("Memory"),
    "network": lambda task: task["Properties"].update(NetworkMode="bridge"),
    "order": lambda task: task["Properties"]["ContainerDefinitions"].reverse(),
    "under a condition": lambda task: task.update(Condition="Is"),
    "tags": lambda task: task["Properties"].update(Tags=[{"Key": "a", "Value": "b"}]),
}

TOPS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "the mesh": {"MeshName": "apps"},
    "a node": {"MeshName": "apps", "VirtualNodeName": "node-2"},
    "a log level": {"LogLevel": "debug"},
    "a profile": {"Profile": "ga"},
}


@pytest.mark.parametrize("profile", ["preview", "ga"])
@pytest.mark.parametrize("top", TOPS)
def test_of_alike_task_definitions(profile: str, top: str) -> None:
    first = _by_hand(profile)
    resources = {"Task0": first}
    for number, change in enumerate(CHANGES.values(), 1):
        for step, before in enumerate((CHANGES["nothing"], CHANGES["name"])):
            task = copy.deepcopy(first)
            before(task)
            change(task)
            resources[f"Task{number}{'ab'[step]}"] = task
    template = {"Metadata": {"AppMesh": TOPS[top]}, "Conditions": {"Is": {"Fn::Equals": [1, 1]}}}
    _same_together_as_alone({**template, "Resources": resources})


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name)
def test_of_every_case_twice(path: Any) -> None:
    template = documents.load(str(path)).content
    assert isinstance(template, dict)
    again = {f"Again{name}": json.loads(json.dumps(each)) for name, each in template["Resources"].items()}
    resources = {**template["Resources"], **{name: each for name, each in again.items() if _is_task(each)}}
    _same_together_as_alone({**template, "Resources": resources})


def test_is_what_makes_it_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second task definition that differs in its name, image and variables takes one attempt instead of a search."""
    attempts: list[Way] = []
    attempt = Search._try

    def counted(self: Search, way: Way) -> Attempt:
        attempts.append(way)
        return attempt(self, way)

    monkeypatch.setattr(Search, "_try", counted)
    first = _by_hand("ga")
    second = json.loads(json.dumps(first).replace("node-1", "node-2").replace("app:1", "app:2"))
    list(_decided({"Resources": {"First": first}}))
    alone = len(attempts)
    list(_decided({"Resources": {"First": first, "Second": second}}))
    assert len(attempts) == alone + alone + 1


def _same_together_as_alone(template: dict[str, Any]) -> None:
    tasks = [name for name, each in template["Resources"].items() if _is_task(each) or isinstance(each, list)]
    others = {name: each for name, each in template["Resources"].items() if name not in tasks}
    alone = [
        [*map(_shown, _decided({**template, "Resources": {**others, name: template["Resources"][name]}}))]
        for name in tasks
    ]
    together = [*map(_shown, _decided(template))]
    assert together == [each for decided in alone for each in decided]
    backwards = dict(reversed(template["Resources"].items()))
    assert [*map(_shown, _decided({**template, "Resources": backwards}))] == [
        each for decided in reversed(alone) for each in decided
    ]


def _is_task(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("Type") == "AWS::ECS::TaskDefinition"


def _decided(template: dict[str, Any]) -> Iterator[Any]:
    return decisions(template, in_metadata(template, RenderOptions()), RenderOptions())


def _shown(decision: Any) -> Any:
    """The order of settings counts, too: it is that of the text."""
    if not isinstance(decision, AdoptedTask):
        return decision
    attempt = decision.attempt
    return decision.name, json.dumps(attempt.mark), attempt.removed, decision.profile, decision.note


def _by_hand(profile: str) -> Task:
    """A task definition with the sidecars that the macro adds."""
    app = {
        "Name": "app",
        "Image": "app:1",
        "Essential": True,
        "PortMappings": [{"ContainerPort": 8080}],
        "Environment": [{"Name": "STAGE", "Value": "node-1"}],
    }
    properties = {"NetworkMode": "awsvpc", "Memory": "1024", "ContainerDefinitions": [app]}
    mark = {"AppMesh": {"Profile": profile, "MeshName": "apps", "VirtualNodeName": "node-1"}}
    template: Any = {
        "Resources": {
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Metadata": mark, "Properties": properties},
        }
    }
    outcome = inject(template, CloudFormation(Level((), {}), {}))
    assert not outcome.has_errors, outcome.findings
    task = json.loads(json.dumps(outcome.document))["Resources"]["Task"]
    del task["Metadata"]
    return dict(task)
