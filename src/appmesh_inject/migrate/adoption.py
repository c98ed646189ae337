"""Adopts a document: replaces hand-written sidecars by marks on their task definitions.

All or nothing: if one task definition cannot be adopted, there is no new text. The new text is checked: rendering it
yields every original task definition; for profile `service-connect`, what that profile makes of the originals. Comments
in what is taken out stand above the mark.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import (
    Changes,
    Edit,
    Json,
    Path,
    append,
    edited,
    insert,
    map_at,
    removals,
    remove,
    replace,
    same,
    shown,
    value_if_there,
)
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.documents import Document
from appmesh_inject.files.text_editing import Placement
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.migrate.adoption_decisions import AdoptedTask, UntouchedTask, decisions
from appmesh_inject.migrate.leftovers import leftovers
from appmesh_inject.migrate.marks import InMetadata, Marking, tags_of
from appmesh_inject.migrate.move_off_app_mesh import Move, move_settings
from appmesh_inject.migrate.task_equivalence import canonical, first_difference
from appmesh_inject.render.ignored_warnings import kept
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries, without
from appmesh_inject.settings.table import SERVICE_CONNECT
from appmesh_inject.workloads.lost_marks import MARK
from appmesh_inject.workloads.model import Workload
from appmesh_inject.workloads.task_definition import ECS_API

_BEHIND = {"Metadata": ("Type",), TRANSFORM: ("AWSTemplateFormatVersion",)}


@dataclass(frozen=True, slots=True)
class Adoption:
    """The result for a document. text: the new text; None if a finding prevents it."""

    text: str | None
    decisions: Sequence[AdoptedTask | UntouchedTask]
    findings: Sequence[Finding] = ()


def adopted(
    document: Document,
    marking: Marking,
    options: RenderOptions,
    *,
    moving_to: str | None = None,
    stats_port: str | None = None,
    mesh_stacks: Sequence[str] = (),
) -> Adoption:
    """Replaces hand-written sidecars by marks. Raises UserError if the text cannot be edited.

    moving_to: the profile of the marks, `standalone` or `service-connect`; None for that of the sidecars. stats_port,
    mesh_stacks: settings of the new marks.
    """
    decided: list[AdoptedTask | UntouchedTask] = []
    findings: list[Finding] = []
    lost: list[Finding] = []
    for decision in decisions(document.content, marking, options):
        if isinstance(decision, AdoptedTask | UntouchedTask):
            decided.append(decision)
        else:
            findings += decision
    if moving_to is not None:
        settings = move_settings(stats_port, mesh_stacks)
        move = Move.of(moving_to, document.content, marking, settings, options.macro)
        for index, decision in enumerate(decided):
            if isinstance(decision, AdoptedTask):
                decided[index], left_out = move.moved(decision)
                lost += move.lost(decision, left_out)
    taken = [decision for decision in decided if isinstance(decision, AdoptedTask)]
    if findings:
        return Adoption(None, decided, findings)
    if not taken:
        return Adoption(document.text, decided)
    changes = _changes(document.content, marking, taken, options.macro)
    text = edited_text(document, changes, _placement(marking, taken))
    # The value of the new text, as edited_text has made sure.
    content = edited(document.content, changes)
    if moving_to is not None:
        problems = _problems(content, marking, taken)
        if moving_to == SERVICE_CONNECT and not any(each.is_error for each in problems):
            problems = [*problems, *_unlike_replaced(document.content, content, marking, taken, options.macro)]
        if not any(each.is_error for each in problems):
            left = _leftovers(document.content, marking, taken)
            problems = [*problems, *kept((*lost, *left), document.content)]
    else:
        problems = _differences(document.content, content, marking, taken, options.macro)
    return Adoption(None if any(each.is_error for each in problems) else text, decided, problems)


def _leftovers(content: Json, marking: Marking, taken: Sequence[AdoptedTask]) -> Iterator[Finding]:
    if isinstance(marking, InMetadata):
        yield from leftovers(content, [path for each in taken for path in each.attempt.removed])


def _problems(content: Json, marking: Marking, taken: Sequence[AdoptedTask]) -> Sequence[Finding]:
    """The errors from rendering the new document, and the warning of an unknown egress filter. There is no comparison:
    a `standalone` Envoy is compiled from the mesh, not taken from the original sidecar."""
    _, findings = marking.rendered(content, {each.path: each.mark for each in taken})
    return [finding for finding in findings if finding.is_error or finding.code == "AM358"]


# -- the changes


def _changes(content: Json, marking: Marking, taken: Sequence[AdoptedTask], macro: str) -> Changes:
    changes: list[Edit] = []
    in_metadata = isinstance(marking, InMetadata)
    for each in taken:
        changes += removals(each.attempt.removed)
        changes += _mark(content, each.path, each.mark) if in_metadata else _tags(content, each)
    if in_metadata:
        changes += _call(content, macro)
    return changes


def _placement(marking: Marking, taken: Sequence[AdoptedTask]) -> Placement:
    """Comments in what is taken out stand above the mark."""
    above = ("Metadata", MARK) if isinstance(marking, InMetadata) else (ECS_API.names["Tags"],)
    return Placement(_BEHIND, {(*each.path, *above): each.attempt.removed for each in taken})


def _mark(content: Json, path: Path, mark: Mapping[str, Json]) -> Changes:
    place = (*path, "Metadata")
    if isinstance(map_at(content, path).get("Metadata"), Mapping):
        return [replace((*place, MARK), mark)]
    return [replace(place, {MARK: mark})]


def _tags(content: Json, taken: AdoptedTask) -> Changes:
    tags = tags_of(taken.mark)
    place = (*taken.path, ECS_API.names["Tags"])
    if not tags:
        return []
    return [append(place, *tags)] if isinstance(value_if_there(content, place), list) else [replace(place, tags)]


def _call(content: Json, macro: str) -> Changes:
    """Adds the Transform that calls the macro. It comes first, since the macro must see the template as it is
    written."""
    template = map_at(content, ())
    if any(entry for key in (TRANSFORM, SNIPPET) for entry in entries(template, key, (), macro)):
        return []
    if TRANSFORM not in template:
        return [replace((TRANSFORM,), macro)]
    others = template[TRANSFORM]
    if isinstance(others, list):
        return [insert((TRANSFORM, 0), macro)]
    return [replace((TRANSFORM,), [macro, others])]


# -- checking the result


def _differences(
    original: Json, content: Json, marking: Marking, taken: Sequence[AdoptedTask], macro: str
) -> Sequence[Finding]:
    """A finding if rendering the new document does not yield the original one; otherwise nothing."""
    # Existing marks are rendered on both sides.
    before, _ = marking.rendered(original, {})
    after, findings = marking.rendered(content, {each.path: each.mark for each in taken})
    one, other = (_without_calls(each, marking, macro) for each in (before, after))
    if same(one, other):
        return ()
    one, other = (_canonical(each, marking) for each in (one, other))
    if same(one, other):
        return ()
    where = first_difference(one, other) or ()
    error = next((str(finding) for finding in findings if finding.is_error), f"{shown(where)} would differ")
    message = f"with the marks, the document would not render as it does now ({error}), so nothing is written"
    return [Finding("AM605", "", where, message, CODES["AM605"].cure)]


def _unlike_replaced(
    original: Json, content: Json, marking: Marking, taken: Sequence[AdoptedTask], macro: str
) -> Sequence[Finding]:
    """What profile `service-connect` says of the sidecars that are taken out. And a finding if the result is not the
    same as where the profile takes them out itself."""
    changes: list[Edit] = []
    for each in taken:
        is_connected = each.profile == SERVICE_CONNECT
        mark = {**each.mark, "OnExisting": "Replace"} if is_connected else each.mark
        changes += _mark(original, each.path, mark)
        changes += () if is_connected else removals(each.attempt.removed)
    marked = {each.path: each.mark for each in taken}
    before, findings = marking.rendered(edited(original, [*changes, *_call(original, macro)]), marked)
    after, _ = marking.rendered(content, marked)
    said = [finding for finding in findings if finding.code == "AM457"]
    if same(before, after):
        return said
    where = first_difference(before, after) or ()
    message = f"with the sidecars out, {shown(where)} would not be what Service Connect needs, so nothing is written"
    return [*said, Finding("AM605", "", where, message, CODES["AM605"].cure)]


def _without_calls(content: Json, marking: Marking, macro: str) -> Json:
    """The document without calls of the macro, and without what an empty mark leaves."""
    empty = [
        path for each in _workloads(content, marking) if value_if_there(content, path := (*each.path, "Metadata")) == {}
    ]
    compared = edited(content, removals(empty))
    left = next(iter(without(map_at(content, ()), TRANSFORM, macro)), None)
    others = left if isinstance(left, list) else [left] if left is not None else []
    return edited(compared, [replace((TRANSFORM,), others) if others else remove((TRANSFORM,))])


def _canonical(content: Json, marking: Marking) -> Json:
    """The document with its task definitions in a form that can be compared."""
    places = [marking.properties(each.path) for each in _workloads(content, marking)]
    changes = {place: canonical(value_if_there(content, place), marking.tasks) for place in places}
    return edited(content, [replace(place, value) for place, value in changes.items() if value is not None])


def _workloads(content: Json, marking: Marking) -> Sequence[Workload]:
    return marking.kind({}).find(marking.fragment(content)).workloads
