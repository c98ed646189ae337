"""`appmesh-inject render` on a large template, over decoding it with the same reader, and over encoding it again."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.measured import Figure, Goal, processes
from bench.templates import template

RENDER = "render, as a process"

DECODE = "import sys; from appmesh_inject.files import documents; documents.load(sys.argv[1])"
ENCODE = (
    "import sys; from appmesh_inject.files import documents, writer; document = documents.load(sys.argv[1]); "
    "writer.deliver(writer.written(document.content, document.format), sys.argv[2])"
)


def figures(folder: Path, *, counts: dict[str, int], repeats: int) -> Iterator[Figure]:
    """counts: how many task definitions the file of each format has."""
    for form, count in counts.items():
        content = template(count, "ga")
        source, target = folder / f"large.{form}", folder / f"rendered.{form}"
        text = json.dumps(content, indent=2) if form == "json" else yaml.safe_dump(content, sort_keys=False)
        source.write_text(text, encoding="utf-8")
        render = [str(Path(sys.executable).with_name("appmesh-inject")), "render", str(source), "-o", str(target)]
        decode = [sys.executable, "-c", DECODE, str(source)]
        encode = [sys.executable, "-c", ENCODE, str(source), str(target)]
        rendered, decoded, encoded = processes([render, decode, encode], repeats, os.environ)
        size = f"{form}, {count} task definitions, {len(text) / 1e6:.1f} MB"
        yield Figure(RENDER, f"{size}: over decoding", rendered, decoded)
        yield Figure(RENDER, f"{size}: over decoding and encoding", rendered, encoded, goal=Goal(1.3))
