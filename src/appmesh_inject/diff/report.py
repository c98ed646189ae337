"""Formats comparisons for a terminal, or for a comment on a pull request."""

import re
from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from appmesh_inject.diff.changes import Change
from appmesh_inject.diff.comparison import FileComparison
from appmesh_inject.diff.document_parts import REST
from appmesh_inject.diff.redeployments import Redeployment
from appmesh_inject.findings import one_line
from appmesh_inject.injection import Action, Report
from appmesh_inject.profiles.connecting.summary import TAKES_NO_PART
from appmesh_inject.resource_types import TASK_DEFINITION
from appmesh_inject.settings.table import SERVICE_CONNECT

LONGEST_COMMENT = 60_000
"""GitHub's limit is 65,536 characters. The rest is left to whoever posts the comment."""

TASKS = (TASK_DEFINITION, "ECS task definition")

GETS_ENVOY = ("gets envoy", "get envoy")
JOINS = ("joins Service Connect", "join Service Connect")
LEAVES = ("leaves the mesh", "leave the mesh")
STYLES = {"@": "cyan", "+": "green", "-": "red"}


def overview(comparisons: Sequence[FileComparison]) -> str:
    """What a reviewer wants to know first, in one line; empty if nothing changes."""
    changes = [change for comparison in comparisons for change in comparison.changes]
    is_effect = any(comparison.is_effect for comparison in comparisons)
    gone = sum(change.is_gone and change.part.name != REST for change in changes)
    added = sum(change.is_new and change.part.name != REST for change in changes)
    redeployed = sum(len(comparison.redeployments) for comparison in comparisons)
    parts = [
        *_workloads(comparisons, is_effect=is_effect),
        (added, "resource is new", "resources are new"),
        (gone, "resource leaves", "resources leave"),
        (redeployed, "service is redeployed", "services are redeployed"),
    ]
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in parts if number)


def _workloads(comparisons: Sequence[FileComparison], *, is_effect: bool) -> Iterator[tuple[int, str, str]]:
    """What becomes of the injected workloads: how many, in words for one, and in words for several."""
    changes = [change for comparison in comparisons for change in comparison.changes]
    is_tasks = all(change.part.kind in TASKS for change in changes if change.report)
    task, tasks = ("task", "tasks") if is_tasks else ("workload", "workloads")
    injected = [report for each in comparisons for report in each.changed_workloads if report.action is Action.INJECTED]
    if not is_effect:
        yield len(injected), f"{task} changes", f"{tasks} change"
        return
    outcomes = [_outcome(report) for report in injected]
    for one, many in (GETS_ENVOY, JOINS, LEAVES):
        yield outcomes.count((one, many)), f"{task} {one}", f"{tasks} {many}"


def _outcome(report: Report) -> tuple[str, str]:
    if report.profile != SERVICE_CONNECT:
        return GETS_ENVOY
    return LEAVES if report.reason == TAKES_NO_PART else JOINS


def as_text(comparisons: Sequence[FileComparison]) -> Iterator[Text]:
    """The lines for a terminal."""
    if first := overview(comparisons):
        yield Text(first, style="bold")
        yield Text("")
    same = [comparison for comparison in comparisons if comparison.is_same]
    if len(comparisons) > 1 and same:
        yield Text(f"{len(same)} file{'' if len(same) == 1 else 's'}: nothing changes")
        comparisons = [comparison for comparison in comparisons if not comparison.is_same]
    for comparison in comparisons:
        for change in comparison.shown:
            yield Text(one_line(f"{comparison.name}: {_heading(change)}"), style="bold")
            for line in change.lines:
                yield Text(_printable(line), style=STYLES.get(line[0], ""))
            for line in change.configuration:
                yield Text(_printable(line))
            yield Text("")
        for line in _remarks(comparison, str):
            yield Text(one_line(f"{comparison.name}: {line}"))


