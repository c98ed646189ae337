"""Progress of long work, on a terminal; nothing where nobody watches."""

import os
from collections.abc import Collection, Iterator
from typing import TypeVar

Item = TypeVar("Item")

FEWEST = 5
"""Work on fewer files is over before a bar could be read."""


def tracked(items: Collection[Item], doing: str) -> Iterator[Item]:
    """The items, one by one, with a bar on stderr that goes when they are done."""
    if len(items) < FEWEST or os.environ.get("CI"):
        yield from items
        return
    # Rich's bars take longer to load than a file takes to render.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, description=doing)
