"""The artefact that `sam build` makes answers the events of `events/` under AWS's Runtime Interface Emulator."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appmesh_inject.macro import message, transformed
from tests import lambda_runtime as runtime
from tests.e2e.engine import REPOSITORY

EVENTS = sorted((REPOSITORY / "events").glob("*.json"))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_event_is_answered_as_the_core_answers_it(path: Path, artefact: None) -> None:
    event = json.loads(path.read_text())
    answer = runtime.invoke(REPOSITORY, path.read_bytes())
    assert not answer.is_error
    response = json.loads(answer.body)
    outcome = transformed(event, {})
    assert response["requestId"] == event["requestId"]
    assert response["fragment"] == outcome.document
    assert response["status"] == ("failed" if outcome.has_errors else "success")
    assert response.get("errorMessage", "") == message(outcome.findings)
    assert event["requestId"] in answer.log
    for value in event["templateParameterValues"].values():
        if isinstance(value, str) and value.startswith("arn:"):
            assert value not in answer.log


def test_function_runs_with_deployment_parameters_and_answers_again_and_again(artefact: None) -> None:
    event = (REPOSITORY / "events" / "tags.json").read_bytes()
    function = runtime.built(REPOSITORY, {"PreviewEnvoyImage": "registry.example.com/envoy:1"})
    with runtime.Runtime(function, runtime.emulator(REPOSITORY), runtime.interpreter(REPOSITORY)) as running:
        answers = [running.invoke(event) for _ in range(3)]
    assert len({answer.body for answer in answers}) == 1
    assert b"registry.example.com/envoy:1" in answers[0].body


@pytest.mark.parametrize("text", ["\u00e9\U0001f600", "\ud800", "\ude00\ud83d"])
def test_any_text_of_a_template_gets_a_response(text: str, artefact: None) -> None:
    """Lambda's runtime ends without one where it cannot encode it."""
    event = {"requestId": "r", "fragment": {"Resources": {}, "Description": text}}
    answer = runtime.invoke(REPOSITORY, json.dumps(event).encode())
    response = json.loads(answer.body)
    assert not answer.is_error, response
    if response["status"] == "failed":
        assert response["errorMessage"].startswith("AM004 Description: a text contains half a character")
    else:
        assert response["fragment"]["Description"] == text


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        ("def handler(event, context): raise ValueError('no')", "ValueError"),
        ("import os\ndef handler(event, context): os._exit(3)", "Runtime.ExitError"),
        ("import nothing_of_this_name", "Runtime.ImportModuleError"),
        ("import time\ndef handler(event, context): time.sleep(60)", "Task timed out after 1.00 seconds"),
    ],
    ids=["raises", "exits", "cannot be imported", "takes too long"],
)
def test_function_that_breaks_is_an_error(body: str, error_type: str, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(body)
    function = runtime.Function("broken.handler", tmp_path, timeout=1)
    start = time.monotonic()
    with runtime.Runtime(function, runtime.emulator(REPOSITORY), runtime.interpreter(REPOSITORY)) as running:
        answer = running.invoke(b"{}")
    assert answer.is_error
    assert error_type in answer.body.decode()
    assert time.monotonic() - start < 30


def test_the_built_function_answers_an_event(artefact: None) -> None:
    command = [sys.executable, "-m", "tests.lambda_runtime", "events/metadata.json"]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["status"] == "success"
    assert "Template transformed" in ran.stderr
