"""`start.py FILE` starts the Envoy of the command in FILE, in the namespace that this runs in, and tells how it went.

Needs nothing but the standard library.
"""

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

ADMIN = ("127.0.0.1", 9901)
SETTLED = 0.35
"""Seconds after which the memory is read."""


def main(command: list[str]) -> None:
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as envoy:
        try:
            while not _is_live():
                assert envoy.poll() is None, "Envoy has ended"
                assert time.monotonic() - begun < 60, "Envoy does not become live"
                time.sleep(0.001)
            seconds = time.monotonic() - begun
            threads = Path(f"/proc/{envoy.pid}/task").iterdir()
            spent = [(thread / "schedstat").read_text().split()[0] for thread in threads]
            time.sleep(SETTLED)
            status = Path(f"/proc/{envoy.pid}/status").read_text()
        finally:
            envoy.kill()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None
    told = {"seconds": seconds, "cpu": sum(map(int, spent)) / 1e9, "megabytes": int(resident[1]) / 1024}
    sys.stdout.write(json.dumps(told))


def _is_live() -> bool:
    try:
        with socket.create_connection(ADMIN, timeout=2) as connection:
            connection.sendall(b"GET /ready HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
            return b"LIVE" in b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        return False


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
