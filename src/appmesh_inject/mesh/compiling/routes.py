"""Translates App Mesh's matches and routes into Envoy's."""

from collections.abc import Callable, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.mesh.compiling import retries
from appmesh_inject.mesh.compiling.envoy_messages import Config
from appmesh_inject.mesh.compiling.resource_links import Rule, Target
from appmesh_inject.mesh.model import GRPC, Match, Matcher, Route
from appmesh_inject.mesh.scalars import Scalar

TIMEOUT = "15s"
"""App Mesh's default timeouts: 15 seconds for a request, 300 for an idle stream."""

ANYTHING: Config = {"prefix": "/"}


def rule_config(rule: Rule, protocol: str, clusters: Callable[[Target], Json], default_retry: bool) -> Config:
    """One route of a virtual service, as its callers use it."""
    route = rule.route
    action: dict[str, Json] = {**destination(rule, clusters)}
    given = route.timeout if route else None
    action["timeout"] = given.per_request.written if given and given.per_request else TIMEOUT
    if given and given.idle:
        action["idle_timeout"] = given.idle.written
    retry = _retry(route, default_retry)
    if retry is not None:
        action["retry_policy"] = retry
    return {"match": match_config(route.match, protocol) if route else ANYTHING, "route": action}


def _retry(route: Route | None, default_retry: bool) -> Config | None:
    if route is not None and route.retry is not None:
        return retries.retry_policy(route.retry)
    return retries.DEFAULT if default_retry else None


def destination(rule: Rule, clusters: Callable[[Target], Json]) -> Config:
    """One cluster, or several with weights. A weight of 0 is valid for HTTP. Envoy's runtime overrides live weights."""
    if len(rule.targets) == 1:
        return {"cluster": clusters(rule.targets[0])}
    weighted = [
        {"name": clusters(target), "weight": (target.baseline or target.weight).written} for target in rule.targets
    ]
    live: Config = {}
    if rule.route and rule.is_live:
        # Imported here, since few routes need it and every import prolongs a cold start.
        from appmesh_inject.mesh.live_weights import runtime_key

        live = {"runtime_key_prefix": runtime_key(rule.route)}
    return {"weighted_clusters": {**live, "clusters": weighted}}


def match_config(match: Match, protocol: str, headers: Sequence[Config] = ()) -> Config:
    """The match of an Envoy route. headers: conditions in addition to those of `match`."""
    config: dict[str, Json] = {**path_config(match)}
    if protocol == GRPC:
        config["grpc"] = {}
    conditions: list[Json] = [*headers]
    if match.method:
        conditions.append({"name": ":method", "string_match": {"exact": match.method}})
    if match.scheme:
        conditions.append({"name": ":scheme", "string_match": {"exact": match.scheme}})
    conditions += [_header(matcher) for matcher in match.headers]
    if conditions:
        config["headers"] = conditions
    if match.query_parameters:
        config["query_parameters"] = [_query_parameter(matcher) for matcher in match.query_parameters]
    return config


def path_config(match: Match) -> Config:
    if match.service_name:
        service: Json = match.service_name.written
        if match.method_name:
            return {"path": joined(["/", service, "/", match.method_name.written])}
        return {"prefix": joined(["/", service, "/"])}
    if match.exact_path:
        return {"path": match.exact_path.written}
    if match.path_regex:
        return {"safe_regex": {"regex": match.path_regex.written}}
    return {"prefix": match.prefix.written} if match.prefix else ANYTHING


def _header(matcher: Matcher) -> Config:
    inverted: Config = {"invert_match": "true"} if matcher.invert else {}
    return {"name": matcher.name.written, **_condition(matcher), **inverted}


def _condition(matcher: Matcher) -> Config:
    value: Json = matcher.value.written if matcher.value else ""
    if matcher.kind == "present":
        return {"present_match": "true"}
    if matcher.kind == "range":
        return {"range_match": {"start": value, "end": _written(matcher.end)}}
    if matcher.kind == "regex":
        return {"string_match": {"safe_regex": {"regex": value}}}
    return {"string_match": {matcher.kind: value}}


def _written(text: Scalar | None) -> Json:
    return text.written if text else ""


def _query_parameter(matcher: Matcher) -> Config:
    return {"name": matcher.name.written, **_condition(matcher)}
