"""The page of the log and the metrics: `docs/reference/metrics.md`, made of what the handler writes about an event."""

import functools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from appmesh_inject.macro import METRIC_OF, NAMESPACE
from tests.conftest import REPOSITORY

HEAD = """\
<!-- generated -->
# Metrics and log lines

What the macro's function measures and logs.

Made from what the handler writes about the events in [events/metadata.json](../../events/metadata.json) and
[events/failing.json](../../events/failing.json): `make golden` writes it. Values that differ from call to call are
shortened to `...`.

Nothing of a template is ever logged, and no parameter's value. The log holds the request's id, counts, timings and the
codes of findings.

The function writes to its own log group, in JSON, one object a line. `FunctionLogLevel`, a deployment parameter, sets
the level; `LogRetentionDays` how long lines are kept.

```sh
appmesh-inject invoke events/metadata.json > response.json
```
"""

MEANINGS: Mapping[str, str] = {
    "Templates": "calls that got an answer: 1 for each",
    "TaskDefinitionsInjected": "marked task definitions that got their sidecars, or had them already",
    "TaskDefinitionsSkipped": "task definitions left alone: not marked, not enabled, or another one is refused",
    "TaskDefinitionsFailed": "task definitions with an error",
}

MEMBERS: Mapping[str, str] = {
    "level": "`INFO`; `ERROR` where the macro itself failed",
    "message": "`Template transformed`, or `The macro failed`",
    "timestamp": "when the line was written",
    "location": "where in the code",
    "service": "the name of the service, as in the metrics",
    "cold_start": "whether the process is new",
    "function_name": "of the Lambda function",
    "function_memory_size": "of the Lambda function, in MB",
    "function_arn": "of the Lambda function",
    "function_request_id": "of the call, by Lambda",
    "request_id": "of the call, by CloudFormation: an error text of the macro names it",
    "task_definitions": "how many, by profile and what happened: `injected`, `skipped`, `refused`",
    "findings": "how many, by code",
}

BUG = """\
Where the macro itself fails, the level is `ERROR` and the message `The macro failed`. `exception_name` is the kind of
the exception, and `exception_at` the places in the code that it came through: no text of it, since that could hold a
piece of the template. CloudFormation is told to look for the request's id here.
"""

CHANGING = ("timestamp", "location", "function_request_id", "Timestamp")


def page() -> str:
    return "\n".join([HEAD, *_metrics(), *_lines()])


def _metrics() -> Iterator[str]:
    written = [line for line in _written("metadata.json") if "_aws" in line]
    yield "## Metrics\n"
    yield f"In the namespace `{NAMESPACE}`. CloudWatch makes them of log lines in its embedded metric format.\n"
    yield "| Metric | Unit | Dimensions | Counts |\n| --- | --- | --- | --- |"
    for line in written:
        (metrics,) = line["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == NAMESPACE
        dimensions = ", ".join(f"`{each}`" for each in metrics["Dimensions"][0])
        for metric in metrics["Metrics"]:
            yield f"| `{metric['Name']}` | {metric['Unit']} | {dimensions} | {MEANINGS[metric['Name']]} |"
    yield f"\n`profile` is that of the task definition, or `none` where none was read. `service` is `{NAMESPACE}`.\n"
    yield "The lines for the event:\n"
    yield _shown(written)
    yield "The function's duration, errors and throttles are Lambda's own metrics.\n"


def _lines() -> Iterator[str]:
    (line,) = (line for line in _written("metadata.json") if "_aws" not in line)
    yield "## The line of a template\n"
    yield "One for each call:\n"
    yield _shown([line])
    yield "| Member | Meaning |\n| --- | --- |"
    yield from (f"| `{name}` | {MEMBERS[name]} |" for name in line)
    yield "\nA template that is refused is answered, and is no error of the function:\n"
    yield _shown([line for line in _written("failing.json") if "_aws" not in line])
    yield "## The line of a bug\n"
    yield BUG


@functools.cache
def _written(event: str) -> tuple[Mapping[str, Any], ...]:
    """The lines that the function writes about an event, in a process of its own, as Lambda starts it."""
    program = Path(sys.executable).parent / "appmesh-inject"
    path = REPOSITORY / "events" / event
    ran = subprocess.run([program, "invoke", path], capture_output=True, text=True, check=False)
    return tuple(json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{"))


def _shown(lines: list[Mapping[str, Any]]) -> str:
    shown = [json.dumps(_stable("", line), indent=None if "_aws" in line else 2) for line in lines]
    return "```json\n" + "\n".join(shown) + "\n```\n"


def _stable(name: str, value: Any) -> Any:
    if name in CHANGING:
        return "..."
    if isinstance(value, dict):
        return {key: _stable(key, member) for key, member in value.items()}
    return value


assert set(MEANINGS) == {"Templates", *METRIC_OF.values()}
