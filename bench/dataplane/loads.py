"""Short bursts of requests in shuffled rounds, and what each costs over the floor's burst of the same round."""

import math
import random
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.dataplane.network import APP_USER, Network

from bench.dataplane.meshes import PORT, Protocol, Variant, service
from bench.dataplane.pairs import Pair

CLIENTS = 8
BURST = 1 / 3
"""Seconds that the floor's burst takes, about."""

PACED = 1000
"""Requests a second, for the times of single requests."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """error: twice the standard error of the mean."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """One variant: requests a second, seconds of CPU that both Envoys take for one, and the caller's memory after the
    load, over the floor's. p50, p99: seconds of a request at a steady pace. megabytes: the caller's memory."""

    variant: Variant
    requests: Ratio
    cpu: Ratio
    memory: float
    p50: float
    p99: float
    per_second: float
    cpu_seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class _Burst:
    per_second: float
    cpu: float


def measured(network: Network, pairs: Sequence[Pair], folder: Path, *, rounds: int, seed: int = 1) -> list[Traffic]:
    """The figures of all variants. The first is their floor where none of their size is among them. rounds: of one
    burst for each. folder: open to every user."""
    count = 1000
    for each in pairs:
        _burst(network, each, folder, count)
    count = max(200, round(_burst(network, pairs[0], folder, count).per_second * BURST))
    order, shuffle = list(pairs), random.Random(seed)
    bursts: dict[str, list[_Burst]] = {each.variant.name: [] for each in pairs}
    for _ in range(rounds):
        shuffle.shuffle(order)
        for each in order:
            bursts[each.variant.name].append(_burst(network, each, folder, count))
    resident = {each.variant.name: _resident(each.processes[0]) for each in pairs}
    times: dict[str, list[float]] = {each.variant.name: [] for each in pairs}
    for _ in range(max(1, rounds // 10)):
        shuffle.shuffle(order)
        for each in order:
            times[each.variant.name] += _paced(network, each, folder)
    floors = {each.variant.backends: each.variant.name for each in reversed(pairs) if each.variant.is_floor}
    found = []
    for each in pairs:
        name, floor = each.variant.name, floors.get(each.variant.backends, pairs[0].variant.name)
        mine, theirs = bursts[name], bursts[floor]
        cuts = statistics.quantiles(times[name], n=100)
        found.append(
            Traffic(
                each.variant,
                _ratio([one.per_second / other.per_second for one, other in zip(mine, theirs, strict=True)]),
                _ratio([one.cpu / other.cpu for one, other in zip(mine, theirs, strict=True)]),
                resident[name] / resident[floor],
                cuts[49],
                cuts[98],
                statistics.median(one.per_second for one in mine),
                statistics.median(one.cpu for one in mine),
                resident[name],
            )
        )
    return found


def _ratio(values: Sequence[float]) -> Ratio:
    """The mean without the highest and the lowest tenth, of the logarithms: twice and half are as far from 1."""
    logs = sorted(map(math.log, values))
    cut = len(logs) // 10
    kept = logs[cut : len(logs) - cut]
    middle = math.exp(statistics.mean(kept))
    error = 2 * statistics.stdev(kept) / math.sqrt(len(kept)) if len(kept) > 1 else math.inf
    return Ratio(middle, middle * error)


def _burst(network: Network, pair: Pair, folder: Path, count: int) -> _Burst:
    before = sum(map(_cpu, pair.processes))
    said = network.run(pair.caller, [*_h2load(pair.variant, folder), "-n", str(count), _url(pair.variant)], APP_USER)
    after = sum(map(_cpu, pair.processes))
    assert f"{count} succeeded" in said and f"{count} 2xx" in said, said
    found = re.search(r"finished in .*?, ([\d.]+) req/s", said)
    assert found is not None, said
    return _Burst(float(found[1]), (after - before) / count)


def _paced(network: Network, pair: Pair, folder: Path) -> list[float]:
    """Seconds that each request of a second takes, those of the first third left out."""
    log = folder / "requests.log"
    log.unlink(missing_ok=True)
    pace = [f"--rps={PACED // CLIENTS}", "-n", str(PACED), f"--log-file={log}"]
    network.run(pair.caller, [*_h2load(pair.variant, folder), *pace, _url(pair.variant)], APP_USER)
    rows = [tuple(map(int, line.split())) for line in log.read_text(encoding="utf-8").splitlines()]
    start = min(row[0] for row in rows)
    return [took / 1e6 for began, _, took in rows if began - start > BURST * 1e6]


def _h2load(variant: Variant, folder: Path) -> list[str]:
    command = ["h2load", "-t1", f"-c{CLIENTS}"]
    if variant.protocol is Protocol.GRPC:
        message = folder / "message"
        message.write_bytes(b"\0\0\0\0\0")
        return [*command, "-d", str(message), "-H", "content-type: application/grpc", "-H", "te: trailers"]
    return command if variant.protocol is Protocol.HTTP2 else [*command, "--h1"]


def _url(variant: Variant) -> str:
    """The last backend's."""
    number = variant.backends - 1
    path = "shop.Cart/Get" if variant.protocol is Protocol.GRPC else ""
    return f"http://{service(number)}:{variant.port(number) if variant.port_each else PORT}/{path}"


def _cpu(process: int) -> float:
    """Seconds of CPU that the threads of a process have had."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _resident(process: int) -> float:
    """The memory of a process in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
