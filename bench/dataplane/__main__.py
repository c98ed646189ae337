"""`python -m bench.dataplane`: measures the proxies, shows it and writes it down. Needs root.

`--quick` measures little, and writes nothing: it shows that the benchmark still runs.
"""

import argparse
import sys

from tests.dataplane.alone import open_folder

from bench.dataplane import groups, loads, page, pairs, starts


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.dataplane")
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rounds, repeats = (3, 2) if quick else (50, 10)
    found = []
    for protocol, variants in groups.traffic(quick=quick):
        sys.stderr.write(f"{protocol}...\n")
        with open_folder() as folder, pairs.running(variants, folder) as (network, made):
            found.append(loads.measured(network, made, folder, rounds=rounds))
    sys.stderr.write("starts...\n")
    with open_folder() as folder:
        started = starts.measured(list(groups.starts(quick=quick)), folder, repeats=repeats)
    sys.stdout.write("\n".join(page.lines(found, started, rounds, repeats)) + "\n")
    if not quick:
        page.written(found, started, rounds, repeats)


main()
