"""Tasks with real Envoys, each in a network namespace of its own, behind the rules that ECS's CNI plugin sets.

Nothing leaves the namespaces; whatever is started is stopped, and whatever is made is taken away.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from appmesh_inject.mesh.command import HEALTH_CHECK, command
from appmesh_inject.mesh.compiling import Compiled

APPS = Path(__file__).with_name("apps.py")
ENVOY = shutil.which("envoy", path=str(Path(sys.executable).parent)) or shutil.which("envoy") or "envoy"
HUB = "10.99.0.1"
ENVOY_USER, APP_USER = "1337", "1000"


def is_possible() -> bool:
    return os.geteuid() == 0 and all(shutil.which(tool) for tool in ("ip", "iptables", "setpriv"))


class Network:
    """A bridge with a DNS server, and tasks around it."""

    def __init__(self, folder: Path, zone: dict[str, list[str]]) -> None:
        self._folder = folder
        self._zone = zone
        self._prefix = f"am{os.getpid()}"
        self._spaces: list[str] = []
        self._running: dict[str, list[subprocess.Popen[bytes]]] = {}

    def __enter__(self) -> "Network":
        self._space("hub")
        # With an address of its own: else the bridge takes the lowest of its ports', and changes it with each.
        made = "link add br0 address 02:00:00:00:00:01 type bridge"
        for line in (made, f"addr add {HUB}/24 dev br0", "link set br0 up"):
            self.run("hub", ["ip", *line.split()])
        self.start("hub", "dns", [sys.executable, str(APPS), "dns", HUB, json.dumps(self._zone)])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name in self._running:
            self.stop(name)
        for space in self._spaces:
            subprocess.run(["ip", "netns", "del", space], check=False)
            shutil.rmtree(Path("/etc/netns") / space, ignore_errors=True)

    def _space(self, name: str) -> str:
        space = f"{self._prefix}-{name}"
        configuration = Path("/etc/netns") / space
        configuration.mkdir(parents=True)
        (configuration / "resolv.conf").write_text(f"nameserver {HUB}\n")
        (configuration / "hosts").write_text("127.0.0.1 localhost\n")
        self._spaces.append(space)
        self._running[name] = []
        subprocess.run(["ip", "netns", "add", space], check=True)
        self.run(name, ["ip", "link", "set", "lo", "up"])
        return space

    def run(self, name: str, arguments: Sequence[str], user: str = "0") -> str:
        """What a program says that runs in a task's namespace."""
        done = subprocess.run(
            self._inside(name, arguments, user), capture_output=True, text=True, check=False, timeout=90
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def ask(self, name: str, role: str, *arguments: str) -> Any:
        """What one of the programs of `apps` tells, run as the application's user."""
        return json.loads(self.run(name, [sys.executable, str(APPS), role, *arguments], APP_USER))

    def _inside(self, name: str, arguments: Sequence[str], user: str) -> list[str]:
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user != "0" else []
        return ["ip", "netns", "exec", f"{self._prefix}-{name}", *as_user, *arguments]

    def start(self, name: str, log: str, arguments: Sequence[str], user: str = "0") -> None:
        with (self._folder / f"{name}-{log}.log").open("wb") as out:
            started = subprocess.Popen(self._inside(name, arguments, user), stdout=out, stderr=out)
        self._running[name].append(started)

    def stop(self, name: str) -> None:
        """Ends all programs of a task; its address stays."""
        for program in self._running[name]:
            program.kill()
            program.wait()
        self._running[name] = []

    def task(
        self, name: str, address: str, compiled: Compiled, app: Sequence[str] = (), redirects: bool = True
    ) -> None:
        """A task with an Envoy, and with an application if there is one; a gateway has no redirect."""
        space = self._space(name)
        inner = f"v{len(self._spaces)}"
        self.run("hub", ["ip", "link", "add", inner, "type", "veth", "peer", "name", "eth0", "netns", space])
        self.run("hub", ["ip", "link", "set", inner, "master", "br0", "up"])
        for line in (f"addr add {address}/24 dev eth0", "link set eth0 up", f"route add default via {HUB}"):
            self.run(name, ["ip", *line.split()])
        if redirects:
            self._redirect(name, [str(port) for port in compiled.ports])
        if app:
            self.start(name, "app", [sys.executable, str(APPS), *app], APP_USER)
        arguments = [str(argument) for argument in command(compiled.bootstrap, "info").command]
        program = [ENVOY, "--disable-hot-restart", "--concurrency", "1", "--file-flush-interval-msec", "50", *arguments]
        self.start(name, "envoy", program, ENVOY_USER)

    def _redirect(self, name: str, ports: Sequence[str]) -> None:
        """The rules of github.com/aws/amazon-ecs-cni-plugins, aws-appmesh."""
        ingress = ["-N APPMESH_INGRESS"]
        if ports:
            ingress += [
                f"-A APPMESH_INGRESS -p tcp -m multiport --dports {','.join(ports)} -j REDIRECT --to-port 15000"
            ]
        for rule in (
            *ingress,
            "-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j APPMESH_INGRESS",
            "-N APPMESH_EGRESS",
            f"-A APPMESH_EGRESS -m owner --uid-owner {ENVOY_USER} -j RETURN",
            "-A APPMESH_EGRESS -p tcp -d 169.254.170.2,169.254.169.254 -j RETURN",
            "-A APPMESH_EGRESS -p tcp -j REDIRECT --to 15001",
            "-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL -j APPMESH_EGRESS",
        ):
            self.run(name, ["iptables", "-w", "-t", "nat", *rule.split()])

    def is_healthy(self, name: str) -> bool:
        """What the container's health check says."""
        checked = self._inside(name, [str(word) for word in HEALTH_CHECK[1:]], ENVOY_USER)
        return subprocess.run(checked, capture_output=True, check=False).returncode == 0

    def wait_until_healthy(self, *names: str) -> None:
        deadline = time.monotonic() + 60
        for name in names:
            while not self.is_healthy(name):
                log = (self._folder / f"{name}-envoy.log").read_text()[-2000:]
                ended = [program.args for program in self._running[name] if program.poll() is not None]
                assert not ended, f"{name} has ended: {log}"
                assert time.monotonic() < deadline, f"{name} is not healthy: {log}"
                time.sleep(0.1)

    def log(self, name: str) -> str:
        return (self._folder / f"{name}-envoy.log").read_text()
