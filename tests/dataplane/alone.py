"""One Envoy alone, in namespaces of its own: what is in its configuration once it runs."""

import http.client
import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.dataplane.network import ENVOY, ROOT, as_entrypoint

BASH_ENVIRONMENT = {"PATH": f"{Path(ENVOY).parent}:/usr/bin:/bin"}
QUIETLY = ("--concurrency", "1")


class Running:
    """folder: open to every user; Envoy's admin interface listens on a socket there."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self._socket = folder / "admin"
        self._log = folder / "log"

    def asked(self, path: str) -> Any:
        """What the admin interface answers, once there is one."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._answer(path)
            except (FileNotFoundError, ConnectionError):
                assert self.process.poll() is None, self.log[-3000:]
                assert time.monotonic() < deadline, self.log[-3000:]
                time.sleep(0.02)

    def _answer(self, path: str) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            client = http.client.HTTPConnection("admin")
            client.sock = connection
            client.request("GET", path)
            return json.loads(client.getresponse().read())

    def wait_until_live(self) -> None:
        deadline = time.monotonic() + 60
        while self.asked("/server_info")["state"] != "LIVE":
            assert time.monotonic() < deadline, self.log[-3000:]
            time.sleep(0.02)

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def program(self) -> str:
        """What runs as the process that was started, for whom a signal to the container is."""
        return Path(f"/proc/{self.process.pid}/exe").readlink().name


def with_admin_on_a_socket(bootstrap: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {**bootstrap, "admin": {"address": {"pipe": {"path": str(folder / "admin")}}}}


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder where every user may write; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="appmesh-envoy-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@contextmanager
def running(command: Sequence[Any], folder: Path, user: str = ROOT, prepared: str = "") -> Iterator[Running]:
    """Envoy with the command of a container. prepared: what a shell does before it, in the same namespaces."""
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user != ROOT else []
    as_in_a_container = "ip link set lo up && echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start"
    private_memory = "mount -t tmpfs tmpfs /dev/shm && chmod 1777 /dev/shm"
    script = f'{as_in_a_container} && {private_memory} && {prepared or ":"} && exec "$@"'
    inside = ["unshare", "--net", "--mount", "sh", "-c", script, "sh", *as_user]
    run = [*inside, *as_entrypoint([*map(str, command), *QUIETLY])]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(run, stdout=log, stderr=log, env=BASH_ENVIRONMENT)
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.wait()
        (folder / "admin").unlink(missing_ok=True)


def config_dump(command: Sequence[Any], folder: Path, user: str = ROOT, prepared: str = "") -> Any:
    """What Envoy says that it runs, without the times. It lists what it has in no order."""
    with running(command, folder, user, prepared) as envoy:
        text = json.dumps(envoy.asked("/config_dump"))
    dump = json.loads(re.sub(r'"last_updated": "[^"]*"', '"last_updated": ""', text))
    for part in dump["configs"]:
        for name, listed in part.items():
            if isinstance(listed, list):
                part[name] = sorted(listed, key=lambda each: json.dumps(each, sort_keys=True))
    return dump
