"""`appmesh-inject render` on a large template, over decoding it with the same reader, and over encoding it again."""

import json
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from appmesh_inject import macro
from appmesh_inject.cfn.document import Json
from bench.measured import Figure, Goal, processes
from bench.templates import event, template

PROGRAM = str(Path(sys.executable).with_name("appmesh-inject"))

RENDER = "render, as a process"
SMALL = "render of a small file, as a process"
ADOPT = "adopt, as a process"
FOLDER = "A folder of 100 templates, on one core over all cores"

DECODE = "import sys; from appmesh_inject.files import documents; documents.load(sys.argv[1])"
ENCODE = (
    "import sys; from appmesh_inject.files import documents, writer; document = documents.load(sys.argv[1]); "
    "writer.deliver(writer.written(document.content, document.format), sys.argv[2])"
)

USUAL = (
    "import sys, typer, yaml; "
    "content = yaml.load(open(sys.argv[1], encoding='utf-8'), Loader=yaml.CSafeLoader); "
    "yaml.dump(content, open(sys.argv[2], 'w', encoding='utf-8'), Dumper=yaml.CSafeDumper, sort_keys=False)"
)
"""What any command line in Python does that reads and writes YAML."""


def figures(folder: Path, *, counts: dict[str, int], repeats: int) -> Iterator[Figure]:
    """counts: how many task definitions the file of each format has."""
    for form, count in counts.items():
        content = template(count, "ga")
        source, target = folder / f"large.{form}", folder / f"rendered.{form}"
        text = json.dumps(content, indent=2) if form == "json" else yaml.safe_dump(content, sort_keys=False)
        source.write_text(text, encoding="utf-8")
        render = [PROGRAM, "render", str(source), "-o", str(target)]
        decode = [sys.executable, "-c", DECODE, str(source)]
        encode = [sys.executable, "-c", ENCODE, str(source), str(target)]
        rendered, decoded, encoded = processes([render, decode, encode], repeats, os.environ)
        size = f"{form}, {count} task definitions, {len(text) / 1e6:.1f} MB"
        yield Figure(RENDER, f"{size}: over decoding", rendered, decoded)
        yield Figure(RENDER, f"{size}: over decoding and encoding", rendered, encoded, goal=Goal(1.3))


def small(folder: Path, repeats: int) -> Iterator[Figure]:
    """`render` of one task definition, over a process that imports Typer and PyYAML, decodes and encodes."""
    source, target = folder / "small.yaml", folder / "small-rendered.yaml"
    source.write_text(_yaml(template(1, "ga")), encoding="utf-8")
    ours, usual = processes(
        [
            [PROGRAM, "render", str(source), "-o", str(target)],
            [sys.executable, "-c", USUAL, str(source), str(target)],
        ],
        repeats,
        os.environ,
    )
    yield Figure(SMALL, "over Typer, PyYAML, decoding and encoding", ours, usual, goal=Goal(1.2))


def adopt(folder: Path, count: int, repeats: int) -> Iterator[Figure]:
    """`adopt` of a template with sidecars written by hand, over reading it with the same reader."""
    source, target = folder / "by-hand.yaml", folder / "adopted.yaml"
    text = _yaml(_by_hand(count))
    source.write_text(text, encoding="utf-8")
    commands = [[PROGRAM, "adopt", str(source), "-o", str(target)], [sys.executable, "-c", DECODE, str(source)]]
    ours, read = processes(commands, repeats, os.environ)
    yield Figure(ADOPT, f"{count} task definitions, {len(text) / 1e6:.1f} MB: over reading", ours, read, goal=Goal(3.0))


def _by_hand(count: int) -> Json:
    """What the macro makes of a template, without its marks. Copied, since YAML would write aliases for shared parts,
    which nobody writes by hand."""
    outcome = macro.transformed(event(count, "preview"), {})
    assert isinstance(outcome.document, dict) and not outcome.has_errors
    resources = {
        name: {key: value for key, value in resource.items() if key != "Metadata"}
        for name, resource in outcome.document["Resources"].items()
    }
    copied: Json = json.loads(json.dumps({"Resources": resources}))
    return copied


def folder_of_templates(folder: Path, count: int, repeats: int) -> Iterator[Figure]:
    """`lint` of many files, where it may use one core, and where it may use all. `render` takes too little time for
    a file to gain from another process."""
    files = folder / "templates"
    files.mkdir()
    for number in range(count):
        (files / f"{number}.yaml").write_text(_yaml(template(1, "ga")), encoding="utf-8")
    # The exit code is that of what cfn-lint finds.
    several = ["sh", "-c", f"{shlex.join([PROGRAM, 'lint', str(files)])}; true"]
    one, all_cores = processes([["taskset", "-c", "0", *several], several], repeats, os.environ)
    yield Figure(FOLDER, f"lint, {count} templates", one, all_cores, goal=Goal(1.4, is_least=True))


def _yaml(content: Json) -> str:
    return yaml.safe_dump(content, sort_keys=False)
