"""Tables in Markdown, and the parts of the page on performance that the benchmarks write."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

PERFORMANCE = Path(__file__).parent.parent / "docs" / "explanation" / "performance.md"
GOALS = "goals"
GOAL_HEAD = ("goal of", "measured", "goal", "reached")
PROXY = "Proxy"
"""What the goals of the proxy begin with: `make bench-dataplane` measures them, and `make bench` leaves them alone."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for cells in rows:
        yield f"| {' | '.join(cells)} |"


def write(name: str, lines: Iterable[str]) -> None:
    """Puts the lines where the page has a place of this name."""
    before, _, after = _parted(name)
    PERFORMANCE.write_text("\n".join([before, *lines, after]), encoding="utf-8")


def write_goals(rows: Iterable[Sequence[str]], *, of_proxy: bool) -> None:
    """Puts the rows into the one table of goals, in the place of those that the same target wrote before."""
    beginning = f"| {PROXY}"
    _, old, _ = _parted(GOALS)
    others = [line for line in old.splitlines()[2:] if line.startswith(beginning) is not of_proxy]
    head, rule, *own = table(GOAL_HEAD, rows)
    write(GOALS, [head, rule, *others, *own] if of_proxy else [head, rule, *own, *others])


def _parted(name: str) -> tuple[str, str, str]:
    """The page up to the place, what stands there, and the rest."""
    start, end = f"<!-- {name}: written by make bench -->", f"<!-- {name} end -->"
    before, _, rest = PERFORMANCE.read_text(encoding="utf-8").partition(start)
    old, _, after = rest.partition(end)
    return before + start, old.strip(), end + after
