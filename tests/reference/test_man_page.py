"""The man page says what the help says, and man can read it; the shells complete."""

import shutil
import subprocess

import pytest

from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.reference import man_page

PAGE = REPOSITORY / "docs" / "appmesh-inject.1"


def test_the_page_is_what_the_help_makes(update_golden: bool) -> None:
    text = man_page.page()
    if update_golden:
        PAGE.write_text(text)
    assert PAGE.read_text() == text


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_man_reads_it_without_a_warning() -> None:
    ran = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(PAGE)], capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_complete(shell: str) -> None:
    script = run(env={"_APPMESH_INJECT_COMPLETE": f"source_{shell}"})
    assert "_APPMESH_INJECT_COMPLETE" in script.out


def test_completion_knows_commands_and_flags() -> None:
    asked = {"_APPMESH_INJECT_COMPLETE": "complete_bash", "COMP_CWORD": "1", "COMP_WORDS": "appmesh-inject di"}
    assert run(env=asked).out.split() == ["diff"]
    asked |= {"COMP_CWORD": "2", "COMP_WORDS": "appmesh-inject lint --virtual-n"}
    assert run(env=asked).out.split() == ["--virtual-node-name"]
