"""Shares the same work on many items among processes.

`lint` of 100 templates takes half of the time on two cores.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST = 6
"""Items for which a process pays. All start at once: without a least, twelve templates on 64 cores would take longer
than on one."""


def each(items: Sequence[Item], do: Callable[[Item], Result]) -> Iterator[Result]:
    """The result of `do` for each item, in their order.

    The processes are forks of this one. So `do` and the items may be anything; the results are pickled. The first item
    is done here, so that all share what it loads. Where there is one core, or no fork, all are done here.
    """
    processes = min(_cores(), len(items) // LEAST)
    if processes < 2:
        return map(do, items)
    first, rest = do(items[0]), items[1:]
    forks = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(processes, forks, initializer=_begin, initargs=(do, rest))
    # All forks are made now, before the caller may start a thread. Ctrl-C waits meanwhile, and is never theirs.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        futures = [pool.submit(_done, number) for number in range(len(rest))]
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    return _results(pool, first, futures, rest, do)


def _results(
    pool: ProcessPoolExecutor,
    first: Result,
    futures: Sequence[Future[Result]],
    rest: Sequence[Item],
    do: Callable[[Item], Result],
) -> Iterator[Result]:
    yield first
    done = 0
    try:
        for future in futures:
            yield future.result()
            done += 1
    except BrokenProcessPool:
        # The system has ended a process, perhaps for want of memory.
        yield from map(do, rest[done:])
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _cores() -> int:
    """As many cores as this process may use; one where the system has no fork that is safe."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


_work: tuple[Callable[[Any], Any], Sequence[Any]]


def _begin(do: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """In a fork: keeps what it inherits."""
    global _work  # noqa: PLW0603 - a worker process has no other place
    _work = do, items


def _done(number: int) -> Any:
    do, items = _work
    return do(items[number])
