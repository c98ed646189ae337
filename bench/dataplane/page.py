"""The results as a page, and their goals."""

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bench import page
from bench.dataplane.groups import CONTROL
from bench.dataplane.loads import CLIENTS, PACED, Ratio, Traffic
from bench.dataplane.starts import Start

RESULTS = Path(__file__).parent.parent / "dataplane.md"
LEAST_REQUESTS, MOST_CPU, MOST_MEMORY, MOST_SECONDS = 0.95, 1.05, 1.03, 1.10
VOID = 0.05
"""How far the floor may be from itself."""

INTRODUCTION = """\
# The proxy

Written by `make bench-dataplane`; [the page on performance](../docs/explanation/performance.md#the-proxy) says what the
figures mean. All are ratios over the floor, the smallest Envoy configuration that forwards the same traffic, of one run
on {machine}.
"""
TRAFFIC = f"""\
## Traffic

One request goes through two Envoys, the caller's and that of the called. The floor is two Envoys as well. All Envoys
are started {{times}} times, each time with {{rounds}} shuffled rounds of bursts of a third of a second, {CLIENTS}
connections; the mean without the highest and lowest tenth, ± twice its standard error, of the bursts or of the starts.
Memory is the calling Envoy's after the load. p50 and p99 are of single requests at {PACED} a second. Cores are shared
by everything here, so these two tell little.
"""
STARTS = """\
## Start

Of the calling Envoy: from exec until it is live, and the CPU until then, each the least of {repeats}; memory a third of
a second later, the median. Floor and product stand in the same form.
"""


def written(
    groups: Sequence[Sequence[Traffic]], starts: Sequence[Start], times: int, rounds: int, repeats: int
) -> None:
    """bench/dataplane.md, and the goals on the page on performance."""
    RESULTS.write_text("\n".join(lines(groups, starts, times, rounds, repeats)) + "\n", encoding="utf-8")
    page.write_goals(goals(groups, starts), of_proxy=True)


def lines(
    groups: Sequence[Sequence[Traffic]], starts: Sequence[Start], times: int, rounds: int, repeats: int
) -> Iterator[str]:
    """The page."""
    yield INTRODUCTION.format(machine=f"{platform.machine()}, Linux {platform.release().partition('-')[0]}")
    yield TRAFFIC.format(times=times, rounds=rounds)
    head: tuple[str, ...] = (
        "",
        "requests a second",
        "CPU a request",
        "memory",
        "p50",
        "p99",
        "the floor's requests a second, CPU, p50, p99",
    )
    yield from page.table(head, (cells for group in groups for cells in _traffic(group)))
    yield ""
    yield STARTS.format(repeats=repeats)
    head = ("", "until live", "CPU until live", "memory", "its time, CPU, memory")
    yield from page.table(head, map(_start, starts))


def _traffic(group: Sequence[Traffic]) -> Iterator[list[str]]:
    floors = {each.variant.backends: each for each in reversed(group) if each.variant.is_floor}
    for each in group:
        floor = floors[each.variant.backends]
        if each is floor:
            continue
        ratios = [f"{each.memory:.3f}", *(f"{one:.2f}" for one in (each.p50 / floor.p50, each.p99 / floor.p99))]
        times = ", ".join(f"{one * 1e3:.2g} ms" for one in (floor.p50, floor.p99))
        scale = f"{floor.per_second:,.0f}, {floor.cpu_seconds * 1e6:.0f} µs, {times}"
        name = f"{each.variant.protocol}, {each.variant.case}"
        yield [name, _shown(each.requests), _shown(each.cpu), *ratios, scale]


def _start(each: Start) -> list[str]:
    own = f"{each.seconds * 1e3:.0f} ms, {each.cpu * 1e3:.0f} ms, {each.megabytes:.1f} MB"
    if each.floor is None:
        return [each.variant.case, "", "", "", own]
    pairs = ((each.seconds, each.floor.seconds), (each.cpu, each.floor.cpu), (each.megabytes, each.floor.megabytes))
    return [each.variant.case, *(f"{one / other:.3f}" for one, other in pairs), own]


def _shown(ratio: Ratio) -> str:
    return f"{ratio.value:.3f} ± {ratio.error:.3f}"


def goals(groups: Sequence[Sequence[Traffic]], starts: Sequence[Start]) -> Iterator[list[str]]:
    """A row for each goal, with the worst of the cases that it is for. What a user switches on has no goal."""
    requests, cpu = _judged(groups, _requests), _judged(groups, _cpu)
    name, worst = min(requests, key=lambda each: each[1].value)
    reached = all(ratio.value + ratio.error >= LEAST_REQUESTS for _, ratio in requests)
    yield [f"{page.PROXY}, requests a second: {name}", _shown(worst), f"≥ {LEAST_REQUESTS:g}", _word(reached)]
    name, worst = max(cpu, key=lambda each: each[1].value)
    reached = all(ratio.value - ratio.error <= MOST_CPU for _, ratio in cpu)
    yield [f"{page.PROXY}, CPU a request: {name}", _shown(worst), f"≤ {MOST_CPU:g}", _word(reached)]
    for what in _void(groups):
        yield [f"{page.PROXY}, {what}: void, its floor differs from itself by more than {VOID:g}", "", "", ""]
    compared = [each for each in starts if each.floor is not None and not each.variant.deferred_stats]
    for what, limit, of in (("memory", MOST_MEMORY, _memory), ("from exec until live", MOST_SECONDS, _seconds)):
        for each in compared:
            ratio = of(each) / of(each.floor or each)
            yield [f"{page.PROXY}, {what}: {each.variant.case}", f"{ratio:.3f}", f"≤ {limit:g}", _word(ratio <= limit)]


def _memory(start: Start) -> float:
    return start.megabytes


def _seconds(start: Start) -> float:
    return start.seconds


def _judged(groups: Iterable[Sequence[Traffic]], of: Callable[[Traffic], Ratio]) -> list[tuple[str, Ratio]]:
    """The ratios that a goal is for, of the groups whose floor is near itself."""
    found = []
    for group in groups:
        if not _is_void(group, of):
            for each in group:
                variant = each.variant
                if not (variant.is_floor or variant.access_log or variant.tracing or variant.deferred_stats):
                    found.append((f"{variant.protocol}, {variant.case}", of(each)))
    return found or [("all are void", Ratio(float("nan"), float("nan")))]


def _void(groups: Iterable[Sequence[Traffic]]) -> Iterator[str]:
    for group in groups:
        for what, of in (("requests a second", _requests), ("CPU a request", _cpu)):
            if _is_void(group, of):
                yield f"{what}, {group[0].variant.protocol}"


def _requests(each: Traffic) -> Ratio:
    return each.requests


def _cpu(each: Traffic) -> Ratio:
    return each.cpu


def _is_void(group: Iterable[Traffic], of: Callable[[Traffic], Ratio]) -> bool:
    return any(abs(of(each).value - 1) > VOID for each in group if each.variant.case == CONTROL)


def _word(reached: bool) -> str:
    return "yes" if reached else "**no**"