def as_markdown(comparisons: Sequence[FileComparison]) -> str:
    """The text of a comment. Changes that do not fit are left out and counted."""
    left = LONGEST_COMMENT
    first = overview(comparisons)
    blocks: list[str] = [f"**{first}**\n\n"] if first else []
    omitted = 0
    for comparison in comparisons:
        if comparison.is_same and len(comparisons) > 1:
            continue
        remarks = "".join(f"{line}\n\n" for line in _remarks(comparison, _code))
        blocks.append(f"### {_code(comparison.name)}\n\n{remarks}")
        left -= len(blocks[-1])
        for change in comparison.shown:
            block = _block(change)
            if len(block) > left:
                omitted += 1
                continue
            blocks.append(block)
            left -= len(block)
    if omitted:
        more = "1 more change does" if omitted == 1 else f"{omitted} more changes do"
        blocks.append(f"{more} not fit into a comment: run `appmesh-inject diff`.\n\n")
    return "".join(blocks or ["Nothing changes.\n\n"])[:-1]


def _block(change: Change) -> str:
    text = "\n".join(map(_printable, [*change.lines, *change.configuration]))
    # The fence must be longer than any run of backticks in the text.
    fence = "`" * (max([2, *(len(run) for run in re.findall(r"`+", text))]) + 1)
    head = f"<summary>{_escaped(_heading(change))} (+{change.added} -{change.removed})</summary>"
    return f"<details open>{head}\n\n{fence}diff\n{text}\n{fence}\n\n</details>\n\n"


def _heading(change: Change) -> str:
    kind = f" ({change.part.kind})" if change.part.kind else ""
    outcome = f": of {', '.join(report.name for report in change.belongs_to)}" if change.belongs_to else ""
    if change.report is not None:
        outcome = f": {_what_happened(change.report)}"
    state = ": no longer there" if change.is_gone else ": new" if change.is_new else ""
    return f"{change.part.name}{kind}{state or outcome}"


def _what_happened(report: Report) -> str:
    if report.action is not Action.INJECTED:
        return str(report.action)
    if report.profile == SERVICE_CONNECT:
        return f"{report.profile}, {report.reason}"
    return f"{report.action}, profile {report.profile}"


def _remarks(comparison: FileComparison, name: Callable[[str], str]) -> Iterator[str]:
    """Remarks about a file as a whole. name: formats the names in them."""
    changed = len(comparison.changed_workloads)
    if comparison.is_same:
        yield "nothing changes"
    else:
        of = f"{changed} of {comparison.workloads} workload{'' if comparison.workloads == 1 else 's'}"
        added, removed = (sum(getattr(each, side) for each in comparison.shown) for side in ("added", "removed"))
        routes = sum(each.configured for each in comparison.shown)
        more = f", {routes} {'change' if routes == 1 else 'changes'} of Envoy's configuration" if routes else ""
        yield f"{of} {'changes' if changed == 1 else 'change'}, +{added} -{removed} lines{more}"
    if comparison.removed_resources:
        gone = ", ".join(f"{name(each.part.name)} ({each.part.kind})" for each in comparison.removed_resources)
        yield f"removed from the template: {gone}"
    if comparison.values:
        yield f"other values: {', '.join(map(name, comparison.values))}"
    if comparison.live:
        which = ", ".join(map(name, comparison.live))
        yield f"live weights: {which}: running Envoys follow, and no task is replaced for that"
    if not comparison.is_effect:
        services = ", ".join(f"{name(each.service)} ({_cause(each, name)})" for each in comparison.redeployments)
        yield f"redeployed: {services}" if services else "redeployed: no service"


def _cause(redeployment: Redeployment, name: Callable[[str], str]) -> str:
    revised = ", ".join(map(name, redeployment.task_definitions))
    own = ", ".join(redeployment.properties)
    return "; ".join([*([f"new revision of {revised}"] if revised else []), *([f"other {own}"] if own else [])])


def _printable(line: str) -> str:
    """The line without control characters."""
    return one_line(line) if line else line


def _code(text: str) -> str:
    fence = "`" * (max([0, *(len(run) for run in re.findall(r"`+", text))]) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{one_line(text)}{space}{fence}"


def _escaped(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
