"""The function's package does what it is for: SAM takes it, and its code answers events. `make test-packaging`."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from appmesh_inject.macro import message, transformed
from tests.conftest import REPOSITORY
from tests.e2e.sam import sam
from tests.golden.cases import cases
from tests.packaging.test_release import unpacked
from tests.sam.test_artefact import RUN

pytestmark = pytest.mark.skipif(not os.environ.get("PACKAGING"), reason="PACKAGING is not set: make test-packaging")

EVENTS = sorted((REPOSITORY / "events").glob("*.json"))
PYODIDE = REPOSITORY / ".node" / "python314"


@pytest.fixture(scope="module")
def package(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(release, tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def code(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda would have in /var/task."""
    folder = tmp_path_factory.mktemp("task")
    zipfile.ZipFile(package / "function.zip").extractall(folder)
    return folder


class Bucket:
    """A place on this machine that keeps what is put there, for a client of S3."""

    def __init__(self) -> None:
        kept: dict[str, bytes] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(200 if self.path in kept else 404)

            def do_PUT(self) -> None:
                kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(200)

            def answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.kept = kept
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def at(self, address: str) -> bytes:
        """What was put to an address as `s3://bucket/key`."""
        return self.kept[address.removeprefix("s3:/")]


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    yield bucket
    bucket.server.shutdown()
    bucket.server.server_close()


def test_sam_takes_it(package: Path) -> None:
    assert "is a valid SAM Template" in sam("validate", "--lint", folder=package)


def test_packaged_for_the_application_repository_it_differs_in_addresses_alone(package: Path, bucket: Bucket) -> None:
    where = ("--s3-bucket", "releases", "--output-template-file", "packaged.yaml")
    sam("package", *where, folder=package, address=bucket.address)
    given, packaged = (_decoded(package / name) for name in ("template.yaml", "packaged.yaml"))
    about = packaged["Metadata"]["AWS::ServerlessRepo::Application"]
    function = packaged["Resources"]["AppMeshInjectFunction"]["Properties"]
    addresses = [
        (function, "CodeUri", "function.zip"),
        (about, "LicenseUrl", "LICENSE"),
        (about, "ReadmeUrl", "README.md"),
    ]
    for holder, key, name in addresses:
        assert bucket.at(holder[key]) == (package / name).read_bytes()
        holder[key] = name
    for name, resource in packaged["Resources"].items():
        # SAM names each resource a second time.
        assert resource["Metadata"].pop("SamResourceId") == name
        if not resource["Metadata"]:
            del resource["Metadata"]
    assert packaged == given


def _decoded(path: Path) -> dict[str, Any]:
    decoded, mistakes = decode(str(path))
    assert not mistakes
    plain: dict[str, Any] = json.loads(json.dumps(decoded))
    return plain


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_the_code_answers_events_without_anything_that_is_installed_here(code: Path, path: Path) -> None:
    command = [sys.executable, "-I", "-S", "-B", "-c", RUN, str(code), str(path)]
    ran = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stderr)["response"] == expected(json.loads(path.read_text()))


def test_python_3_14_answers_as_this_python_does(code: Path, tmp_path: Path) -> None:
    """CPython 3.14 as Pyodide compiles it, since that comes from a registry, and runs wherever node does."""
    events = [json.loads(path.read_text()) for path in EVENTS]
    events += [
        {"requestId": case.name, "region": "us-east-1", "params": case.request, "fragment": case.document}
        | {"templateParameterValues": case.parameters}
        for case in cases("cloudformation")
        if not case.deployment_parameters and not case.stacks
    ]
    assert len(events) > 100
    (tmp_path / "events.json").write_text(json.dumps(events))
    script = Path(__file__).with_name("python314") / "answers.mjs"
    command = ["node", str(script), str(PYODIDE), str(code), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-3000:]
    made = json.loads((tmp_path / "answers.json").read_text())
    assert made["version"].startswith("3.14.")
    for event, answer in zip(events, made["answers"], strict=True):
        assert answer == expected(event), event["requestId"]


def expected(event: dict[str, Any]) -> dict[str, Any]:
    outcome = transformed(event, {})
    answer = {"requestId": event["requestId"], "status": "failed" if outcome.has_errors else "success"}
    said = {"errorMessage": message(outcome.findings)} if outcome.has_errors else {}
    return {**answer, "fragment": json.loads(json.dumps(outcome.document)), **said}
