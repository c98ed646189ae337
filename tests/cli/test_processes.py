"""Several processes give what one gives, and end as one does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appmesh_inject.cli import processes
from appmesh_inject.cli.processes import LEAST, each
from tests.cli.command import run

MANY = list(range(4 * LEAST))
SEVERAL = len(os.sched_getaffinity(0)) > 1 if sys.platform == "linux" else False
needs_cores = pytest.mark.skipif(not SEVERAL, reason="needs two cores and Linux")
TEMPLATE = """\
Transform: AppMeshInject
Resources:
  Task{number}:
    Type: AWS::ECS::TaskDefinition
    Metadata: {{AppMesh: {{MeshName: apps, VirtualNodeName: web, Profile: ga{mistake}}}}}
    Properties:
      NetworkMode: awsvpc
      Memory: "512"
      Cpu: seven
      ContainerDefinitions: [{{Name: app, Image: app, PortMappings: [{{ContainerPort: 8080}}]}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in MANY:
        mistake = ", LogLevl: debug" if number % 5 == 0 else ""
        text = TEMPLATE.format(number=number, mistake=mistake)
        (tmp_path / f"{number:02}.yaml").write_text(f"{text}: [" if number == 7 else text)
    return tmp_path


@needs_cores
def test_results_come_in_order_from_several_processes() -> None:
    start = os.getpid()
    found = list(each(MANY, lambda number: (number * number, os.getpid())))
    assert [square for square, _ in found] == [number * number for number in MANY]
    assert found[0][1] == start
    assert start not in {process for _, process in found[1:]}


def test_few_items_are_done_here() -> None:
    assert set(each(MANY[: 2 * LEAST - 1], lambda _: os.getpid())) == {os.getpid()}


@needs_cores
def test_many_cores_take_no_more_processes_than_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_cores", lambda: 64)

    def children(_: int) -> int:
        parent = os.getppid() if os.getpid() != start else start
        found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout
        return len(found.split())

    start = os.getpid()
    before = children(0)
    assert max(each(MANY, children)) - before <= len(MANY) // LEAST


def test_an_exception_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        list(each(MANY, lambda number: 1 // (number - 5)))


@needs_cores
def test_what_a_killed_process_leaves_is_done_here() -> None:
    start = os.getpid()

    def squared(number: int) -> int:
        if number == 9 and os.getpid() != start:
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number

    assert list(each(MANY, squared)) == [number * number for number in MANY]


@needs_cores
@pytest.mark.parametrize("report_format", ["text", "json"])
def test_lint_says_the_same_on_one_core(folder: Path, report_format: str) -> None:
    several = run("lint", str(folder), "--format", report_format)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        one = run("lint", str(folder), "--format", report_format)
    finally:
        os.sched_setaffinity(0, cores)
    assert (several.code, several.out, several.err) == (one.code, one.out, one.err)
    assert several.code == 1
    assert "LogLevl" in several.out
    assert "07.yaml" in several.err


@needs_cores
def test_ctrl_c_ends_all_without_a_trace(folder: Path) -> None:
    command = [sys.executable, "-c", "from appmesh_inject.cli.app import main; main()", "lint", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as ran:
        deadline = time.monotonic() + 30
        while len(_group(ran.pid)) < 2 and time.monotonic() < deadline and ran.poll() is None:
            time.sleep(0.02)
        os.killpg(ran.pid, signal.SIGINT)
        out, err = ran.communicate(timeout=30)
    assert ran.returncode != 0
    assert "Traceback" not in out + err
    assert not _group(ran.pid)


def _group(leader: int) -> list[int]:
    """The processes of a group."""
    found = subprocess.run(["pgrep", "-g", str(leader)], capture_output=True, text=True, check=False).stdout
    return [int(process) for process in found.split()]
