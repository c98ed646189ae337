"""The function as Lambda runs it, without Docker: what `sam build` made, under AWS's Runtime Interface Emulator.

The emulator is the program that `sam local invoke` puts into its container, and aws-sam-cli has it in its package.
It starts awslambdaric, the client that Lambda's own Python runtime starts, and that one imports the handler. The
function sees the artefact, and nothing of what is installed here. Standard library only: LocalEmu runs this as well.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FUNCTION = "AppMeshInjectFunction"
PYTHON = "python3.14"
BUILD = Path(".aws-sam", "build")
SAM_VENV, RUNTIME_VENV = Path(".venv-sam"), Path(".venv-runtime")

LONGEST_START = 10.0
LONGEST_STOP = 5.0
SLACK = 30.0
"""Seconds beyond the function's own timeout until an answer that does not come is given up."""

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CannotStart(Exception):  # noqa: N818 - what it says, and no error of the program
    """The function cannot be started: a sentence for the user, who can do something about it."""


@dataclass(frozen=True, slots=True)
class Function:
    """What Lambda needs to know of a function."""

    handler: str
    code: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout: int = 3
    memory: int = 128
    runtime: str = PYTHON
    name: str = FUNCTION


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call gave. is_error: the handler raised, ran out of time or took the process down."""

    body: bytes
    is_error: bool
    log: str


def built(project: Path, parameters: Mapping[str, str] | None = None, name: str = FUNCTION) -> Function:
    """The function that `sam build` made, deployed with these parameters. Raises CannotStart if there is none."""
    template = project / BUILD / "template.yaml"
    if not template.is_file():
        raise CannotStart(f"there is no {BUILD / template.name}: run `sam build` (or `make build`) first")
    from cfnlint.decode import cfn_yaml

    content: Any = cfn_yaml.load(str(template))
    try:
        properties = content["Resources"][name]["Properties"]
        given = {key: declared.get("Default", "") for key, declared in content.get("Parameters", {}).items()}
        given |= parameters or {}
        variables = properties.get("Environment", {}).get("Variables", {})
        return Function(
            handler=properties["Handler"],
            code=(template.parent / properties["CodeUri"]).resolve(),
            variables={key: str(_value(value, given)) for key, value in variables.items()},
            timeout=int(_value(properties.get("Timeout", 3), given)),
            memory=int(_value(properties.get("MemorySize", 128), given)),
            runtime=properties.get("Runtime", PYTHON),
            name=name,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CannotStart(f"{BUILD / template.name} has no function {name} that can be started: {error!r}") from None


def _value(value: Any, given: Mapping[str, Any]) -> Any:
    """A property as the stack would have it: a `Ref` is the parameter's value. Empty for what only AWS knows."""
    if isinstance(value, dict):
        return given[value["Ref"]] if "Ref" in value else ""
    return value


def emulator(project: Path) -> Path:
    """AWS's Runtime Interface Emulator, out of aws-sam-cli. Raises CannotStart if it is not installed."""
    architecture = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
    for environment in _sam_environments(project):
        for found in environment.glob(f"lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{architecture}"):
            return found
    raise CannotStart(
        f"aws-sam-cli is installed neither in {SAM_VENV} nor on the PATH, and the Runtime Interface Emulator is"
        " part of it: run `make runtime`"
    )


def _sam_environments(project: Path) -> Iterator[Path]:
    yield project / SAM_VENV
    command = shutil.which("sam")
    if command:
        yield Path(command).resolve().parent.parent


def interpreter(project: Path) -> Path:
    """A Python that has awslambdaric. Raises CannotStart if there is none."""
    own = project / RUNTIME_VENV / "bin" / "python"
    if own.exists():
        return own
    if find_spec("awslambdaric"):
        return Path(sys.executable)
    raise CannotStart(
        f"awslambdaric, the client of Lambda's Python runtime, is not installed: there is no {RUNTIME_VENV}, and"
        f" {sys.executable} has none: run `make runtime`"
    )


class Runtime:
    """A function that runs: started on entry, stopped on exit, and listening on loopback alone."""

    def __init__(self, function: Function, emulator: Path, interpreter: Path) -> None:
        self.function = function
        self._port, api_port = free_ports(2)
        # It would listen on every address by default.
        self._command = [
            *(str(emulator.absolute()), "--log-level", "error"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}"),
            *("--runtime-api-address", f"127.0.0.1:{api_port}"),
            *(str(interpreter.absolute()), "-m", "awslambdaric", function.handler),
        ]
        self._log = tempfile.TemporaryFile(prefix="lambda-")  # noqa: SIM115 - closed in stop()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Raises CannotStart where the emulator does not start; that the handler cannot be imported, a call says."""
        self._process = subprocess.Popen(
            self._command,
            cwd=self.function.code,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + LONGEST_START
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 0.2):
                return
            if self._process.poll() is not None or time.monotonic() > end:
                log = self.log()
                self.stop()
                raise CannotStart(f"the Runtime Interface Emulator did not start: {log[-1000:].strip() or 'no word'}")
            time.sleep(0.02)

    def _environment(self) -> dict[str, str]:
        """The variables that Lambda sets, and nothing of what is set here."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": tempfile.gettempdir(),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": "us-east-1",
            **self.function.variables,
            # By it awslambdaric decides whether a response is written in ASCII.
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.function.timeout),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory),
            "LAMBDA_TASK_ROOT": str(self.function.code),
            "PYTHONPATH": str(self.function.code),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "_HANDLER": self.function.handler,
        }

    def invoke(self, event: bytes) -> Answer:
        """The answer to one event, with what was logged on the way."""
        begin = os.fstat(self._log.fileno()).st_size
        address = f"http://127.0.0.1:{self._port}/2015-03-31/functions/function/invocations"
        request = urllib.request.Request(address, data=event, method="POST")
        try:
            with _OPENER.open(request, timeout=self.function.timeout + SLACK) as response:
                body, failed = response.read(), False
        except urllib.error.HTTPError as error:
            body, failed = error.read(), True
        return Answer(body, failed or _is_error(body), self.log(begin))

    def log(self, begin: int = 0) -> str:
        """What the function and the emulator wrote, from this byte on."""
        end = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), end - begin, begin).decode("utf-8", "replace")

    def stop(self) -> None:
        """Ends the emulator, by force if need be; the function ends with it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._log.close()


def invoke(project: Path, event: bytes, parameters: Mapping[str, str] | None = None) -> Answer:
    """One call of the function that is built in `project`. Raises CannotStart with what is missing."""
    with Runtime(built(project, parameters), emulator(project), interpreter(project)) as runtime:
        return runtime.invoke(event)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _is_error(body: bytes) -> bool:
    """The emulator answers 200 for a handler that raised: SAM tells by the members of the answer, and so does this."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body.startswith(b"Task timed out after ")
    members = {"errorMessage", "errorType"}
    return isinstance(answer, dict) and members <= answer.keys() <= members | {"requestId", "stackTrace", "cause"}


def main(event: Path) -> int:
    """Prints the response of the function that is built here; its log goes to stderr."""
    try:
        answer = invoke(Path(), event.read_bytes())
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stderr.write(answer.log)
    sys.stdout.write(f"{answer.body.decode(errors='replace')}\n")
    return int(answer.is_error)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
