"""Init under Lambda's Runtime Interface Emulator, as a process: what Lambda starts of the folder that SAM deploys.

Nothing may be written, as in Lambda, where the deployed folder is read-only: what has no bytecode is compiled anew.
"""

import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.measured import Figure, Goal, Kind, middle

INIT = "Init under the Runtime Interface Emulator"
OVER_LOGGER = "over a handler that imports Powertools' Logger"
OVER_EMPTY = "over an empty handler"
SIZE = "Size of the artefact, zipped"

HERE = Path(__file__).parent
ROOT = HERE.parent
OURS, LOGGER, EMPTY = "appmesh_inject.macro.handler", "logger_only.handler", "empty.handler"
EMULATORS = "lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-"
MACHINES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64"}
PATIENCE = 20
REPORT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")


def figures(folder: Path, *, sam: Path, runtime: Path, repeats: int) -> Iterator[Figure]:
    """sam: the environment that aws-sam-cli is in; runtime: the one with awslambdaric.

    The Logger is measured as SAM's own builder leaves it, without bytecode, and as the artefact has it.
    """
    artefact = built(folder / "artefact")
    plain = folder / "plain"
    shutil.copytree(artefact, plain, ignore=shutil.ignore_patterns("__pycache__"))
    (emulator,) = sam.absolute().glob(EMULATORS + MACHINES[platform.machine()])
    wanted = [(OURS, artefact), (LOGGER, plain), (LOGGER, artefact), (EMPTY, plain)]
    times: dict[tuple[str, Path], list[float]] = {each: [] for each in wanted}
    for _ in range(repeats):
        for (handler, code), seen in times.items():
            seen.append(_init(handler, emulator, runtime.absolute() / "bin" / "python", code))
    ours, logger, alike, empty = (middle(times[each]) for each in wanted)
    yield Figure(INIT, OVER_LOGGER, ours, logger, Goal(1.25))
    yield Figure(INIT, "over the same handler with such bytecode as the artefact has", ours, alike, Goal(1.25))
    yield Figure(INIT, OVER_EMPTY, ours, empty)
    size = _zipped(artefact, folder / "artefact.zip") / 1e6
    yield Figure(SIZE, "MB", size, goal=Goal(3.0), kind=Kind.MEGABYTES)


def built(folder: Path) -> Path:
    """What the Makefile builds when `sam build` calls it."""
    folder.mkdir()
    command = ["make", "-s", "-C", str(ROOT / "src"), "build-AppMeshInjectFunction"]
    variables = [
        f"ARTIFACTS_DIR={folder}",
        f"PYTHON={sys.executable}",
        f"BYTECODE={sys.version_info.major}.{sys.version_info.minor}",
    ]
    subprocess.run([*command, *variables], capture_output=True, check=True)
    return folder


def _zipped(folder: Path, target: Path) -> int:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target.stat().st_size


def _init(handler: str, emulator: Path, python: Path, artefact: Path) -> float:
    """Seconds from the runtime's start until it asks for its first event, as the emulator reports them."""
    port, runtime_port = _free_ports()
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(PATIENCE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(artefact), str(HERE / "handlers")]),
    }
    log = artefact.parent / "emulator.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [str(emulator), *addresses, str(python), "-m", "awslambdaric", handler],
            cwd=artefact,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
        try:
            _invoke(port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
    report = REPORT.search(log.read_text(encoding="utf-8"))
    assert report is not None, log.read_text(encoding="utf-8")
    return float(report[1]) / 1000


def _invoke(port: int) -> None:
    """Starts the runtime: the emulator does so at the first event."""
    _wait_for(port)
    address = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    with urllib.request.urlopen(address, data=b"{}", timeout=PATIENCE) as answer:
        answer.read()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
