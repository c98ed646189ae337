"""Short bursts of requests in shuffled rounds, and what each costs over the floor's burst of the same round."""

import math
import random
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one start of all pairs gave, by variant. times: seconds of single requests. megabytes: of the caller."""

    bursts: Mapping[str, Sequence[_Burst]]
    times: Mapping[str, Sequence[float]]
    megabytes: Mapping[str, float]


def loaded(network: Network, pairs: Sequence[Pair], folder: Path, *, rounds: int, seed: int) -> Loaded:
    """Loads pairs that were just started. rounds: of one burst for each."""
    count = 1000
    for each in pairs:
        _burst(network, each, folder, count)
    floor = next(each for each in pairs if each.variant.is_floor)
    count = max(200, round(_burst(network, floor, folder, count).per_second * BURST))
    order, shuffle = list(pairs), random.Random(seed)
    bursts: dict[str, list[_Burst]] = {each.variant.name: [] for each in pairs}
    for _ in range(rounds):
        shuffle.shuffle(order)
        for each in order:
            bursts[each.variant.name].append(_burst(network, each, folder, count))
    resident = {each.variant.name: _resident(each.processes[0]) for each in pairs}
    times = {each.variant.name: _paced(network, each, folder) for each in order}
    return Loaded(bursts, times, resident)


def compared(variants: Sequence[Variant], starts: Sequence[Loaded]) -> list[Traffic]:
    """The figures of all variants. The first is their floor where none of their size is among them."""
    floors = {each.backends: each.name for each in reversed(variants) if each.is_floor}
    found = []
    for each in variants:
        name, floor = each.name, floors.get(each.backends, variants[0].name)
        mine, theirs = ([start.bursts[which] for start in starts] for which in (name, floor))
        several = [burst for of_start in mine for burst in of_start]
        cuts = statistics.quantiles([one for start in starts for one in start.times[name]], n=100)
        found.append(
            Traffic(
                each,
                _ratio(_ratios(mine, theirs, _per_second)),
                _ratio(_ratios(mine, theirs, _cpu_of_one)),
                statistics.median(start.megabytes[name] / start.megabytes[floor] for start in starts),
                cuts[49],
                cuts[98],
                statistics.median(map(_per_second, several)),
                statistics.median(map(_cpu_of_one, several)),
                statistics.median(start.megabytes[name] for start in starts),
            )
        )
    return found


def _per_second(burst: _Burst) -> float:
    return burst.per_second


def _cpu_of_one(burst: _Burst) -> float:
    return burst.cpu


def _ratios(
    mine: Sequence[Sequence[_Burst]], theirs: Sequence[Sequence[_Burst]], of: Callable[[_Burst], float]
) -> list[list[float]]:
    """For each start, the ratios of the bursts of one round."""
    return [[of(one) / of(other) for one, other in zip(*both, strict=True)] for both in zip(mine, theirs, strict=True)]


def _ratio(starts: Sequence[Sequence[float]]) -> Ratio:
    """The mean without the highest and the lowest tenth, of the logarithms: twice and half are as far from 1. The error
    is that of the bursts or, if it is larger, that of the starts: a process is faster or slower as long as it lives."""
    kept = _trimmed([value for start in starts for value in start])
    middle = math.exp(statistics.mean(kept))
    means = [statistics.mean(_trimmed(start)) for start in starts]
    return Ratio(middle, middle * max(_error(kept), _error(means) if len(means) > 1 else 0.0))


def _trimmed(values: Sequence[float]) -> Sequence[float]:
    logs = sorted(map(math.log, values))
    cut = len(logs) // 10
    return logs[cut : len(logs) - cut]


def _error(values: Sequence[float]) -> float:
    return 2 * statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.inf


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
