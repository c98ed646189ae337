"""Templates that others wrote: unmarked ones come back as they are, marked ones injected or refused. No exceptions."""

import copy
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from appmesh_inject.cfn.document import Json
from appmesh_inject.injection import Action, Outcome
from appmesh_inject.macro import transformed
from appmesh_inject.profiles.connecting.finished_template import mistakes
from appmesh_inject.settings.table import WITH_SIDECARS
from tests import invariants
from tests.cli.command import run as run_command
from tests.corpus import templates
from tests.linting import lint

WITH_TASKS = [path for path in templates.FILES if templates.TASK_DEFINITION in path.read_text(errors="replace")]

Tell = Callable[[str, object], None]
Mark = Callable[[dict[str, Any], Mapping[str, str]], bool]


def run(fragment: Json, parameters: Mapping[str, Any], request: Mapping[str, str], tell: Tell) -> Outcome:
    """The macro, and all that must hold of what comes out of it."""
    event = {"params": dict(request), "templateParameterValues": dict(parameters)}

    def macro(document: Json) -> Outcome:
        return transformed({**event, "fragment": document}, {})

    start = time.perf_counter()
    macro(fragment)
    tell("seconds", time.perf_counter() - start)
    outcome = invariants.hold(fragment, macro)
    assert outcome.document is fragment or Action.INJECTED in actions(outcome)
    return outcome


def actions(outcome: Outcome) -> set[Action]:
    return {report.action for report in outcome.reports}


@pytest.mark.parametrize("path", templates.FILES, ids=templates.name)
def test_unmarked_template_comes_back_unchanged(path: Path, record_property: Tell) -> None:
    template = templates.read(path)
    if template is None:
        record_property("files", "not to be decoded")
        return
    record_property("files", "read")
    template = templates.unmarked(template)
    text = json.dumps(template)
    outcome = run(template, templates.parameter_values(template), {}, record_property)
    assert outcome.document is template
    assert json.dumps(outcome.document) == text
    if isinstance(templates.resources(template), dict):
        assert not outcome.has_errors, outcome.findings
        assert len(outcome.reports) == len(list(templates.task_definitions(templates.resources(template))))
    record_property("unmarked", "refused: no template" if outcome.has_errors else "unchanged")


@pytest.mark.parametrize("profile", WITH_SIDECARS)
@pytest.mark.parametrize("fit", ["as it is", "fitted"])
@pytest.mark.parametrize("path", WITH_TASKS, ids=templates.name)
def test_marked_template_is_injected_or_refused(path: Path, fit: str, profile: str, record_property: Tell) -> None:
    template = templates.unmarked(templates.read(path))
    settings = {"MeshName": "apps", "VirtualNodeName": "node", "Profile": profile}
    if fit == "fitted":
        settings["AppPorts"] = "8080"
        templates.fit(template, profile)
    results = {}
    for way, inject in WAYS.items():
        result, outcomes = inject(template, settings, record_property)
        refused = any(outcome.has_errors for outcome in outcomes)
        record_property(f"{profile}, {fit}, by {way}", "refused" if refused else "injected")
        if refused:
            codes = {finding.code for outcome in outcomes for finding in outcome.findings if finding.is_error}
            assert codes
            # A snippet does not see the mesh around it, and an example may say what one profile alone takes.
            is_blind = (profile, way) == ("standalone", "snippet")
            assert fit == "as it is" or is_blind or templates.is_example(path), codes
        else:
            assert all(Action.INJECTED in actions(outcome) for outcome in outcomes)
            results[json.dumps(templates.unmarked(result))] = result
    # The ways differ in the mark alone, so what they make is mostly one template, and linted once.
    before = lint(template) if results else frozenset()
    for result in results.values():
        assert not lint(result) - before


def in_whole(mark: Mark, template: Any, settings: Mapping[str, str], tell: Tell) -> tuple[Any, list[Outcome]]:
    template = copy.deepcopy(template)
    marked = [mark(resource, settings) for resource in templates.task_definitions(templates.resources(template))]
    assert all(marked)
    outcome = run(template, templates.parameter_values(template), {}, tell)
    return outcome.document, [outcome]


def as_snippets(template: Any, settings: Mapping[str, str], tell: Tell) -> tuple[Any, list[Outcome]]:
    """Each task definition's Properties handed over alone, and what came of them put in their place."""
    template = copy.deepcopy(template)
    outcomes = []
    for resource in templates.task_definitions(templates.resources(template)):
        outcome = run(resource["Properties"], templates.parameter_values(template), settings, tell)
        resource["Properties"] = outcome.document
        outcomes.append(outcome)
    return template, outcomes


WAYS: Mapping[str, Callable[[Any, Mapping[str, str], Tell], tuple[Any, list[Outcome]]]] = {
    "metadata": partial(in_whole, templates.with_metadata),
    "tags": partial(in_whole, templates.with_tags),
    "snippet": as_snippets,
}


@pytest.mark.parametrize("path", WITH_TASKS, ids=templates.name)
def test_marked_template_is_converted_or_refused(path: Path, record_property: Tell) -> None:
    """Profile `service-connect`, which writes to the ECS services that the template has."""
    template = templates.unmarked(templates.read(path))
    templates.fit(template, "standalone")
    settings = {"MeshName": "apps", "VirtualNodeName": "node", "Profile": "service-connect"}
    result, (outcome,) = in_whole(templates.with_metadata, template, settings, record_property)
    record_property("service-connect, by metadata", "refused" if outcome.has_errors else "converted")
    if not outcome.has_errors:
        assert not list(mistakes(result, templates.parameter_values(template)))
        assert not lint(result) - lint(template)


@pytest.mark.parametrize("path", templates.PUBLIC, ids=templates.name)
def test_command_line_reads_and_writes_what_cfn_lint_reads(path: Path, record_property: Tell, tmp_path: Path) -> None:
    template = templates.read(path)
    ran = run_command("render", str(path))
    if template is None or not isinstance(templates.resources(template), dict):
        record_property("command line", "refused")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.count("\n") == 1
        return
    record_property("command line", "read and written")
    assert ran.code == 0, ran.err
    written = tmp_path / path.name
    written.write_text(ran.out, encoding="utf-8")
    again = templates.read(written)
    assert json.dumps(again) == json.dumps(template)
