"""Matches of routes: paths, headers, query parameters, gRPC services."""

import re
import warnings

from appmesh_inject.mesh.model import GRPC, HTTP, TCP, Match, Matcher
from appmesh_inject.mesh.parsing.property import Members, Property, each
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.settings.types import any_text, port

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_KINDS = {"Exact": "exact", "Prefix": "prefix", "Suffix": "suffix", "Regex": "regex", "Range": "range"}
# An unclosed set extends to the end of the text. Otherwise the search would restart at each "[" and take quadratic
# time.
_TOKENS = re.compile(r"\\(.)|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\\?\Z)", re.DOTALL)
_BEYOND_RE2 = re.compile(r"\(\?(?:<?[=!]|>|P=|P>|\(|#|R|[0-9]|&)|\\[1-9kgGZ]|(?:[*+?]|\{\d+(?:,\d*)?\})\+")
_REPETITIONS = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_BROKEN = ("missing )", "unbalanced paren", "unterminated", "nothing to repeat", "multiple repeat", "bad escape (end")


def match(prop: Property, protocol: str) -> Match:
    if protocol == TCP:
        members = prop.is_there and prop.members("Port")
        return Match(port=members.scalar("Port", port), path=prop.path) if members else Match(path=prop.path)
    if protocol == GRPC:
        return _grpc(prop)
    members = (_required(prop) or None) and prop.members(
        "Prefix", "Path", "Method", "Scheme", "Headers", "QueryParameters", "Port"
    )
    return _http(prop, members) if members else Match(path=prop.path)


def gateway_match(prop: Property, protocol: str) -> Match:
    if protocol == GRPC:
        return _gateway_grpc(prop)
    members = (_required(prop) or None) and prop.members(
        "Prefix", "Path", "Method", "Hostname", "Headers", "QueryParameters", "Port"
    )
    return _http(prop, members, needs_path=False) if members else Match(path=prop.path)


def _required(prop: Property) -> bool:
    if not prop.is_there:
        prop.report("AM303", "is required", "Add it: {Prefix: /} takes every request")
    return prop.is_there


def _http(prop: Property, members: Members, needs_path: bool = True) -> Match:
    kind = members.one_of("Prefix", "Path", needed=needs_path)
    path = members["Path"].members("Exact", "Regex") if kind == "Path" else None
    if path:
        path.one_of("Exact", "Regex")
    scheme = "Scheme" in members.properties and members.choice("Scheme", HTTP, "https")
    exact, suffix = _hostname(members["Hostname"])
    return Match(
        prefix=_prefix(members["Prefix"], is_known=not needs_path) if kind == "Prefix" else None,
        exact_path=path.scalar("Exact", _absolute) if path else None,
        path_regex=_regex(path["Regex"]) if path and path["Regex"].is_there else None,
        method=members.choice("Method", *METHODS),
        scheme=scheme or None,
        headers=each(members["Headers"].items(), _matcher),
        query_parameters=each(members["QueryParameters"].items(), _query_parameter),
        port=members.scalar("Port", port),
        hostname=exact,
        hostname_suffix=suffix,
        path=prop.path,
    )


def _prefix(prop: Property, is_known: bool) -> Scalar | None:
    """A gateway rewrites the prefix, and how depends on whether the prefix ends in `/`: so it must be known."""
    return prop.known_scalar(_absolute) if is_known else prop.scalar(_absolute)


def _absolute(value: str) -> str | None:
    return None if value.startswith("/") else "a path that begins with '/'"


def _hostname(prop: Property) -> tuple[Scalar | None, Scalar | None]:
    members = prop.is_there and prop.members("Exact", "Suffix")
    if not members or not members.one_of("Exact", "Suffix"):
        return None, None
    return members.scalar("Exact", any_text), members.scalar("Suffix", any_text)


