"""A diagnosis as text: who it is, what is wrong, and what runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from appmesh_inject.proxy.admin_answers import Question
from appmesh_inject.proxy.comparison import ConfigurationComparison
from appmesh_inject.proxy.diagnosis import Diagnosis, Weights
from appmesh_inject.proxy.proxy_problem import ERROR, WARNING, ProxyProblem

_NEEDED = {
    Question.CONFIG_DUMP: "routes, weights and host names",
    Question.CLUSTERS: "the address and the state of each endpoint",
    Question.STATS: "why an endpoint fails",
    Question.RUNTIME: "live weights",
}
"""What each answer is for, for those that are not there."""


class Compared(NamedTuple):
    """The comparison with a task of a template. name: of the template."""

    name: str
    task: str
    found: ConfigurationComparison


def as_text(diagnosis: Diagnosis, compared: Compared | None) -> Iterator[str]:
    """The report, line by line."""
    yield _identity(diagnosis)
    problems = diagnosis.problems
    yield from ("", *map(str, problems)) if problems else ()
    if diagnosis.nodes:
        yield from ("", "Virtual nodes that it calls")
        yield from _table([_node(diagnosis, cluster) for cluster in sorted(diagnosis.nodes)])
    if weights := diagnosis.weights():
        yield from ("", "Weights")
        yield from (f"  {_weights(each)}" for each in weights)
    if compared is not None:
        yield from ("", *_differences(compared))
    yield from ("", _result(problems, compared))
    missing = [f"{question} ({why})" for question, why in _NEEDED.items() if _is_missing(question, diagnosis)]
    yield from (f"Not given: {', '.join(missing)}.",) if missing else ()


def _is_missing(question: Question, diagnosis: Diagnosis) -> bool:
    if question is Question.RUNTIME:
        has_live = any(route.runtime_key for route in diagnosis.bootstrap.routes)
        return has_live and question not in diagnosis.answers
    return question not in diagnosis.answers


def _identity(diagnosis: Diagnosis) -> str:
    who = str(diagnosis.owner) if diagnosis.owner else "an Envoy that does not say for whom it runs"
    told: Mapping[str, Any] = diagnosis.answers.get(Question.SERVER_INFO, {})
    version = str(told.get("version", "")).split("/")
    state = [f"Envoy {version[1]}"] if len(version) > 1 else []
    state += [str(told["state"])] if "state" in told else []
    if seconds := re.match(r"\d+", str(told.get("uptime_current_epoch", ""))):
        state.append(f"up {_duration(int(seconds[0]))}")
    return f"{who[0].upper()}{who[1:]}{': ' if state else ''}{', '.join(state)}"


def _duration(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _node(diagnosis: Diagnosis, cluster: str) -> tuple[str, ...]:
    node = diagnosis.nodes[cluster]
    for_service = f" for {node.service}" if node.service else ""
    return (
        node.node,
        f"{node.protocol} {node.port}{for_service}",
        diagnosis.hostname(cluster),
        _state(diagnosis, cluster),
    )


def _state(diagnosis: Diagnosis, cluster: str) -> str:
    endpoints = diagnosis.states[cluster].endpoints
    problem = diagnosis.node_problems.get(cluster)
    if endpoints is None:
        return ""
    if not endpoints:
        return "no endpoint"
    if problem is None and not any(each.connections for each in endpoints):
        return f"{_count(len(endpoints), 'endpoint')}, not called yet"
    usable = sum(not each.flags and not each.is_unreachable for each in endpoints)
    usable = 0 if problem and problem.severity == ERROR else usable
    return f"{usable} of {len(endpoints)} usable"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _weights(weights: Weights) -> str:
    shares = ", ".join(f"{name} {weight}" for name, weight in weights.weights)
    source = {
        True: "live",
        False: "from the task definition",
        None: "from the task definition; they are live, and /runtime tells what holds now",
    }[weights.are_live]
    return f"{weights.route}: {shares} ({source})"


def _differences(compared: Compared) -> Iterator[str]:
    yield f"Against {compared.task} of {compared.name}"
    yield from (f"  {each}" for each in compared.found.differences)
    if not compared.found.differences:
        yield "  It runs what the template compiles to."
    if compared.found.unknown:
        yield f"  Not compared: {compared.found.unknown} values that CloudFormation fills in. --parameter gives some."


def _result(problems: Sequence[ProxyProblem], compared: Compared | None) -> str:
    errors = sum(problem.severity == ERROR for problem in problems)
    warnings = sum(problem.severity == WARNING for problem in problems)
    differences = len(compared.found.differences) if compared else 0
    counted = [_count(errors, "error"), _count(warnings, "warning"), _count(differences, "difference")]
    return ", ".join(filter(None, counted)) or "Nothing is wrong, as far as these answers tell."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}" if number else ""
