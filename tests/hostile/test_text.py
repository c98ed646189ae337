"""Texts with characters that end lines, or that some readers do not see, put in anywhere."""

import random
from pathlib import Path

import pytest

from appmesh_inject.files import documents
from appmesh_inject.files.errors import UserError
from appmesh_inject.render import input_files
from tests.cli.command import run
from tests.migrate.cases import cases

ODD = ("\t", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\ufeff", "\u00a0", "\x0b", "\x0c", "\x1c", "#", " #", "\t# ")
INPUTS = [case.input for case in cases()]
CONVERSIONS = sorted((Path(__file__).parents[1] / "migrate" / "conversions").glob("*/template.*"))


@pytest.mark.parametrize("path", [*INPUTS, *CONVERSIONS], ids=lambda path: path.parent.name)
def test_an_edit_of_any_text_is_right_or_refused_in_one_sentence(path: Path) -> None:
    chance = random.Random(path.parent.name)
    text = path.read_bytes().decode()
    for _ in range(3):
        bent = text
        for _ in range(chance.choice((1, 1, 3))):
            at = chance.randrange(len(bent) + 1)
            bent = bent[:at] + chance.choice(ODD) + bent[at:]
        for command in ("convert",) if path in CONVERSIONS else ("adopt", "remove"):
            ran = run(command, "-", stdin=bent.encode())
            if ran.code:
                assert "Traceback" not in ran.err
                assert ran.err.strip(), "a refusal says why"
            else:
                assert input_files.loaded("out", ran.out), "what comes out can be read"


@pytest.mark.parametrize("odd", ODD)
def test_lint_says_where_a_text_cannot_be_read(odd: str) -> None:
    text = INPUTS[0].read_text()
    for at in (1, text.index(":") + 1, len(text) // 2):
        bent = text[:at] + odd + text[at:]
        ran = run("lint", "-", stdin=bent.encode())
        assert ran.code in (0, 1)
        try:
            documents.parsed("<stdin>", bent)
        except UserError as error:
            assert ran.code == 1
            assert error.sentence in ran.err


SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata", "Rules", "Transform", "Description")
ODD_VALUES = (
    "",
    "[]",
    "{}",
    "1",
    "on",
    "{1: a, b: c}",
    "{on: {off: yes}, b: {c: d}}",
    "{2020-01-01: {a: 1.5}}",
    "{1.5: ~}",
)


@pytest.mark.parametrize(("number", "section"), list(enumerate(SECTIONS)))
def test_lint_of_a_section_that_is_none(number: int, section: str) -> None:
    # Each lint takes half a second: every section has a third of the values, and every value is tried.
    for value in ODD_VALUES[number % 3 :: 3]:
        resources = "Resources: {A: {Type: AWS::SNS::Topic}, on: {Type: AWS::SNS::Topic, Properties: }}\n"
        ran = run("lint", "-", "--format", "json", stdin=f"{section}: {value}\n{resources}")
        assert ran.code in (0, 1)
        assert "E0000" in ran.out
