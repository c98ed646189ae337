"""Adopts a document: replaces hand-written sidecars by marks on their task definitions.

All or nothing: if one task definition cannot be adopted, there is no new text. The new text is checked: rendering it
yields every original task definition. Comments in what is taken out stand above the mark.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from appmesh_inject.files.document_editing import edited_text, reread
from appmesh_inject.files.documents import Document
from appmesh_inject.files.text_editing import Placement
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.migrate.adoption_decisions import AdoptedTask, UntouchedTask, decisions
from appmesh_inject.migrate.leftovers import leftovers, lost_variables
from appmesh_inject.migrate.marks import InMetadata, Marking, tags_of
from appmesh_inject.migrate.standalone_mark import REGION, off_app_mesh
from appmesh_inject.migrate.task_equivalence import canonical, first_difference
from appmesh_inject.render.ignored_warnings import kept
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries, without
from appmesh_inject.settings.table import STANDALONE
from appmesh_inject.workloads.lost_marks import MARK
from appmesh_inject.workloads.task_definition import ECS_API

_BEHIND = {"Metadata": ("Type",), TRANSFORM: ("AWSTemplateFormatVersion",)}

_TO_APP_MESH = f"{REGION} is left out, since it only led to App Mesh"


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
    moving: bool = False,
    stats_port: str | None = None,
    mesh_stacks: Sequence[str] = (),
) -> Adoption:
    """Replaces hand-written sidecars by marks; `moving`: by marks for profile `standalone`, with this StatsPort and
    MeshStack. Raises UserError if the text cannot be edited."""
    decided: list[AdoptedTask | UntouchedTask] = []
    findings: list[Finding] = []
    lost: list[Finding] = []
    for decision in decisions(document.content, marking, options):
        if isinstance(decision, AdoptedTask | UntouchedTask):
            decided.append(decision)
        else:
            findings += decision
    if moving:
        for index, decision in enumerate(decided):
            if isinstance(decision, AdoptedTask):
                decided[index], left_out = _moved(decision, marking, stats_port, mesh_stacks)
                lost += _lost_variables(document.content, decision, left_out, marking)
    taken = [decision for decision in decided if isinstance(decision, AdoptedTask)]
    if findings:
        return Adoption(None, decided, findings)
    if not taken:
        return Adoption(document.text, decided)
    text = _written(document, marking, taken, options.macro)
    if moving:
        problems = _problems(document, text, marking, taken)
        if not any(each.is_error for each in problems):
            left = _leftovers(document.content, marking, taken)
            problems = [*problems, *kept((*lost, *left), document.content)]
    else:
        problems = _differences(document, text, marking, taken, options.macro)
    return Adoption(None if any(each.is_error for each in problems) else text, decided, problems)


def _moved(
    taken: AdoptedTask, marking: Marking, stats_port: str | None, mesh_stacks: Sequence[str]
) -> tuple[AdoptedTask, Sequence[str]]:
    """The decision, with a mark for profile `standalone`, and the variables that are not in it."""
    mark, left_out = off_app_mesh(taken.mark, marking.tasks.containers)
    if stats_port is not None:
        mark["StatsPort"] = int(stats_port) if stats_port.isascii() and stats_port.isdigit() else stats_port
    if mesh_stacks:
        mark["MeshStack"] = mesh_stacks[0] if len(mesh_stacks) == 1 else list(mesh_stacks)
    note = "; ".join(filter(None, (taken.note, _TO_APP_MESH if REGION in left_out else "")))
    attempt = dataclasses.replace(taken.attempt, mark=mark)
    return dataclasses.replace(taken, attempt=attempt, profile=STANDALONE, note=note), left_out


def _lost_variables(content: Json, taken: AdoptedTask, left_out: Sequence[str], marking: Marking) -> Iterator[Finding]:
    name_key = marking.tasks.containers.name_key
    return lost_variables(content, taken.name, sorted(taken.attempt.removed, key=str), left_out, name_key)


def _leftovers(content: Json, marking: Marking, taken: Sequence[AdoptedTask]) -> Iterator[Finding]:
    if isinstance(marking, InMetadata):
        yield from leftovers(content, [path for each in taken for path in each.attempt.removed])


def _problems(document: Document, text: str, marking: Marking, taken: Sequence[AdoptedTask]) -> Sequence[Finding]:
    """The errors from rendering the new text, and the warning of an unknown egress filter. There is no comparison: a
    `standalone` Envoy is compiled from the mesh, not taken from the original sidecar."""
    _, findings = marking.rendered(reread(document, text), {each.path: each.mark for each in taken})
    return [finding for finding in findings if finding.is_error or finding.code == "AM358"]


# -- editing the text


def _written(document: Document, marking: Marking, taken: Sequence[AdoptedTask], macro: str) -> str:
    changes: list[Edit] = []
    comments: dict[Path, Collection[Path]] = {}
    for each in taken:
        changes += removals(each.attempt.removed)
        changes += _mark(document.content, each) if isinstance(marking, InMetadata) else _tags(document.content, each)
        above = ("Metadata", MARK) if isinstance(marking, InMetadata) else (ECS_API.names["Tags"],)
        comments[(*each.path, *above)] = each.attempt.removed
    if isinstance(marking, InMetadata):
        changes += _call(document.content, macro)
    return edited_text(document, changes, Placement(_BEHIND, comments))


def _mark(content: Json, taken: AdoptedTask) -> Changes:
    place = (*taken.path, "Metadata")
    if isinstance(map_at(content, taken.path).get("Metadata"), Mapping):
        return [replace((*place, MARK), taken.mark)]
    return [replace(place, {MARK: taken.mark})]


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
    document: Document, text: str, marking: Marking, taken: Sequence[AdoptedTask], macro: str
) -> Sequence[Finding]:
    """A finding if rendering the new text does not yield the original document; otherwise nothing."""
    content = reread(document, text)
    # Existing marks are rendered on both sides.
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
    """The document in a form that can be compared: task definitions canonical, no call of the macro."""
    workloads = marking.kind({}).find(marking.fragment(content)).workloads
    places = [marking.properties(each.path) for each in workloads]
    changes = {place: canonical(value_if_there(content, place), marking.tasks) for place in places}
    compared = edited(content, [replace(place, value) for place, value in changes.items() if value is not None])
    empty = [path for each in workloads if value_if_there(compared, path := (*each.path, "Metadata")) == {}]
    compared = edited(compared, removals(empty))
    left = next(iter(without(map_at(content, ()), TRANSFORM, macro)), None)
    others = left if isinstance(left, list) else [left] if left is not None else []
    return edited(compared, [replace((TRANSFORM,), others) if others else remove((TRANSFORM,))])
