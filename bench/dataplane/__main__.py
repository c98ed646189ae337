"""`python -m bench.dataplane`: measures the proxies, shows it and writes it down. Needs root.

`--quick` measures little, and writes nothing: it shows that the benchmark still runs.
"""

import argparse
import random
import sys

from tests.dataplane.alone import open_folder

from bench.dataplane import groups, loads, page, pairs, starts


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.dataplane")
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    times, rounds, repeats = (1, 3, 2) if quick else (5, 10, 10)
    found = []
    for protocol, variants in groups.traffic(quick=quick):
        sys.stderr.write(f"{protocol}...\n")
        started = []
        for seed in range(times):
            order = random.Random(seed).sample(variants, len(variants))
            with open_folder() as folder, pairs.running(order, folder) as (network, made):
                started.append(loads.loaded(network, made, folder, rounds=rounds, seed=seed))
        found.append(loads.compared(variants, started))
    sys.stderr.write("starts...\n")
    with open_folder() as folder:
        until_live = starts.measured(list(groups.starts(quick=quick)), folder, repeats=repeats)
    sys.stdout.write("\n".join(page.lines(found, until_live, times, rounds, repeats)) + "\n")
    if not quick:
        page.written(found, until_live, times, rounds, repeats)


main()
