"""How long an Envoy takes from its start until it is live, and how much memory it then has."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.dataplane.network import PRIVATE_MEMORY, Network, as_entrypoint

from bench.dataplane import start
from bench.dataplane.meshes import Variant
from bench.dataplane.pairs import tasks, zone


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until it is live, and of CPU until then, the least of all starts; MB after it, the median. floor: the
    same of the smallest configuration."""

    variant: Variant
    seconds: float
    cpu: float
    megabytes: float
    floor: "Start | None" = None


def measured(variants: Sequence[Variant], folder: Path, *, repeats: int) -> list[Start]:
    """The starts of callers, in turns. A floor stands before what is compared with it."""
    seen: dict[str, list[dict[str, float]]] = {each.name: [] for each in variants}
    with Network(folder, zone(variants)) as network:
        programs = {}
        for number, variant in enumerate(variants):
            task, _ = tasks(variant, folder)
            network.task(variant.name, f"10.99.0.{10 + number}", task)
            as_user = ["setpriv", f"--reuid={task.user}", f"--regid={task.user}", "--clear-groups"]
            path = folder / f"{variant.name}.command"
            command = [*PRIVATE_MEMORY, *as_user, *as_entrypoint(task.command)]
            path.write_text(json.dumps(command), encoding="utf-8")
            programs[variant.name] = path
        for turn in range(repeats):
            for variant in variants if turn % 2 else reversed(variants):
                said = network.run(variant.name, [sys.executable, start.__file__, str(programs[variant.name])])
                seen[variant.name].append(json.loads(said))
    found: list[Start] = []
    floor: Start | None = None
    for variant in variants:
        each = seen[variant.name]
        seconds, cpu = (min(one[name] for one in each) for name in ("seconds", "cpu"))
        megabytes = statistics.median(one["megabytes"] for one in each)
        found.append(Start(variant, seconds, cpu, megabytes, None if variant.is_floor else floor))
        floor = found[-1] if variant.is_floor else floor
    return found
