"""One call in a process of its own: `handler EVENT RESPONSE`, or `floor EVENT RESPONSE`, which decodes and encodes.

What was seen goes to RESPONSE's neighbour `.seen.json`. The floor answers with the fragment as it came.
"""

import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def main(what: str, source: Path, target: Path) -> None:
    text = source.read_text(encoding="utf-8")
    if what == "handler":
        from appmesh_inject.macro import handler

    start = time.process_time()
    event = json.loads(text)
    decoded = time.process_time()
    response: Any = {"requestId": event["requestId"], "status": "success", "fragment": event["fragment"]}
    if what == "handler":
        context: Any = SimpleNamespace(
            function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:f", aws_request_id="lambda"
        )
        response = handler(event, context)
    called = time.process_time()
    answer = json.dumps(response)
    encoded = time.process_time()
    target.write_text(answer, encoding="utf-8")
    seen = {"call": called - decoded, "floor": decoded - start + encoded - called, "peak": peak()}
    if what == "handler":
        before = time.process_time()
        handler(event, context)
        seen["again"] = time.process_time() - before
    target.with_suffix(".seen.json").write_text(json.dumps(seen), encoding="utf-8")


def peak() -> int:
    """The most memory in kB that the process has held. The kernel's own count: rusage's starts with the parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
