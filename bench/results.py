"""The results: a table on the terminal, bench/results.md with its plot, and tables in the page on performance."""

import platform
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from rich.console import Console
from rich.table import Table

from bench import page
from bench.cold_start import INIT, OVER_EMPTY, OVER_LOGGER
from bench.growth import COMMAND, COMPRESSED, ENVOY
from bench.handler import BY_NODES, BY_ROUTES, HANDLER, PROFILES, UNMARKED
from bench.measured import Figure, Kind, Missing, Row
from bench.price import table as price_table

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"
PLOT = HERE / "results.svg"
GROWTH_PLOT = HERE / "growth.svg"

HEAD = ("", "ratio", "goal", "reached", "this", "over")
INTRODUCTION = """\
# Results

Written by `make bench`; [the page on performance](../docs/explanation/performance.md) says what the figures mean. The
ratios are of two times of one run. The times in the last two columns are those of the machine it ran on, with
{machine}, and
stand here for scale alone.

![The handler's time over that of decoding and encoding, and init over that of the Logger](results.svg)

![How the handler's time grows by task definitions, nodes and routes, and envoy's command and memory by \
backends](growth.svg)
"""


def sorted_by_section(rows: Iterable[Row]) -> list[Row]:
    """The rows, a section's together, in the order in which the sections began."""
    sections: dict[str, list[Row]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(row)
    return list(chain.from_iterable(sections.values()))


def shown(rows: Iterable[Row]) -> None:
    """The table on the terminal."""
    table = Table(*HEAD)
    for section, members in groupby(rows, lambda row: row.section):
        table.add_section()
        table.add_row(f"[bold]{section}[/bold]")
        for row in members:
            table.add_row(*_cells(row))
    Console(width=150).print(table)


def kept(rows: Sequence[Row]) -> None:
    """bench/results.md, its plot, and the tables of goals and prices in the page on performance."""
    figures = [row for row in rows if isinstance(row, Figure)]
    _plot(figures)
    _plot_growth(figures)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    RESULTS.write_text("\n".join([INTRODUCTION.format(machine=machine), *_sections(rows)]), encoding="utf-8")
    page.write_goals(_goals(rows), of_proxy=False)
    page.write("memory", price_table(rows))


def _sections(rows: Iterable[Row]) -> Iterator[str]:
    for section, members in groupby(rows, lambda row: row.section):
        yield f"## {section}\n"
        yield from page.table(HEAD, map(_cells, members))
        yield ""


def _goals(rows: Iterable[Row]) -> Iterator[list[str]]:
    with_goal = [row for row in rows if isinstance(row, Figure) and row.goal]
    return ([f"{row.section}: {row.case}", *_cells(row)[1:4]] for row in with_goal)


def _cells(row: Row) -> list[str]:
    if isinstance(row, Missing):
        return [row.case, row.reason, "", "", "", ""]
    value = f"{row.value:.3g}" if row.value < 100 else f"{row.value:.0f}"
    other = _amount(row.other, row.kind) if row.other != 1.0 else ""
    times = [_amount(row.ours, row.kind), other]
    if row.goal is None:
        return [row.case, value, "", "", *times]
    limit = f"{'≥' if row.goal.is_least else '≤'} {row.goal.limit:g}"
    return [row.case, value, limit, "yes" if row.goal.reached(row.value) else "**no**", *times]


def _amount(value: float, kind: Kind) -> str:
    if kind is not Kind.SECONDS:
        return f"{value:.3g} {kind}"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.3g} ms"


def _plot(figures: Sequence[Figure]) -> None:
    mpl.rcParams["svg.hashsalt"] = "results"
    plot = Plot(figsize=(10, 4), layout="constrained")
    calls, starts = plot.subplots(1, 2, width_ratios=[3, 2])
    for profile in PROFILES:
        members = [row for row in figures if row.section == HANDLER and row.case.startswith(profile)]
        calls.plot([row.count for row in members], [row.value for row in members], marker="o", label=profile)
    members = [row for row in figures if row.section == UNMARKED]
    calls.plot([row.count for row in members], [row.value for row in members], marker="o", label="nothing marked")
    calls.axhline(1, color="gray", linestyle="--", label="decoding and encoding")
    calls.set(xscale="log", yscale="log", xlabel="task definitions", ylabel="handler, times decoding and encoding")
    calls.legend(loc="lower left", fontsize="small")
    init = {row.case: row for row in figures if row.section == INIT}
    logger = init[OVER_LOGGER].other
    bars = {"empty handler": init[OVER_EMPTY].other, "Powertools' Logger": logger, "the macro": init[OVER_LOGGER].ours}
    starts.barh(list(bars), [value / logger for value in bars.values()], color=["silver", "gray", "C0"])
    starts.set(xlabel="init, times that of the Logger alone")
    plot.savefig(PLOT, metadata={"Date": None})


def _plot_growth(figures: Sequence[Figure]) -> None:
    """What grows, over what it grows with. Straight lines from the origin or above are linear."""
    plot = Plot(figsize=(12, 6.5), layout="constrained")
    axes = plot.subplots(2, 3).flat
    for profile in PROFILES:
        _line(
            axes[0], [row for row in figures if row.section == HANDLER and row.case.startswith(profile)], profile, 1e3
        )
    for axis, section in ((axes[1], BY_NODES), (axes[2], BY_ROUTES)):
        _line(axis, [row for row in figures if row.section == section], "standalone, one task definition", 1e3)
    for section, label in ((COMMAND, "as it is by default"), (COMPRESSED, "compressed")):
        _line(axes[3], [row for row in figures if row.section == section], label, 1)
    _line(axes[4], [row for row in figures if row.section == ENVOY], "after its start", 1)
    labels = (
        ("task definitions", "handler, ms"),
        ("nodes of the mesh", "handler, ms"),
        ("routes", "handler, ms"),
        ("backends", "envoy's command, KB"),
        ("backends", "Envoy's memory, MB"),
    )
    for axis, (across, up) in zip(axes, labels, strict=False):
        axis.set(xlabel=across, ylabel=up, ylim=(0, None))
        axis.legend(loc="lower right", fontsize="small")
    axes[5].axis("off")
    plot.savefig(GROWTH_PLOT, metadata={"Date": None})


def _line(axis: Axes, members: Sequence[Figure], label: str, scale: float) -> None:
    axis.plot([row.count for row in members], [row.ours * scale for row in members], marker="o", label=label)
