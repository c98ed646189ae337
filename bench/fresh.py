"""The first call of a fresh process, and the most memory that such a process holds."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measured import Figure, Goal, Kind, middle, run
from bench.templates import event

FIRST = "Handler over decoding and encoding, first call of a process"
OVER_SECOND = "Handler's first call of a process over its second"
MEMORY = "Peak memory over a process that decodes and encodes"


def command(what: str, source: Path, target: Path) -> list[str]:
    return [sys.executable, "-m", "bench.once", what, str(source), str(target)]


def figures(folder: Path, repeats: int) -> Iterator[Figure]:
    for profile, count in (("preview", 50), ("ga", 250), ("ga", 500), ("standalone", 50)):
        source = folder / f"{profile}-{count}.json"
        source.write_text(json.dumps(event(count, profile), separators=(",", ":")), encoding="utf-8")
        _seen("handler", source, folder)  # leaves bytecode
        seen = [_seen("handler", source, folder) for _ in range(repeats)]
        floor = _seen("floor", source, folder)
        call, around = (min(each[name] for each in seen) for name in ("call", "floor"))
        yield Figure(FIRST, f"{profile}, {count}", call, around, count=count)
        again = min(each["again"] for each in seen)
        yield Figure(OVER_SECOND, f"{profile}, {count}", call, again, goal=Goal(2.5), count=count)
        ours = middle([each["peak"] for each in seen])
        yield Figure(MEMORY, f"{profile}, {count}", ours / 1024, floor["peak"] / 1024, kind=Kind.MEGABYTES, count=count)


def _seen(what: str, source: Path, folder: Path) -> dict[str, float]:
    target = folder / "response.json"
    run(command(what, source, target), os.environ)
    seen: dict[str, float] = json.loads(target.with_suffix(".seen.json").read_text(encoding="utf-8"))
    return seen
