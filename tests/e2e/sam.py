"""`sam` as a user calls it: our template, our samconfig.toml, and credentials and region from the environment."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.engine import CREDENTIALS, REGION, REPOSITORY, Engine

SAM = REPOSITORY / ".venv-sam" / "bin" / "sam"
LONGEST = 180.0


def sam(*arguments: str, engine: Engine | None = None, folder: Path = REPOSITORY, address: str = "") -> str:
    """Runs `sam` in `folder` against `engine`, or what else answers at `address`, and returns what it says; what fails
    stops the test with that."""
    ran = subprocess.run(
        [str(SAM), *arguments],
        cwd=folder,
        env={**_environment(engine), **({"AWS_ENDPOINT_URL": address} if address else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert ran.returncode == 0, f"sam {' '.join(arguments)}: exit code {ran.returncode}\n{ran.stdout}"
    return ran.stdout


def _environment(engine: Engine | None) -> Mapping[str, str]:
    """This one, for pip's settings in `sam build`, but without a way to anybody's account or configuration."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    address = {"AWS_ENDPOINT_URL": engine.address, "__SAM_CLI_APP_DIR": str(engine.folder / "sam")} if engine else {}
    return {
        **own,
        **CREDENTIALS,
        **address,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_CHECK_FOR_UPDATES": "0",
        "SAM_CLI_POLL_DELAY": "0.1",
    }
