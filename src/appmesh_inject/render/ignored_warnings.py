"""Warnings that a template leaves out: `Metadata: AppMeshInject: {Ignore: [AM355]}`, on a resource or at the top.

An error stops the injection, so it cannot be left out.
"""

from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path, value_if_there
from appmesh_inject.findings import CODES, Finding, Severity
from appmesh_inject.settings.types import closest

WARNINGS = tuple(code for code, meaning in CODES.items() if meaning.severity is Severity.WARNING)

IGNORE = ("Metadata", "AppMeshInject", "Ignore")
"""The path of the list, in the template or in a resource."""


def unknown_warning(code: str) -> str:
    """Why `code` cannot be left out; empty if it can."""
    if code in WARNINGS:
        return ""
    if code in CODES:
        return f"{code} is an error, which cannot be left out"
    guess = closest(code, WARNINGS)
    return f"there is no warning '{code}'" + (f": did you mean '{guess}'?" if guess else "")


def kept(findings: Iterable[Finding], template: Json) -> tuple[Finding, ...]:
    """The findings without the warnings that the template leaves out, for all resources or for their subject."""
    everywhere = _codes(template, IGNORE)
    return tuple(
        finding
        for finding in findings
        if finding.is_error
        or (
            finding.code not in everywhere
            and finding.code not in _codes(template, ("Resources", finding.subject, *IGNORE))
        )
    )


def invalid_ignores(template: Mapping[str, Json]) -> Iterator[Finding]:
    """A warning for each entry that leaves nothing out: it is no code of a warning, or the value is no list."""
    places: list[tuple[str, Path]] = [("", IGNORE)]
    resources = template.get("Resources")
    places += ((name, ("Resources", name, *IGNORE)) for name in (resources if isinstance(resources, Mapping) else ()))
    for subject, path in places:
        value = value_if_there(template, path)
        if value is None:
            continue
        if not isinstance(value, list):
            yield Finding("AM907", subject, path, "Ignore must be a list of codes", "Write Ignore: [AM355]")
            continue
        for index, code in enumerate(value):
            if reason := unknown_warning(str(code)):
                hint = "Write the code of a warning, such as AM355"
                yield Finding("AM907", subject, (*path, index), reason, hint)


def _codes(template: Json, path: Path) -> list[Json]:
    value = value_if_there(template, path)
    return value if isinstance(value, list) else []
