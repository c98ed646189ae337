"""`appmesh-inject proxy` on recorded answers of real Envoys: tests/dataplane/test_proxy.py recorded them."""

import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.dataplane.shop import ASKED, TEMPLATE
from tests.proxy.recording import GOLDEN

CASES = sorted(GOLDEN.iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_it_says(case: Path, update_golden: bool) -> None:
    """`options.json`: the options besides the files. The template is the one that the Envoys ran."""
    given = case / "options.json"
    options = json.loads(given.read_text()) if given.exists() else []
    files = [str(case / name) for name in (*ASKED, "runtime.json") if (case / name).exists()]
    ran = run("proxy", *files, *(each.replace("TEMPLATE", str(TEMPLATE)) for each in options))
    said = f"{ran.out.replace(str(TEMPLATE), 'TEMPLATE')}{ran.err}exit code {ran.code}\n"
    expected = case / "expected.txt"
    if update_golden:
        expected.write_text(said)
    assert said == expected.read_text()
