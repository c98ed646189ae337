"""Adoption of a document: a mark for each task definition with hand-written sidecars, and the new text.

All or nothing: one task definition that cannot be adopted, and there is no new text. What there is has been checked:
rendered, it gives back every task definition that was there.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, edited, map_at, removals, remove, replace, shown, value_if_there
from appmesh_inject.files.documents import Document
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.migrate.adoption_decisions import AdoptedTask, UntouchedTask, decisions
from appmesh_inject.migrate.document_editing import check_anchors, editing_of, errors_located, reread
from appmesh_inject.migrate.fragment_difference import same
from appmesh_inject.migrate.marks import InMetadata, Marking, tags_of
from appmesh_inject.migrate.standalone_mark import off_app_mesh
from appmesh_inject.migrate.task_equivalence import canonical, first_difference
from appmesh_inject.migrate.text_editing import Editing
from appmesh_inject.render.rendering import RenderOptions
from appmesh_inject.render.transforms import TRANSFORM, entries, without
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.cloudformation import MARK
from appmesh_inject.workloads.task_definition import ECS_API


@dataclass(frozen=True, slots=True)
class Adoption:
    """What came of a document. text: the new text, None where something stands in the way."""

    text: str | None
    decisions: Sequence[AdoptedTask | UntouchedTask]
    findings: Sequence[Finding] = ()


def adopted(document: Document, marking: Marking, options: RenderOptions, *, moving: bool = False) -> Adoption:
    """The document with marks in the place of hand-written sidecars; `moving`: for profile `standalone`. Raises
    UserError for a text that no edit can reach."""
    decided: list[AdoptedTask | UntouchedTask] = []
    findings: list[Finding] = []
    for decision in decisions(document.content, marking, options):
        if isinstance(decision, AdoptedTask | UntouchedTask):
            decided.append(decision)
        else:
            findings += decision
    if moving:
        decided = [_moved(decision, marking) if isinstance(decision, AdoptedTask) else decision for decision in decided]
    taken = [decision for decision in decided if isinstance(decision, AdoptedTask)]
    if findings:
        return Adoption(None, decided, findings)
    if not taken:
        return Adoption(document.text, decided)
    text = _written(document, marking, taken, options.macro)
    if moving:
        errors = _errors(document, text, marking, taken)
    else:
        errors = _differences(document, text, marking, taken, options.macro)
    return Adoption(None if errors else text, decided, errors)


def _moved(taken: AdoptedTask, marking: Marking) -> AdoptedTask:
    """The adoption of a task definition, by a mark for profile `standalone`."""
    mark = off_app_mesh(taken.mark, marking.tasks.containers)
    return dataclasses.replace(taken, attempt=dataclasses.replace(taken.attempt, mark=mark), profile=STANDALONE)


def _errors(document: Document, text: str, marking: Marking, taken: Sequence[AdoptedTask]) -> Sequence[Finding]:
    """Why the new text would not render: the mesh decides about a `standalone` task, not what was there before."""
    _, findings = marking.rendered(reread(document, text), {each.path: each.mark for each in taken})
    return [finding for finding in findings if finding.is_error]


# -- the text


def _written(document: Document, marking: Marking, taken: Sequence[AdoptedTask], macro: str) -> str:
    first = taken[0].path
    lists = (*marking.properties(first), marking.tasks.names["ContainerDefinitions"])
    editing = editing_of(document, first, lists)
    with errors_located(document):
        for each in taken:
            for path in each.attempt.removed:
                editing.remove(path)
            if isinstance(marking, InMetadata):
                _mark_resource(editing, document.content, each)
            else:
                _mark_with_tags(editing, document.content, each)
        if isinstance(marking, InMetadata):
            _call(editing, document.content, macro)
    check_anchors(document, editing)
    return editing.text()


def _mark_resource(editing: Editing, content: Json, taken: AdoptedTask) -> None:
    resource_ = map_at(content, taken.path)
    metadata = resource_.get("Metadata")
    if isinstance(metadata, Mapping):
        editing.add((*taken.path, "Metadata"), MARK, taken.mark, reversed(list(metadata)))
    else:
        editing.add(taken.path, "Metadata", {MARK: taken.mark}, ("Type",))


def _mark_with_tags(editing: Editing, content: Json, taken: AdoptedTask) -> None:
    tags = tags_of(taken.mark)
    holder = map_at(content, taken.path)
    if not tags:
        return
    if isinstance(holder.get(ECS_API.names["Tags"]), list):
        editing.append((*taken.path, ECS_API.names["Tags"]), tags)
    else:
        editing.add(taken.path, ECS_API.names["Tags"], tags, reversed(list(holder)))


def _call(editing: Editing, content: Json, macro: str) -> None:
    """The Transform that calls the macro, in front of the others: it must see the template as it is written."""
    template = map_at(content, ())
    if any(entries(template, TRANSFORM, (), macro)):
        return
    if TRANSFORM in template:
        editing.add_first((TRANSFORM,), macro)
    else:
        editing.add((), TRANSFORM, macro, ("AWSTemplateFormatVersion",))


# -- the check


def _differences(
    document: Document, text: str, marking: Marking, taken: Sequence[AdoptedTask], macro: str
) -> Sequence[Finding]:
    """Where the new text does not give back a task definition that was there, or all else; nothing if it does."""
    content = reread(document, text)
    # What is marked already is rendered in both, and nothing else is in the document as it was.
    before, _ = marking.rendered(document.content, {})
    after, findings = marking.rendered(content, {each.path: each.mark for each in taken})
    one, other = (_comparable(each, marking, macro) for each in (before, after))
    if same(one, other):
        return ()
    where = first_difference(one, other) or ()
    error = next((str(finding) for finding in findings if finding.is_error), f"{shown(where)} would differ")
    message = f"with the marks, the document would not render as it does now ({error}), so nothing is written"
    return [Finding("AM605", "", where, message, CODES["AM605"].cure)]


def _comparable(content: Json, marking: Marking, macro: str) -> Json:
    """The document with all task definitions in one order, and without our call."""
    workloads = marking.kind({}).find(marking.fragment(content)).workloads
    places = [marking.properties(each.path) for each in workloads]
    changes = {place: canonical(value_if_there(content, place), marking.tasks) for place in places}
    compared = edited(content, [replace(place, value) for place, value in changes.items() if value is not None])
    empty = [path for each in workloads if value_if_there(compared, path := (*each.path, "Metadata")) == {}]
    compared = edited(compared, removals(empty))
    left = next(iter(without(map_at(content, ()), TRANSFORM, macro)), None)
    others = left if isinstance(left, list) else [left] if left is not None else []
    return edited(compared, [replace((TRANSFORM,), others) if others else remove((TRANSFORM,))])
