"""LocalEmu with the macro in it, to deploy stacks to without an account: `make local` and `make local-stop`.

It runs in the background, listens on loopback alone, and keeps everything in `.local/`. A shell that has read
`.local/environment` finds `sam` and `aws` there, and talks to LocalEmu whatever else is set up on the machine.
"""

import json
import os
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.e2e import engine
from tests.e2e.engine import CREDENTIALS, PYTHON, REGION, REPOSITORY, Engine
from tests.e2e.sam import SAM, sam

FOLDER = REPOSITORY / ".local"
PROCESS = FOLDER / "process"

INSTALLED = (".venv-sam", ".venv-runtime", ".venv-e2e")
"""What `make local` installs."""

UNCOMPILED = {"PIP_COMPILE": "0"}
"""For pages that install the program: Python compiles the part that they use, and pip need not compile all of it."""


def variables(reached: Engine) -> dict[str, str]:
    """What `sam` and `aws` read in the environment, so that they reach this engine, and nobody's account."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": reached.address,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        # Without these, a profile of the user's would lead to an account.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_CHECK_FOR_UPDATES": "0",
        "SAM_CLI_POLL_DELAY": "0.1",
    }


def main(command: str) -> int:
    if command == "stop":
        return _stop()
    _stop()
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "bin").mkdir(parents=True)
    try:
        _start()
    except (AssertionError, RuntimeError) as error:
        _stop()
        _say(str(error))
        return 1
    return 0


def _start() -> None:
    _say("Building the function: sam build")
    sam("build")
    _say("Starting LocalEmu")
    started = engine.start(FOLDER)
    PROCESS.write_text(json.dumps({"pid": started.process.pid, "port": started.port}))
    _say("Deploying the macro: sam deploy")
    sam("deploy", engine=started)
    for name, program in {"sam": SAM, "aws": PYTHON.with_name("aws")}.items():
        (FOLDER / "bin" / name).symlink_to(program)
    lines = [f"export {name}='{value}'" for name, value in variables(started).items()]
    lines += ["unset AWS_PROFILE AWS_SESSION_TOKEN", f"export PATH='{FOLDER / 'bin'}':\"$PATH\""]
    (FOLDER / "environment").write_text("\n".join(lines) + "\n")
    _say(f"The macro is deployed at {started.address}. In each shell: . {FOLDER / 'environment'}")


def _stop() -> int:
    """Ends the LocalEmu that was started last, if it still runs, and its functions with it."""
    if not PROCESS.is_file():
        return 0
    known = json.loads(PROCESS.read_text())
    PROCESS.unlink()
    # Where nobody listens any more, another process may have the number by now.
    with suppress(ProcessLookupError):
        end = time.monotonic() + engine.LONGEST_STOP
        if _listens(known["port"]):
            os.kill(known["pid"], signal.SIGTERM)
            while _listens(known["port"]) and time.monotonic() < end:
                time.sleep(0.1)
            os.killpg(known["pid"], signal.SIGKILL)
    return 0


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).name))
