"""Keeps what an Envoy answered as a golden case: without what no test looks at, and what differs from run to run."""

import json
import re
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY

GOLDEN = REPOSITORY / "tests/proxy/golden"
_STATISTICS = re.compile(
    r"^(cluster\.cds_[^:]+\.(update_(attempt|failure|success)|membership_(total|healthy)|ssl\.(fail_\w+|handshake"
    r"|connection_error)|upstream_cx_(total|connect_fail|active)|upstream_rq_(completed|5xx))|http\.\w+\.no_route"
    r"|listener\.[^:]+\.ssl\.(fail_\w+|connection_error)): \d+$",
    re.MULTILINE,
)
_OPTIONS = ("concurrency", "log_level")


def record(case: str, answers: dict[str, str], certificates: Path) -> None:
    """answers: as Envoy gave them, by the name of the file. certificates: the folder of the run."""
    folder = GOLDEN / case
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in answers.items():
        (folder / name).write_text(_trimmed(name, text.replace(str(certificates), "/certificates")))


def as_one_file(answers: dict[str, str]) -> str:
    """The answers with the heads of HTTP between them, as bash reads them."""
    return "".join(f"HTTP/1.1 200 OK\nserver: envoy\n\n{_trimmed(name, text)}\n" for name, text in answers.items())


def _trimmed(name: str, text: str) -> str:
    if name == "stats.txt":
        return "".join(f"{found[0]}\n" for found in _STATISTICS.finditer(text))
    content = json.loads(text)
    if name == "config_dump.json":
        (bootstrap,) = [part for part in content["configs"] if "bootstrap" in part]
        bootstrap["bootstrap"]["node"] = _identity(bootstrap["bootstrap"]["node"])
        content["configs"] = [bootstrap]
    if name == "clusters.json":
        for status in content["cluster_statuses"]:
            status.pop("circuit_breakers")
    if name == "server_info.json":
        content["node"] = _identity(content["node"])
        content["command_line_options"] = {key: content["command_line_options"][key] for key in _OPTIONS}
    return f"{json.dumps(content, separators=(',', ':'))}\n"


def _identity(node: dict[str, Any]) -> dict[str, Any]:
    return {"id": node["id"], "cluster": node["cluster"]}
