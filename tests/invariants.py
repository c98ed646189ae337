"""What must hold whatever the document is: for every golden case, and for every document that is made up."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.injection import Action, Outcome

Inject = Callable[[Json], Outcome]


def hold(document: Json, inject: Inject) -> Outcome:
    """All of them, for one document; returns what came out."""
    before = copy.deepcopy(document)
    outcome = inject(document)
    assert document == before, "the input was changed"
    an_error_changes_nothing(document, outcome)
    twice_is_once(outcome, inject)
    the_rest_stays(document, outcome)
    order_of_keys_does_not_matter(document, outcome, inject)
    return outcome


def an_error_changes_nothing(document: Json, outcome: Outcome) -> None:
    if outcome.has_errors:
        assert outcome.document is document
        assert Action.INJECTED not in {report.action for report in outcome.reports}


def twice_is_once(outcome: Outcome, inject: Inject) -> None:
    again = inject(outcome.document)
    assert again.document is outcome.document
    if not outcome.has_errors:
        assert not again.has_errors, [str(finding) for finding in again.findings]
        assert {report.action for report in again.reports} <= {Action.SKIPPED}


def the_rest_stays(document: Json, outcome: Outcome) -> None:
    """What is not a container list or what belongs to it is the very same object, in the same order."""
    injected = {report.path for report in outcome.reports if report.action is Action.INJECTED}
    gone = _mesh_that_left(document, outcome.document)
    if gone:
        _same_but_for_the_mesh(document, outcome.document, gone, injected)
    else:
        _same_outside(document, outcome.document, injected, ())


def _mesh_that_left(before: Any, after: Any) -> set[str]:
    """Logical IDs of the mesh resources that a standalone template has lost."""
    if not isinstance(before, dict) or not isinstance(before.get("Resources"), dict):
        return set()
    resources = before["Resources"]
    mesh = {
        name
        for name, resource in resources.items()
        if isinstance(resource, dict) and str(resource.get("Type")).startswith("AWS::AppMesh::")
    }
    return mesh - set(after["Resources"])


def _same_but_for_the_mesh(before: Any, after: Any, gone: set[str], injected: set[tuple[Any, ...]]) -> None:
    """Resources that name nothing of the mesh are the very same objects, in the same order."""
    left = [name for name in before["Resources"] if name not in gone]
    holding = {place[1] for place in injected}  # the resource, or the loop around it
    assert [name for name, it in after["Resources"].items() if not _is_added(it)] == left
    for name in left:
        resource = before["Resources"][name]
        if name not in holding and not any(each in json.dumps(resource) for each in gone):
            assert after["Resources"][name] is resource, name


def _is_added(resource: Any) -> bool:
    return value_if_there(resource, ("Metadata", "AppMeshInject", "AddedFor")) is not None


def _same_outside(before: Any, after: Any, changed: set[tuple[Any, ...]], path: tuple[Any, ...]) -> None:
    if path in changed:
        assert {key: value for key, value in before.items() if key in ("Type", "Metadata", "Condition")} == {
            key: value for key, value in after.items() if key in ("Type", "Metadata", "Condition")
        }
    elif not any(place[: len(path)] == path for place in changed):
        assert after is before, f"{path} is another object"
    elif isinstance(before, dict):
        assert list(after) == list(before)
        for key in before:
            _same_outside(before[key], after[key], changed, (*path, key))
    else:
        assert len(after) == len(before)
        for index, item in enumerate(before):
            _same_outside(item, after[index], changed, (*path, index))


def order_of_keys_does_not_matter(document: Json, outcome: Outcome, inject: Inject) -> None:
    shuffled = inject(_shuffled(document, random.Random(0)))
    assert shuffled.document == outcome.document
    assert shuffled.findings == outcome.findings


def _shuffled(value: Json, chance: random.Random) -> Json:
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: _shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [_shuffled(item, chance) for item in value]
    return value
