"""`exits` and `render` say the same of the profiles that are exits, over all golden meshes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from appmesh_inject.cfn.document import Json
from appmesh_inject.exits import mesh_files
from appmesh_inject.exits.render_trial import Trial, is_available, trial
from appmesh_inject.exits.verdicts import EXITS
from appmesh_inject.findings import CODES, Severity
from appmesh_inject.mesh.other_template import OtherTemplate, resolved
from appmesh_inject.settings.table import STANDALONE
from tests.cli.command import run
from tests.conftest import REPOSITORY
from tests.golden import cases as golden
from tests.mesh import cases as meshes
from tests.mesh.test_everything import RESOURCES
from tests.migrate import cases as migrated

MESH = "AWS::AppMesh::"

TRIED = [exit_.value for exit_ in EXITS if is_available(exit_)]
"""The exits that are profiles."""

MARKED = [
    (profile, case)
    for profile in TRIED
    for case in golden.cases("cloudformation")
    if case.folder.name.startswith(profile) and MESH in case.input.read_text() and not case.request
    if not any(word in case.folder.name for word in ("mixed-profiles", "beside"))
]
"""Not those that mix profiles: `exits` asks what all of their tasks would be with one."""
BY_HAND = [case for case in migrated.cases() if MESH in case.input.read_text()]
EXAMPLES = sorted(path for path in (REPOSITORY / "examples").glob("**/*.yaml") if MESH in path.read_text())


def report(*arguments: str) -> Any:
    return json.loads(run("exits", *arguments, "--format", "json").out)


def is_refused(*arguments: str, profile: str = STANDALONE) -> bool:
    """Whether the report says that the exit cannot take something."""
    return bool(report(*arguments)["exits"][profile]["stops"])


def codes(text: str) -> set[str]:
    """The codes of errors in what a command printed."""
    return {code for code in CODES if CODES[code].severity is Severity.ERROR and code in text}


@pytest.mark.parametrize(("profile", "case"), MARKED, ids=lambda each: getattr(each, "name", each))
def test_of_marked_templates_as_render(profile: str, case: golden.Case) -> None:
    parameters = [f"--parameter={name}={value}" for name, value in case.parameters.items()]
    parameters += [f"--deployment-parameter={name}={value}" for name, value in case.deployment_parameters.items()]
    code = run("render", str(case.input), *parameters).code
    assert is_refused(str(case.input), *parameters, profile=profile) == (code != 0)


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case.name)
def test_of_sidecars_by_hand_as_render_of_what_adopt_writes(case: migrated.Case, tmp_path: Path) -> None:
    written = tmp_path / case.input.name
    adopted = run("adopt", "--profile", STANDALONE, str(case.input), "-o", str(written))
    is_written = adopted.code == 0 and run("render", str(written)).code == 0
    assert is_refused(str(case.input)) == (not is_written)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_of_examples_as_render(file: Path) -> None:
    whole = [f"--mesh={file.parent}"] if file.parent.name == "many-stacks" else []
    rendered = run("render", str(file), *whole)
    assert {
        code for code in codes(json.dumps(report(str(file), *whole)["exits"][STANDALONE])) if code in CODES
    } == set()
    assert rendered.code == 0


def tried(resources: Json, parameters: Json = None) -> tuple[mesh_files.WholeMesh, Trial]:
    """The trial of a mesh without tasks."""
    template: dict[str, Json] = {"Resources": resources}
    given = parameters if isinstance(parameters, dict) else {}
    template["Parameters"] = {name: {"Type": "String"} for name in given}
    file = mesh_files.MeshFile("mesh.yaml", resolved(OtherTemplate(template, given, "mesh")).resources)
    mesh = mesh_files.whole([file])
    return mesh, trial(STANDALONE, (), mesh)


@pytest.mark.parametrize("case", meshes.cases(), ids=meshes.name)
def test_of_meshes_without_tasks_as_the_compiler(case: meshes.Case) -> None:
    template = case.template
    mesh, found = tried(template["Resources"], template["Case"].get("Parameters"))
    assert found.errors or len(found.sizes) == sum(
        each.kind in ("VirtualNode", "VirtualGateway") for each in mesh.declared
    )
    assert {said.finding.code for said in found.errors} == {
        finding.code for finding in case.compiled().findings if finding.is_error
    }


def test_every_property_compiles_here_too() -> None:
    mesh, found = tried(RESOURCES)
    assert [said.finding for said in found.errors] == []
    assert set(found.sizes) == {each.key for each in mesh.declared if each.kind in ("VirtualNode", "VirtualGateway")}


def test_an_error_is_found_at_the_property_that_it_is_about() -> None:
    resources = yaml.safe_load((Path(__file__).parent / "golden" / "acm" / "template.yaml").read_text())["Resources"]
    _, found = tried({name: each for name, each in resources.items() if each["Type"].startswith(MESH)})
    assert {(said.finding.code, said.resource, said.path[-1]) for said in found.errors} == {
        ("AM310", "Edge", "ACM"),
        ("AM310", "Web", "ACM"),
    }


def test_the_exits_that_are_profiles_are_tried() -> None:
    views = report(str(EXAMPLES[0]))["exits"]
    assert [name for name, view in views.items() if view["tried"]] == TRIED
    assert STANDALONE in TRIED
