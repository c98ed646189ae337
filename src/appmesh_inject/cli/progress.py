"""A progress bar on terminals."""

import os
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

FEWEST = 5
"""Fewer files are done before a progress bar could be read."""


def tracked(items: Iterable[Item], count: int, doing: str) -> Iterator[Item]:
    """Iterates over the items, with a temporary progress bar on stderr. count: how many there are."""
    if count < FEWEST or os.environ.get("CI"):
        yield from items
        return
    # Loading Rich's progress bars takes longer than rendering a file.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=count, description=doing)
