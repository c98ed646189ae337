"""Examples of findings that no golden case shows, since they are about what is around a document: `examples/CODE.yaml`.

A template says what is too much of in short: what stands between `# N times` and `# end` is there N times, `{{n}}` its
number; `{{long}}` is a long text, and `{{deep}}` is nested deeply. A first line says options of `render`, or another
command, if need be.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from appmesh_inject.cli.macro_events import answer
from tests.cli.command import run

FOLDER = Path(__file__).parent / "examples"
TIMES = re.compile(r"^# (\d+) times\n(.*?)^# end\n", re.MULTILINE | re.DOTALL)
LONG, DEEP = 200_000, 500


def codes() -> Iterator[str]:
    return (path.stem for path in sorted(FOLDER.glob("AM???.yaml")))


def templates(code: str) -> list[Path]:
    """The template, and with it that of the mesh if there is one."""
    return sorted(FOLDER.glob(f"{code}*.yaml"), key=lambda path: len(path.name))


def shown(path: Path) -> str:
    """The template as a reader sees it: what is repeated stands there once."""
    short = TIMES.sub(lambda found: f"{_numbered(found[2], 1)}# and {int(found[1]) - 1} more\n", path.read_text())
    return short.replace("{{long}}", "xxxxxxxx...  # 200,000 characters").replace("{{deep}}", '{"a": {"a": {"a": ...')


def whole(path: Path) -> str:
    """The template as it is meant."""
    text = TIMES.sub(lambda found: "".join(_numbered(found[2], n + 1) for n in range(int(found[1]))), path.read_text())
    return text.replace("{{long}}", "x" * LONG).replace("{{deep}}", '{"a":' * DEEP + "1" + "}" * DEEP)


def _numbered(text: str, number: int) -> str:
    return text.replace("{{n}}", str(number))


def _options(template: str) -> list[str]:
    """The options with which a template is rendered, where its first line says them."""
    found = re.match(r"# appmesh-inject render (.*)\n", template)
    return found[1].split() if found else []


def told(code: str) -> str:
    """What the command for the example prints: `render`, `remove` or `lint`, or the macro if only it says so."""
    with tempfile.TemporaryDirectory() as folder:
        template, mesh = Path(folder, "template.yaml"), Path(folder, "mesh.yaml")
        template.write_text(whole(FOLDER / f"{code}.yaml"))
        arguments, beside = _options(template.read_text()), []
        if (FOLDER / f"{code}.mesh.yaml").exists():
            mesh.write_text(whole(FOLDER / f"{code}.mesh.yaml"))
            beside = ["--mesh", str(mesh)]
        ran = run("render", str(template), *arguments, *beside)
        said = ran.err + run("remove", str(template)).err
        if template.read_text().startswith("# appmesh-inject lint\n"):
            said = run("lint", str(template)).out
        if template.read_text().startswith("# appmesh-inject adopt --profile standalone\n"):
            said = run("adopt", str(template), "--profile", "standalone").err
        convert = re.match(r"# appmesh-inject (convert.*)\n", template.read_text())
        if convert:
            said = run(*convert[1].split(), str(template)).err
        if f" {code}" not in said:
            said = run("lint", str(template), *beside).out
        if f" {code}" not in said:
            said = str(answer(_event(template), {})["errorMessage"])
        # Without its line, which is one of the whole template.
        told_of = next(found[0] for found in re.finditer(rf"{code}\b(?!: see).*", said))
        return told_of.replace(f"{folder}/", "")


def _event(template: Path) -> dict[str, Any]:
    """The event for a template or its snippet, also for one that the command line refuses to read."""
    ran = run("event", str(template), *(["--snippet", "WebTask"] if "Fn::Transform" in template.read_text() else []))
    event: dict[str, Any] = json.loads(ran.out) if ran.out else {"fragment": yaml.safe_load(template.read_text())}
    return event
