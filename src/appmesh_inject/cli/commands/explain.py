"""`appmesh-inject explain`: prints what a code means and what to do, or what a setting is for."""

import re
from importlib import resources
from typing import Annotated

import typer

from appmesh_inject.cli.shared_options import flag
from appmesh_inject.files import writer
from appmesh_inject.settings.table import TABLE
from appmesh_inject.settings.types import closest

PAGE = "findings.md"
"""The page of all codes: a copy of `docs/reference/findings.md`, which is not installed."""

Names = Annotated[
    list[str],
    typer.Argument(metavar="CODE|SETTING...", help="Codes of findings, such as AM308, or settings, such as LogLevel"),
]


def explain(names: Names) -> None:
    """Print what a finding means, what to do, and an example; or what a setting is for. Needs no network."""
    sections = {**_findings(), **_settings()}
    by_name = {name.lower(): name for name in sections}
    by_name |= {flag(name).removeprefix("--"): name for name in TABLE}
    wanted: list[str] = []
    for name in names:
        if name.lower() not in by_name:
            guess = closest(name, tuple(sections))
            more = f": did you mean {guess}?" if guess else ". A code looks like AM308, a setting like LogLevel."
            raise typer.BadParameter(f"there is no finding or setting '{name}'{more}", param_hint="CODE|SETTING")
        wanted.append(by_name[name.lower()])
    writer.deliver("\n".join(sections[name] for name in dict.fromkeys(wanted)))


def _findings() -> dict[str, str]:
    """The section of each code, by code."""
    page = resources.files("appmesh_inject.cli").joinpath(PAGE).read_text(encoding="utf-8")
    parts = re.split(r"^### (AM\d+)\n", page, flags=re.MULTILINE)[1:]
    return {
        code: f"{code}\n{re.split(r'^## ', text, flags=re.MULTILINE)[0].rstrip()}\n"
        for code, text in zip(parts[::2], parts[1::2], strict=True)
    }


def _settings() -> dict[str, str]:
    """What each setting is for, by its name."""
    return {
        name: f"{name}\n\n{row.meaning}.\n\nDefault: {row.default}.\nProfiles: {', '.join(row.profiles)}.\n"
        f"Flag: {flag(name)} {'JSON' if row.is_fragment else 'VALUE'}\n"
        for name, row in TABLE.items()
    }
