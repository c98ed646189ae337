"""A mesh with every property of App Mesh, and the findings for each property that is missing or wrong."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh import compiling, parsing

FOLDER = Path(__file__).parent / "everything"
RESOURCES: dict[str, Any] = yaml.safe_load((FOLDER / "mesh.yaml").read_text())["Resources"]
OPTIONS: dict[str, Any] = {"environment": {"APPMESH_SDS_SOCKET_PATH": "/run/sds.sock"}}
GONE = object()
WRONG = {"missing": GONE, "empty": "", "not known": {"Fn::ImportValue": "x"}, "a list": [7]}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path below `value`."""
    steps = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [found for step in steps for found in ((*path, step), *places(value[step], (*path, step)))]


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The resources with `value` at `path`."""
    resources = copy.deepcopy(RESOURCES)
    here: Any = resources
    for step in path[:-1]:
        here = here[step]
    if value is GONE:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return resources


def problems(resources: dict[str, Any], logical_id: str) -> list[Finding]:
    """The findings of parsing or, if there are none, of compiling everything."""
    alone = parsing.parse({logical_id: resources[logical_id]}, Scope())
    if any(finding.is_error for finding in alone.findings):
        return list(alone.findings)
    parsed = parsing.parse(resources, Scope())
    compiler = compiling.Compiler(parsed.model, compiling.Options(**OPTIONS))
    found = (*parsed.findings, *compiler.node("Caller").findings, *compiler.gateway("Door").findings)
    return [finding for finding in found if finding.is_error]


def told(finding: Finding, place: tuple[Any, ...]) -> str:
    """A finding in short. The texts are in `refusals.txt`, except for what a value must be."""
    where = "" if finding.path[1:] == place else f" at {'/'.join(map(str, finding.path[1:]))}"
    need = f": {finding.message.partition(', and ')[0]}" if finding.code == "AM302" else ""
    return f"{finding.code}{where}{need}"


def said(logical_id: str) -> str:
    """For each path in a resource, the findings for each wrong value there. Leaves out values without findings."""
    lines: list[str] = []
    for path in places(RESOURCES[logical_id]["Properties"], (logical_id, "Properties")):
        lines.append("/".join(map(str, path[2:])))
        for what, value in WRONG.items():
            found = problems(changed(path, value), logical_id)
            lines += [f"  {what}: {'; '.join(told(finding, path) for finding in found)}"] if found else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("logical_id", RESOURCES)
def test_the_findings_about_wrong_properties(logical_id: str, update_golden: bool) -> None:
    file = FOLDER / f"{logical_id}.txt"
    found = said(logical_id)
    if update_golden:
        file.write_text(found)
    assert file.read_text() == found


def test_the_compiled_configuration_is_the_expected_one(update_golden: bool) -> None:
    parsed = parsing.parse(RESOURCES, Scope())
    compiler = compiling.Compiler(parsed.model, compiling.Options(**OPTIONS))
    compiled = {"Caller": compiler.node("Caller"), "Web": compiler.node("Web"), "Door": compiler.gateway("Door")}
    assert problems(RESOURCES, "Caller") == []
    text = json.dumps({who: one.bootstrap for who, one in compiled.items()}, indent=1) + "\n"
    if update_golden:
        (FOLDER / "bootstrap.json").write_text(text)
    assert (FOLDER / "bootstrap.json").read_text() == text


def test_every_file_belongs_to_a_case() -> None:
    expected = {"mesh.yaml", "bootstrap.json", *(f"{logical_id}.txt" for logical_id in RESOURCES)}
    assert {file.name for file in FOLDER.iterdir()} == expected
