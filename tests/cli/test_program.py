"""The program: how it starts, which modules it loads, and its help."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement

from appmesh_inject import __version__
from appmesh_inject.cli.help import EXAMPLES
from appmesh_inject.cli.program import COMMANDS
from appmesh_inject.settings.table import TABLE
from tests.cli.command import TEMPLATE, run
from tests.conftest import REPOSITORY

PROMISED = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]


def python(code: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], input=stdin, capture_output=True, text=True, check=False)


def test_version_and_help() -> None:
    assert run("--version").out == f"appmesh-inject {__version__}\n"
    for arguments in ([], ["--help"], ["-h"]):
        for command in ("render", "lint", "event", "invoke"):
            ran = run(*arguments)
            assert f"\n  {command} " in ran.out + ran.err


def test_every_setting_has_its_flag_with_the_help_of_the_table() -> None:
    text = " ".join(run("render", "--help").out.split())
    names = "--mesh-name --ignored-uid --ignored-gid --egress-ignored-ips --x-ray --x-ray-daemon --wait-for-envoy"
    assert all(f"{name} " in text for name in names.split())
    for name, row in TABLE.items():
        explained = run("explain", name).out
        assert explained.startswith(f"{name}\n\n{row.meaning}.\n")
        assert (" JSON\n" in explained) == row.is_fragment


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_on_a_screen_and_ends_with_an_example(command: str) -> None:
    lines = run(command, "--help", env={"COLUMNS": "80"}).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 60
    assert lines[-2:] == ["Example:", f"  {EXAMPLES[command]}"]
    assert not [line for line in lines if "<list" in line or "[default: none]" in line]


def test_an_unknown_name_to_explain_is_wrong_usage() -> None:
    ran = run("explain", "LogLevl")
    assert (ran.code, "there is no finding or setting 'LogLevl': did you mean LogLevel?" in ran.err) == (2, True)


def test_an_unknown_option_or_command_is_wrong_usage() -> None:
    assert run("rendr", "-").code == 2
    ran = run("render", "-", "--mesh-nam", "a")
    assert (ran.code, "--mesh-name" in ran.err) == (2, True)


@pytest.mark.parametrize(("arguments", "forbidden"), [("--help", "cfnlint aws_lambda_powertools")])
def test_help_loads_little(arguments: str, forbidden: str) -> None:
    ran = python(
        f"import sys; sys.argv = ['x', {arguments!r}]\n"
        "from appmesh_inject.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: print('LOADED', *sys.modules)"
    )
    loaded = ran.stdout.partition("LOADED")[2].split()
    assert "typer" in loaded
    assert not set(forbidden.split()) & set(loaded)


def test_render_does_not_load_cfn_lint() -> None:
    ran = python(
        "import sys; sys.argv = ['x', 'render', '-']\n"
        "from appmesh_inject.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: print('LOADED', *sys.modules)",
        TEMPLATE,
    )
    assert "proxyinit" in ran.stdout
    assert not {"cfnlint", "aws_lambda_powertools"} & set(ran.stdout.partition("LOADED")[2].split())


@pytest.mark.parametrize("missing", ["typer", "rich", "cfnlint", "yaml"])
def test_what_is_missing_is_said_as_pip_takes_it(missing: str) -> None:
    """In the range of pyproject.toml, and by the names of packages that are published: ours need not be."""
    ran = python(f"import sys; sys.modules[{missing!r}] = None\nfrom appmesh_inject.cli.app import main\nmain()")
    said = re.fullmatch(r"The command line needs more packages: pip install '?([^'\n]+)'?\n", ran.stderr)
    assert said
    named = Requirement(said[1])
    promised = next(each for each in map(Requirement, PROMISED) if each.name == named.name)
    assert set(named.specifier) <= set(promised.specifier)
    assert promised.name in (name.lower() for name in packages_distributions()[missing])
    assert (ran.returncode, ran.stdout) == (1, "")