def _grpc(prop: Property) -> Match:
    members = prop.is_there and prop.members("ServiceName", "MethodName", "Metadata", "Port")
    if not members:
        return Match(path=prop.path)
    service, method = members.scalar("ServiceName", any_text), members.scalar("MethodName", any_text)
    if members["MethodName"].is_there and not members["ServiceName"].is_there:
        members["MethodName"].report("AM303", "needs a ServiceName beside it", "Add ServiceName")
    return Match(
        service_name=service,
        method_name=method,
        headers=each(members["Metadata"].items(), _matcher),
        port=members.scalar("Port", port),
        path=prop.path,
    )


def _gateway_grpc(prop: Property) -> Match:
    members = (_required(prop) or None) and prop.members("ServiceName", "Hostname", "Metadata", "Port")
    if not members:
        return Match(path=prop.path)
    exact, suffix = _hostname(members["Hostname"])
    return Match(
        service_name=members.scalar("ServiceName", any_text),
        hostname=exact,
        hostname_suffix=suffix,
        headers=each(members["Metadata"].items(), _matcher),
        port=members.scalar("Port", port),
        path=prop.path,
    )


def _matcher(prop: Property) -> Matcher | None:
    members = prop.members("Name", "Invert", "Match")
    name_prop = members and members.required("Name")
    name = name_prop and name_prop.known_scalar(any_text)
    if not members or name is None:
        return None
    invert = bool(members.flag("Invert"))
    if not members["Match"].is_there:
        return Matcher(name=name, invert=invert)
    condition = members["Match"].members(*_KINDS)
    kind = condition and condition.one_of(*_KINDS)
    if not condition or not kind:
        return None
    if kind == "Range":
        return _range(condition[kind], name, invert)
    value = _regex(condition[kind]) if kind == "Regex" else condition[kind].known_scalar()
    return value and Matcher(name=name, kind=_KINDS[kind], value=value, invert=invert)


def _range(prop: Property, name: Scalar, invert: bool) -> Matcher | None:
    members = prop.members("Start", "End")
    start = members and members.required_scalar("Start", _integer)
    end = members and members.required_scalar("End", _integer)
    return start and end and Matcher(name=name, kind="range", value=start, end=end, invert=invert)


def _integer(value: str) -> str | None:
    digits = value.removeprefix("-")
    return None if digits.isascii() and digits.isdigit() and len(digits) < 19 else "a whole number"


def _query_parameter(prop: Property) -> Matcher | None:
    members = prop.members("Name", "Match")
    name_prop = members and members.required("Name")
    name = name_prop and name_prop.known_scalar(any_text)
    if not members or name is None:
        return None
    condition = members["Match"].members("Exact") if members["Match"].is_there else None
    if not condition or not condition["Exact"].is_there:
        return Matcher(name=name)
    value = condition["Exact"].known_scalar()
    return value and Matcher(name=name, kind="exact", value=value)


def _regex(prop: Property) -> Scalar | None:
    found = prop.known_scalar(any_text)
    reason = _not_re2(found.known) if found is not None and found.known is not None else None
    if reason:
        prop.report(
            "AM323", f"is not a regular expression that RE2 accepts: {reason}", "Rewrite it; RE2 has no lookaround"
        )
        return None
    return found


def _not_re2(pattern: str) -> str | None:
    """Why Envoy's RE2 would reject `pattern` and the whole configuration with it. None if no reason is found."""
    bare = _TOKENS.sub(lambda token: token[0] if token[1] and token[1] in "123456789kgGZ" else "x", pattern)
    beyond = _BEYOND_RE2.search(bare)
    if beyond:
        return f"it has '{beyond[0]}'"
    counts = (count.lstrip("0") for pair in _REPETITIONS.findall(bare) for count in pair)
    if any(len(count) > 4 or int(count or 0) > 1000 for count in counts):
        return "it repeats more than 1000 times"
    try:
        # Python warns of `[[a]`, whose meaning in its own patterns may change one day.
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        reason = str(error)
        return reason if reason.startswith(_BROKEN) else None
    return None
