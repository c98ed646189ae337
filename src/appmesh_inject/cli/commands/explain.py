"""`appmesh-inject explain`: prints what a code means, and what to do."""

import re
from importlib import resources
from typing import Annotated

import typer

from appmesh_inject.files import writer
from appmesh_inject.findings import CODES
from appmesh_inject.settings.types import closest

PAGE = "findings.md"
"""The page of all codes: a copy of `docs/reference/findings.md`, which is not installed."""

Codes = Annotated[list[str], typer.Argument(metavar="CODE...", help="Codes of findings, such as AM308")]


def explain(codes: Codes) -> None:
    """Print what a finding means, what to do, and an example. Needs no network."""
    wanted = [code.upper() for code in codes]
    for code in wanted:
        if code not in CODES:
            guess = closest(code, tuple(CODES))
            more = f": did you mean {guess}?" if guess else ". A code looks like AM308."
            raise typer.BadParameter(f"there is no finding '{code}'{more}", param_hint="CODE")
    sections = _sections()
    writer.deliver("\n".join(sections[code] for code in dict.fromkeys(wanted)))


def _sections() -> dict[str, str]:
    """The section of each code, by code."""
    page = resources.files("appmesh_inject.cli").joinpath(PAGE).read_text(encoding="utf-8")
    parts = re.split(r"^### (AM\d+)\n", page, flags=re.MULTILINE)[1:]
    return {
        code: f"{code}\n{re.split(r'^## ', text, flags=re.MULTILINE)[0].rstrip()}\n"
        for code, text in zip(parts[::2], parts[1::2], strict=True)
    }
