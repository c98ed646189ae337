"""Clocks, and what was measured: ratios of two times of one run, which depend little on the machine.

Not pyperf's clocks or pytest-benchmark's: they measure one call to its end and then the other. Here the calls of a
ratio take turns, so that whatever else the machine does slows both.
"""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

LEAST_SAMPLE = 0.005
"""Seconds: a call that takes less is repeated within one sample."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be at most, or at least."""

    limit: float
    is_least: bool = False

    def reached(self, figure: float) -> bool:
        return figure >= self.limit if self.is_least else figure <= self.limit


class Kind(StrEnum):
    """What a figure compares."""

    SECONDS = "s"
    MEGABYTES = "MB"
    KILOBYTES = "KB"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results: `ours` over `other`. Both are this machine's; the ratio is not.

    count: how many task definitions; other: 1 where the goal is of `ours` itself.
    """

    section: str
    case: str
    ours: float
    other: float = 1.0
    goal: Goal | None = None
    kind: Kind = Kind.SECONDS
    count: int = 0

    @property
    def value(self) -> float:
        return self.ours / self.other


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be measured, and why."""

    section: str
    case: str
    reason: str


Row = Figure | Missing


def fastest(calls: Sequence[Callable[[], object]], budget: float) -> list[float]:
    """Seconds of CPU that each of `calls` takes at best. In turns: what else the machine does hits all."""
    loops = [_loops(call) for call in calls]
    best = [float("inf")] * len(calls)
    end = time.perf_counter() + budget
    rounds = 0
    while rounds < 3 or time.perf_counter() < end:
        for number, call in enumerate(calls):
            gc.collect()
            best[number] = min(best[number], _sample(call, loops[number]) / loops[number])
        rounds += 1
    return best


def _loops(call: Callable[[], object]) -> int:
    loops = 1
    while _sample(call, loops) < LEAST_SAMPLE:
        loops *= 2
    return loops


def _sample(call: Callable[[], object], loops: int) -> float:
    start = time.process_time()
    for _ in range(loops):
        call()
    return time.process_time() - start


def processes(commands: Sequence[Sequence[str]], repeats: int, environment: Mapping[str, str]) -> list[float]:
    """Seconds from start to end of each command at best, in turns."""
    best = [float("inf")] * len(commands)
    for _ in range(repeats):
        for number, command in enumerate(commands):
            start = time.perf_counter()
            run(command, environment)
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def processor_times(commands: Sequence[Sequence[str]], repeats: int, environment: Mapping[str, str]) -> list[float]:
    """Seconds of CPU of each command at best, in turns: for commands that take long, where others slow the clock."""
    best = [float("inf")] * len(commands)
    for _ in range(repeats):
        for number, command in enumerate(commands):
            before = os.times()
            run(command, environment)
            after = os.times()
            taken = after.children_user - before.children_user + after.children_system - before.children_system
            best[number] = min(best[number], taken)
    return best


def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None) -> None:
    """Runs the command, and shows what it said where it fails. With bytecode, which is there once a command has run, as
    it is for what is installed."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run(command, env=kept, cwd=cwd, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.stderr.write(ran.stderr[-2000:])
        ran.check_returncode()


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)
