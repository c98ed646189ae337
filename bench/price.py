"""A model, not a measurement: what an invocation costs at each memory size of the Lambda.

The CPU's share follows memory, one whole CPU at 1,769 MB as AWS's documentation says; the function uses one thread;
init is billed as the call is. The invocation is cold, its template one of 50 task definitions in profile preview.
"""

from collections.abc import Iterable, Iterator

from bench.cold_start import INIT
from bench.fresh import FIRST, MEMORY
from bench.measured import Figure, Row

WHOLE_CPU = 1769
SIZES = (128, 256, 512, 1024, WHOLE_CPU, 3008)
DEPLOYED = 512
"""What template.yaml says."""


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Duration and price of a cold invocation over those at the deployed size, and the memory that it needs."""
    figures = [row for row in rows if isinstance(row, Figure)]
    init = next(row.ours for row in figures if row.section == INIT)
    work = next(row.ours + row.other for row in figures if row.section == FIRST)
    peak = max(row.ours for row in figures if row.section == MEMORY)
    yield f"The most memory that a process of this run held: {peak:.0f} MB."
    yield f"Init is {init / (init + work):.0%} of the time of the model's invocation."
    yield ""
    yield "| memory | duration | price | price where init has a whole CPU at every size |"
    yield "|---|---|---|---|"
    for size in SIZES:
        duration = slowed(init + work, size) / slowed(init + work, DEPLOYED)
        boosted = (init + slowed(work, size)) * size / ((init + slowed(work, DEPLOYED)) * DEPLOYED)
        yield f"| {size} MB | {duration:.2f} | {duration * size / DEPLOYED:.2f} | {boosted:.2f} |"


def slowed(seconds: float, size: int) -> float:
    """What `seconds` on a whole CPU take on the share of it that `size` MB come with."""
    return seconds * WHOLE_CPU / min(size, WHOLE_CPU)
