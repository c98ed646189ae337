"""Where the command `appmesh-inject` starts: says what is missing, or runs the program."""

import sys
from importlib.util import find_spec

NEEDED = ("typer", "rich", "yaml", "ruamel", "cfnlint")


def main() -> None:
    """Runs the command line. Only looks for the parts at first: importing cfn-lint takes longer than most commands."""
    if any(find_spec(name) is None for name in NEEDED):
        sys.stderr.write("The command line needs some more packages: install appmesh-inject with its dependencies.\n")
        raise SystemExit(1)
    from appmesh_inject.cli.program import COMMANDS, program_of

    wanted = sys.argv[1:2]
    program_of(wanted if wanted and wanted[0] in COMMANDS else COMMANDS)()


if __name__ == "__main__":
    main()
