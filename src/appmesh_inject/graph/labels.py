"""Describes values, matches, weights and timeouts in words."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.mesh.model import Listener, Match, Matcher, RetryPolicy, Timeout, WeightedTarget
from appmesh_inject.mesh.scalars import Scalar


def shown(value: Json) -> str:
    """A value for people. Values that CloudFormation fills in appear as `${Name}`."""
    called = function(value)
    if not isinstance(value, Mapping) or called is None:
        return value if isinstance(value, str) else json.dumps(value, default=str)
    argument = value[called]
    if called == "Ref":
        return f"${{{argument}}}"
    if called == "Fn::Sub":
        return str(argument[0] if isinstance(argument, list) and argument else argument)
    if called == "Fn::GetAtt":
        return "${" + (".".join(map(str, argument)) if isinstance(argument, list) else str(argument)) + "}"
    if called == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        return str(argument[0]).join(map(shown, argument[1]))
    if called == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
        return f"{shown(argument[1])} or {shown(argument[2])}"
    return "${" + called.removeprefix("Fn::") + "}"


def shown_key(key: str) -> str:
    """The key of a value (see `mesh.names`) for people: as far as it is known, and `${Name}` for the rest."""
    return "".join(shown(json.loads(part)) if n % 2 else part for n, part in enumerate(key.split("\0")))


def shown_scalar(text: Scalar | None) -> str:
    """A scalar of the mesh for people; empty for None."""
    return "" if text is None else shown_key(text.key)


def listeners(found: Iterable[Listener]) -> str:
    return ", ".join(f"{each.protocol} {shown_scalar(each.port)}{' with TLS' if each.tls else ''}" for each in found)


def match(found: Match) -> str:
    """A request that matches, in words: `GET /tell* where x-user is 1`."""
    return " ".join(_match(found)) or "everything"


def _match(found: Match) -> Iterator[str]:
    if found.method:
        yield found.method
    if found.scheme:
        yield f"{found.scheme}:"
    if found.exact_path is not None:
        yield f"={shown_scalar(found.exact_path)}"
    if found.path_regex is not None:
        yield f"~{shown_scalar(found.path_regex)}"
    if found.prefix is not None:
        yield f"{shown_scalar(found.prefix)}*"
    if found.service_name is not None:
        yield f"{shown_scalar(found.service_name)}/{shown_scalar(found.method_name) or '*'}"
    if found.hostname is not None:
        yield f"host {shown_scalar(found.hostname)}"
    if found.hostname_suffix is not None:
        yield f"host *{shown_scalar(found.hostname_suffix)}"
    if found.port is not None:
        yield f"port {shown_scalar(found.port)}"
    conditions = [_matcher(each) for each in found.headers]
    conditions += [f"?{_matcher(each)}" for each in found.query_parameters]
    if conditions:
        yield "where " + " and ".join(conditions)


def _matcher(found: Matcher) -> str:
    name, value = shown_scalar(found.name), shown_scalar(found.value)
    words = {
        "exact": f"is {value}",
        "prefix": f"starts with {value}",
        "suffix": f"ends with {value}",
        "regex": f"is like {value}",
        "range": f"is from {value} to below {shown_scalar(found.end)}",
        "present": "is there",
    }
    return f"{'not: ' if found.invert else ''}{name} {words.get(found.kind, found.kind)}"


def shares(targets: Sequence[WeightedTarget]) -> list[str]:
    """The share of a route's traffic that each target receives. If weights are live, also the one that tasks start
    with."""
    shown = _shares(target.weight for target in targets)
    if len(targets) < 2 or not any(target.baseline for target in targets):
        return shown
    baselines = _shares(target.baseline or target.weight for target in targets)
    return [f"{live} live, baseline {baseline}" for live, baseline in zip(shown, baselines, strict=True)]


def _shares(scalars: Iterable[Scalar]) -> list[str]:
    weights = list(map(shown_scalar, scalars))
    if not all(weight.isascii() and weight.isdigit() for weight in weights):
        return [f"weight {weight}" for weight in weights]
    numbers = list(map(int, weights))
    total = sum(numbers)
    return [f"{round(100 * number / total)}%" if total else "0%" for number in numbers]


def portions(targets: Sequence[WeightedTarget]) -> list[float | None]:
    """The share of each target as a number from 0 to 1, None if it is not known."""
    weights = [shown_scalar(target.weight) for target in targets]
    if not all(weight.isascii() and weight.isdigit() for weight in weights):
        return [None] * len(targets)
    total = sum(map(int, weights))
    return [int(weight) / total if total else 0 for weight in weights]


def retries(policy: RetryPolicy | None) -> str:
    if policy is None:
        return ""
    events = ", ".join((*policy.http_events, *policy.tcp_events, *policy.grpc_events))
    return f"{shown_scalar(policy.max_retries)} retries of {shown_scalar(policy.per_retry_timeout)} each" + (
        f" on {events}" if events else ""
    )


def timeout(found: Timeout) -> str:
    words = [f"{shown_scalar(found.per_request)} a request"] if found.per_request else []
    return ", ".join([*words, f"{shown_scalar(found.idle)} idle"] if found.idle else words)
