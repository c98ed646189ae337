"""The entry point of `appmesh-inject`: checks that its packages are installed, then runs the program."""

import sys
from importlib.util import find_spec

NEEDED = ("typer", "rich", "yaml", "cfnlint")


def main() -> None:
    """Runs the command line. `find_spec` instead of an import, since importing cfn-lint takes longer than most
    commands."""
    if any(find_spec(name) is None for name in NEEDED):
        sys.stderr.write("The command line needs some more packages: install appmesh-inject with its dependencies.\n")
        raise SystemExit(1)
    from appmesh_inject.cli.program import COMMANDS, program_of

    names = sys.argv[1:2]
    program_of(names if names and names[0] in COMMANDS else COMMANDS)()


if __name__ == "__main__":
    main()
