"""The entry point of `appmesh-inject`: checks that its packages are installed, then runs the program."""

import gc
import sys
from importlib.util import find_spec

RARELY = (20_000, 50, 100)
"""How rarely Python looks for garbage. The values of a document stay to the end, and by default looking through
them takes half of the time of reading a large template, and a third of that of adopting it."""

NEEDED = {"typer": "'typer<0.29'", "rich": "rich", "yaml": "pyyaml", "cfnlint": "cfn-lint"}
"""What the command line imports, and what pip calls it."""


def main() -> None:
    """Runs the command line. `find_spec` instead of an import, since importing cfn-lint takes longer than most
    commands."""
    gc.set_threshold(*RARELY)
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        sys.stderr.write(f"The command line needs more packages: pip install {' '.join(missing)}\n")
        raise SystemExit(1)
    from appmesh_inject.cli.program import COMMANDS, program_of

    names = sys.argv[1:2]
    program = program_of(names if names and names[0] in COMMANDS else COMMANDS)
    # What is loaded stays to the end. To look through it at the exit would take a tenth of the time of a small file.
    gc.freeze()
    program()


if __name__ == "__main__":
    main()
