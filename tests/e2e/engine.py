"""LocalEmu, a CloudFormation engine with macros, as a process on loopback that never outlives the tests."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests import lambda_runtime as runtime
from tests.e2e.gaps import LACKING_TYPES
from tests.e2e.variables import FRAGMENT_SHAPE, INTERPRETER, RIE, Shape

REPOSITORY = Path(__file__).parents[2]
PYTHON = REPOSITORY / ".venv-e2e" / "bin" / "python"
INSIDE = REPOSITORY / "tests" / "e2e" / "inside"
REGION = "us-east-1"
CLUSTER = "apps"
"""An ECS cluster that is there from the beginning, for the services of the examples."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

LONGEST_START, LONGEST_STOP = 60.0, 15.0

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Engine:
    """A LocalEmu that runs: where it listens, its process, and its state."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A client of one of its services. It asks once, and never reads this machine's configuration."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.address,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 0}, read_timeout=90, proxies={}),
        )

    def hand_over(self, shape: Shape) -> None:
        """From now on macros get their fragment in this shape."""
        (self.folder / "shape").write_text(shape)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def started(folder: Path) -> Iterator[Engine]:
    """Starts LocalEmu with its state in `folder`, and stops it whatever happens."""
    engine = start(folder)
    try:
        yield engine
    finally:
        stop(engine)


def start(folder: Path) -> Engine:
    """LocalEmu with its state in `folder`, as soon as it answers."""
    (port,) = runtime.free_ports(1)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "localemu.runtime.main"],
            cwd=folder,
            env=_environment(folder, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    engine = Engine(port, process, folder)
    try:
        engine.hand_over(Shape.WITHOUT_TRANSFORM)
        _wait_for(engine)
        engine.client("ecs").create_cluster(clusterName=CLUSTER)
    except BaseException:
        stop(engine)
        raise
    return engine


def _environment(folder: Path, port: int) -> dict[str, str]:
    path = (REPOSITORY, REPOSITORY / "src", INSIDE / "entry_points")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        # LocalEmu's server takes no notice of a host in IPv4 and listens everywhere; of this one it does.
        "GATEWAY_LISTEN": f"[::ffff:127.0.0.1]:{port}",
        "LOCALEMU_HOST": f"127.0.0.1:{port}",
        "CONFIG_DIR": str(folder / "config"),
        "LOCALEMU_VOLUME_DIR": str(folder / "volume"),
        "DOCKER_HOST": "unix:///nonexistent",
        "ECS_DOCKER_BACKEND": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        # It would take a type that it lacks for deployed.
        "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES": "0",
        "CFN_IGNORE_UNSUPPORTED_TYPE_CREATE": ",".join(LACKING_TYPES),
        "CFN_IGNORE_UNSUPPORTED_TYPE_UPDATE": ",".join(LACKING_TYPES),
        RIE: str(runtime.emulator(REPOSITORY)),
        INTERPRETER: str(runtime.interpreter(REPOSITORY)),
        FRAGMENT_SHAPE: str(folder / "shape"),
    }


def _wait_for(engine: Engine) -> None:
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end and engine.process.poll() is None:
        with suppress(OSError), _OPENER.open(f"{engine.address}/_localemu/health", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"LocalEmu did not start:\n{engine.log()[-3000:]}")


def stop(engine: Engine) -> None:
    """Asks LocalEmu to end, and its functions with it; ends the whole group by force if it does not."""
    process = engine.process
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(LONGEST_STOP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
