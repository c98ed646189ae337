"""Reads what Envoy's admin interface answered, from files: each answer is recognised by its content.

A file holds one answer or several: with the heads of HTTP, as bash reads them from /dev/tcp, and with the lines that
`aws ecs execute-command` prints around them. Envoy's documentation: operations/admin.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from appmesh_inject.files.errors import UserError
from appmesh_inject.proxy.answer_shapes import CLUSTERS, RUNTIME, SERVER_INFO, STATS, Shape, check

Statistics: TypeAlias = Mapping[str, int]
"""Counters and gauges by name, such as `cluster.NAME.membership_total`. Those that came from Prometheus have `_` where
the others have `.`, but for the beginning `cluster.NAME.`."""


class Question(StrEnum):
    """What was asked: the path after the host."""

    CONFIG_DUMP = "config_dump"
    CLUSTERS = "clusters?format=json"
    STATS = "stats"
    RUNTIME = "runtime"
    SERVER_INFO = "server_info"


class Answer(NamedTuple):
    """content: of JSON; statistics as `Statistics`, the runtime as its values by key."""

    question: Question
    content: Any


_HEAD = re.compile(r"^HTTP/1\.[01] (\d{3})[^\n]*\n((?:[^\n]+\n)*)\n", re.MULTILINE)
_SESSION = re.compile(
    r"^(The Session Manager plugin was installed .*|(Starting|Exiting) session with session ?id: .*)$\n?",
    re.MULTILINE | re.IGNORECASE,
)
_STATISTIC = re.compile(r"^([^\s:#{}\"]+): (\d+)$", re.MULTILINE)
_SAMPLE = re.compile(r"^envoy_(\w+)\{([^}\n]*)\} (\d+)$", re.MULTILINE)
_CLUSTER_LABEL = re.compile(r'envoy_cluster_name="([^"]+)"')
_MEMBERS = {
    "configs": Question.CONFIG_DUMP,
    "cluster_statuses": Question.CLUSTERS,
    "stats": Question.STATS,
    "entries": Question.RUNTIME,
    "command_line_options": Question.SERVER_INFO,
}
"""The questions by a member that their answers have."""

_SHAPES: Mapping[Question, Shape] = {
    Question.CLUSTERS: CLUSTERS,
    Question.STATS: STATS,
    Question.RUNTIME: RUNTIME,
    Question.SERVER_INFO: SERVER_INFO,
}

_ASK = "Ask for config_dump, clusters?format=json, stats, runtime or server_info"


def answers(files: Iterable[tuple[str, str]]) -> dict[Question, Any]:
    """The answers in these files, given as name and text, each question once. Raises UserError for a file without an
    answer, and for a question that was answered twice."""
    found: dict[Question, Any] = {}
    homes: dict[Question, str] = {}
    for name, text in files:
        for answer in _answers(name, text):
            if answer.question in found:
                other = "the same file" if homes[answer.question] == name else homes[answer.question]
                raise UserError(
                    f"there is an answer to {answer.question} in {other} already: give the answers of one Envoy", name
                )
            found[answer.question] = answer.content
            homes[answer.question] = name
    return found


def _answers(name: str, text: str) -> Iterator[Answer]:
    text = _SESSION.sub("", text.replace("\r", ""))
    heads = list(_HEAD.finditer(text))
    if not heads:
        yield _answer(name, text)
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        body = text[head.end() : end]
        if head[1] != "200":
            raise UserError(f"Envoy answered {head[1]}: {body.strip()[:80] or 'nothing'}. {_ASK}", name)
        yield _answer(name, _joined(body) if "transfer-encoding: chunked" in head[2].lower() else body)


def _joined(body: str) -> str:
    """The chunks of a body. They count bytes, and `\\r\\n` is `\\n` by now: so each is measured without its breaks."""
    pieces: list[str] = []
    rest = body
    while size := re.match(r"\n?([0-9a-fA-F]+)\n", rest):
        length = int(size[1], 16)
        if not length:
            break
        data = rest[size.end() :].encode()[:length].decode(errors="ignore")
        pieces.append(data)
        rest = rest[size.end() + len(data) :]
    return "".join(pieces)


def _answer(name: str, text: str) -> Answer:
    start = text.lstrip()
    if not start:
        raise UserError(f"the file is empty, or Envoy's answer is. {_ASK}", name)
    if start[0] == "{":
        return _of_json(name, start)
    if statistics := {match[1]: int(match[2]) for match in _STATISTIC.finditer(text)}:
        return Answer(Question.STATS, statistics)
    if samples := dict(_samples(text)):
        return Answer(Question.STATS, samples)
    if re.search(r"^[^\s:]+::(observability_name|default_priority|added_via_api|[\d.]+:\d+)::", text, re.MULTILINE):
        raise UserError("this is what /clusters prints as text. Ask for clusters?format=json", name)
    raise UserError(f"this is nothing that Envoy's admin interface prints. {_ASK}", name)


def _of_json(name: str, text: str) -> Answer:
    try:
        content, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        raise UserError("this JSON breaks off or has a mistake: was the answer read to its end?", name) from None
    question = next((asked for member, asked in _MEMBERS.items() if member in content), None)
    if question is None:
        raise UserError(f"this JSON is nothing that Envoy's admin interface prints. {_ASK}", name)
    if question in _SHAPES:
        check(content, _SHAPES[question], str(question), name)
    if question is Question.STATS:
        return Answer(question, {it["name"]: it["value"] for it in content["stats"] if _is_number(it)})
    if question is Question.RUNTIME:
        entries = content["entries"] if isinstance(content["entries"], dict) else {}
        return Answer(question, {key: it["final_value"] for key, it in entries.items() if _is_final(it)})
    return Answer(question, content)


def _is_number(statistic: Mapping[str, Any]) -> bool:
    """Not a histogram."""
    return "name" in statistic and type(statistic.get("value")) is int


def _is_final(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("final_value"), str)


def _samples(text: str) -> Iterator[tuple[str, int]]:
    """The statistics in the form of Prometheus, as /stats/prometheus prints them."""
    for match in _SAMPLE.finditer(text):
        cluster = _CLUSTER_LABEL.search(match[2])
        if cluster and match[1].startswith("cluster_"):
            yield f"cluster.{cluster[1]}.{match[1].removeprefix('cluster_')}", int(match[3])
        elif not match[2]:
            yield match[1], int(match[3])
