"""How much memory and CPU an Envoy takes: `python -m tests.dataplane.envoy_resources`, as root. Prints Markdown.

The table of docs/guides/operate.md comes from here. Memory is what is resident (VmRSS). CPU is user and system time.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appmesh_inject.mesh.envoy_command import command
from tests.dataplane.alone import Running, open_folder, running, with_admin_on_a_socket
from tests.dataplane.conftest import _sign
from tests.dataplane.shop import Shop, shop
from tests.deployed import deployed
from tests.mesh.thousand import thousand_backends

REQUESTS = 5000
QUIET_SECONDS = 20


def main() -> None:
    rows = [*_of_size(), *_under_load()]
    print("| An Envoy with | memory, MB | CPU |\n| --- | --- | --- |")  # noqa: T201
    for row in rows:
        print(f"| {' | '.join(row)} |")  # noqa: T201


def _of_size() -> Iterator[tuple[str, ...]]:
    for backends in (10, 75, 1000):
        with _alone(backends) as envoy:
            envoy.wait_until_live()
            time.sleep(2)
            before = _cpu(envoy.process.pid)
            time.sleep(QUIET_SECONDS)
            idle = (_cpu(envoy.process.pid) - before) / QUIET_SECONDS
            yield f"{backends} backends, idle, one worker", f"{_memory(envoy.process.pid):.0f}", f"{idle:.1%} of a core"


@contextmanager
def _alone(backends: int) -> Iterator[Running]:
    with open_folder() as folder:
        bootstrap = with_admin_on_a_socket(deployed(thousand_backends(backends), {"Domain": "internal"}), folder)
        names = sorted(set(re.findall(r"[\w-]+\.internal", json.dumps(bootstrap))))
        (folder / "hosts").write_text("".join(f"10.0.0.9 {name}\n" for name in names))
        hosts = f"mount --bind {folder}/hosts /etc/hosts"
        with running(command(bootstrap, form="compressed").command, folder, prepared=hosts) as envoy:
            yield envoy


def _under_load() -> Iterator[tuple[str, ...]]:
    with (
        tempfile.TemporaryDirectory(prefix="appmesh-certs-") as certificates,
        tempfile.TemporaryDirectory() as logs,
    ):
        folder = Path(certificates)
        folder.chmod(0o755)
        _sign(folder)
        with shop(Path(logs), folder) as made:
            for name, port, what in (("prices", 8080, "plain HTTP"), ("payment", 8443, "TLS")):
                yield from _called(made, name, port, what)


def _called(made: Shop, name: str, port: int, what: str) -> Iterator[tuple[str, ...]]:
    envoys = {side: made.network.pid(node, "envoy") for side, node in (("caller's", "web"), ("called one's", name))}
    before = {side: _cpu(pid) for side, pid in envoys.items()}
    told = made.client.many("web", f"{name}.local", port, count=REQUESTS)
    assert all(each["status"] == 200 for each in told)
    for side, pid in envoys.items():
        spent = (_cpu(pid) - before[side]) / REQUESTS * 1000
        yield (
            f"the {side}, {REQUESTS:,} requests one after the other, {what}",
            f"{_memory(pid):.0f}",
            f"{spent:.2f} ms a request",
        )


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
