"""Weights that follow their parameters: stack updates, the function that they change, and a real Envoy that follows.

The Envoy runs what ECS has of the task definition. Only Lambda's address is another one, and the interval is shorter.
"""

import json
import os
import subprocess
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from appmesh_inject.mesh.live_function import FUNCTION
from tests.dataplane.network import ENVOY
from tests.e2e.engine import CREDENTIALS, REPOSITORY, Engine
from tests.e2e.sam import sam
from tests.e2e.stacks import Stack, wait_for
from tests.e2e.variables import Shape
from tests.lambda_runtime import free_ports

TEMPLATE = Path(__file__).with_name("live_weights.yaml").read_text()
EXAMPLES = REPOSITORY / "tests" / "reference" / "examples"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def app(name: str, port: int) -> Iterator[None]:
    """Answers its name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(name)))
            self.end_headers()
            self.wfile.write(name.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@contextmanager
def envoy(definition: Mapping[str, Any], engine: Engine) -> Iterator[None]:
    """The task's envoy, which finds LocalEmu where AWS would be."""
    (container,) = (each for each in definition["containerDefinitions"] if each["name"] == "envoy")
    flag, text, *others = container["command"]
    configuration = yaml.safe_load(text)
    (layer,) = configuration["layered_runtime"]["layers"]
    layer["rtds_layer"]["rtds_config"]["api_config_source"]["refresh_delay"] = "1s"
    clusters = configuration["static_resources"]["clusters"]
    (cluster,) = (each for each in clusters if each.get("alt_stat_name") == "live_weights")
    del cluster["transport_socket"]
    endpoint = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": engine.port}}}
    cluster["load_assignment"]["endpoints"] = [{"lb_endpoints": [{"endpoint": endpoint}]}]
    variables = {each["name"]: each["value"] for each in container["environment"]}
    command = [ENVOY, flag, json.dumps(configuration), *others, "--use-dynamic-base-id"]
    with (engine.folder / "envoy.log").open("wb") as log:
        running = subprocess.Popen(
            command, env={"PATH": os.environ["PATH"], **variables, **CREDENTIALS}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        running.kill()
        running.wait()


def split(port: int, count: int = 40) -> Counter[str]:
    answers: Counter[str] = Counter()
    for _ in range(count):
        try:
            with _OPENER.open(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                answers[answer.read().decode()] += 1
        except OSError as error:
            answers[str(error)] += 1
    return answers


def told(engine: Engine, arn: str) -> dict[str, int]:
    """What the function tells Envoy."""
    asked = {"body": json.dumps({"version_info": "", "resource_names": ["mesh/shop"]})}
    answer = engine.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(asked))
    (resource,) = json.loads(json.loads(answer["Payload"].read())["body"])["resources"]
    layer: dict[str, int] = resource["layer"]
    return {key.rpartition(".cds_egress_shop_")[2].partition("_")[0]: weight for key, weight in layer.items()}


def test_a_stack_update_changes_the_split_and_no_task_definition(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    door, egress, admin, v1, v2 = free_ports(5)
    ports = {"Door": door, "Egress": egress, "Admin": admin, "V1": v1, "V2": v2}
    fixed = {f"{name}Port": str(port) for name, port in ports.items()}
    stack = Stack(macro, "live")
    stack.deploy(TEMPLATE, {**fixed, "Stable": "90", "Canary": "10"})
    arn = stack.outputs()[FUNCTION]
    before, template = stack.task_definitions()["DoorTask"], stack.processed()
    assert told(macro, arn) == {"v1": 90, "v2": 10}
    with app("v1", v1), app("v2", v2), envoy(before, macro):
        wait_for(lambda: set(split(door)), {"v1", "v2"}.__eq__)
        for stable, canary, names in (("0", "100", {"v2"}), ("50", "50", {"v1", "v2"}), ("100", "0", {"v1"})):
            stack.deploy(TEMPLATE, {**fixed, "Stable": stable, "Canary": canary})
            assert told(macro, arn) == {"v1": int(stable), "v2": int(canary)}
            wait_for(lambda: set(split(door)), names.__eq__)
            assert stack.task_definitions()["DoorTask"]["taskDefinitionArn"] == before["taskDefinitionArn"]
            assert json.dumps(stack.processed()) == json.dumps(template)
            assert stack.outputs()[FUNCTION] == arn
    (permission,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Permission")
    assert permission["Properties"]["Principal"] == {"Fn::GetAtt": ["DoorRole", "Arn"]}
    policy = json.loads(macro.client("lambda").get_policy(FunctionName=arn)["Policy"])
    (statement,) = policy["Statement"]
    assert "DoorRole" in json.dumps(statement["Principal"])
    stack.delete()


def test_tasks_of_another_stack_ask_the_function_of_the_mesh(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    mesh = Stack(macro, "live-mesh")
    exported = (EXAMPLES / "AM348.mesh.yaml").read_text()
    mesh.deploy(exported, {"Stable": "90", "Canary": "10"})
    arn = mesh.outputs()[FUNCTION]
    named = ("--parameter-overrides", "MacroName=WithLive", "MeshStacks=live-mesh")
    sam("deploy", "--stack-name", "with-live", *named, engine=macro)
    text = (EXAMPLES / "AM348.yaml").read_text().replace("AppMeshInject", "WithLive").replace("shop-mesh", "live-mesh")
    stack = Stack(macro, "live-web")
    stack.deploy(text)
    before = stack.task_definitions()["WebTask"]
    assert arn in json.dumps(before)
    policy = json.loads(macro.client("lambda").get_policy(FunctionName=arn)["Policy"])
    (statement,) = policy["Statement"]
    assert "arn:aws:iam::111122223333:role/web" in json.dumps(statement["Principal"])
    mesh.deploy(exported, {"Stable": "0", "Canary": "100"})
    assert (told(macro, arn), mesh.outputs()[FUNCTION]) == ({"v1": 0, "v2": 100}, arn)
    stack.deploy(text)
    assert stack.task_definitions()["WebTask"]["taskDefinitionArn"] == before["taskDefinitionArn"]
    sam("delete", "--stack-name", "with-live", "--no-prompts", engine=macro)


def test_a_new_default_is_a_new_baseline(macro: Engine) -> None:
    macro.hand_over(Shape.WITHOUT_TRANSFORM)
    stack = Stack(macro, "baseline")
    stack.deploy(TEMPLATE)
    before = stack.task_definitions()["DoorTask"]
    stack.deploy(TEMPLATE.replace("Default: 90", "Default: 80"))
    after = stack.task_definitions()["DoorTask"]
    assert after["revision"] == before["revision"] + 1
    assert "weight: '80'" in json.dumps(after)
    stack.delete()


def test_weights_that_are_all_0_are_refused(macro: Engine) -> None:
    refused = Stack(macro, "zero").change_set(TEMPLATE, {"Stable": "0", "Canary": "0"})
    assert refused["Status"] == "FAILED"
    assert "AM314" in refused["StatusReason"]
