"""The entry point of `appmesh-inject`: checks that its packages are installed, then runs the program."""

import sys
from importlib.util import find_spec

NEEDED = {"typer": "'typer<0.29'", "rich": "rich", "yaml": "pyyaml", "cfnlint": "cfn-lint"}
"""What the command line imports, and what pip calls it."""


def main() -> None:
    """Runs the command line. `find_spec` instead of an import, since importing cfn-lint takes longer than most
    commands."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        sys.stderr.write(f"The command line needs more packages: pip install {' '.join(missing)}\n")
        raise SystemExit(1)
    from appmesh_inject.cli.program import COMMANDS, program_of

    names = sys.argv[1:2]
    program_of(names if names and names[0] in COMMANDS else COMMANDS)()


if __name__ == "__main__":
    main()
