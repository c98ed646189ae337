"""What is wrong, by all that a running Envoy told: its virtual nodes, routes, weights and listeners."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from appmesh_inject.cfn.text_joining import number
from appmesh_inject.files.errors import UserError
from appmesh_inject.proxy.admin_answers import Question, Statistics
from appmesh_inject.proxy.bootstrap import Bootstrap, RouteTo
from appmesh_inject.proxy.cluster_names import NodeListener, Owner, called_node, mesh_of, own_listener, owner
from appmesh_inject.proxy.endpoints import ClusterState, cluster_states
from appmesh_inject.proxy.node_problems import hostname, node_problem, own_problem
from appmesh_inject.proxy.proxy_problem import ERROR, WARNING, ProxyProblem

_CALLERS = {
    "fail_verify_no_cert": "showed no certificate",
    "fail_verify_error": "showed a certificate that is expired, or of an authority that its listener does not trust",
    "fail_verify_san": "showed a certificate for a name that its listener does not accept",
    "connection_error": "spoke no TLS, or did not take its certificate",
}
_LISTENER_TLS = re.compile(rf"listener\..+\.ssl\.({'|'.join(_CALLERS)})")


LIVE = "LIVE"
_STATES = {
    "DRAINING": "It is about to end, or somebody has sent POST /healthcheck/fail: /healthcheck/ok takes that back",
    "INITIALIZING": "It has not started yet: it waits for DNS, or for the first live weights",
}
"""What to think of a state that is not LIVE. envoy.admin.v3.ServerInfo."""


class Weights(NamedTuple):
    """The weights of a route by virtual node, as Envoy uses them now. are_live: they came after the start; None: the
    files do not tell."""

    route: str
    weights: tuple[tuple[str, str], ...]
    are_live: bool | None = False


@dataclass(frozen=True)
class Diagnosis:
    """All that the answers tell of one Envoy. bootstrap: empty without a config_dump."""

    answers: Mapping[Question, Any]
    bootstrap: Bootstrap

    @cached_property
    def owner(self) -> Owner | None:
        told = self.answers.get(Question.SERVER_INFO, {}).get("node", {}).get("id", "")
        return owner(self.bootstrap.id or str(told))

    @cached_property
    def mesh(self) -> str:
        return self.owner.mesh if self.owner else mesh_of(self.cluster_names)

    @cached_property
    def cluster_names(self) -> list[str]:
        """Of the config_dump, or else of what the other answers name."""
        if self.bootstrap.clusters:
            return list(self.bootstrap.clusters)
        listed = self.answers.get(Question.CLUSTERS, {}).get("cluster_statuses", [])
        counted = (re.match(r"cluster\.(cds_[^.]+)\.", name) for name in self._statistics or ())
        names = [*(str(it.get("name")) for it in listed), *(found[1] for found in counted if found)]
        return sorted(dict.fromkeys(names))

    @property
    def _statistics(self) -> Statistics | None:
        found: Statistics | None = self.answers.get(Question.STATS)
        return found

    @cached_property
    def states(self) -> Mapping[str, ClusterState]:
        return cluster_states(self.cluster_names, self.answers.get(Question.CLUSTERS), self._statistics)

    @cached_property
    def nodes(self) -> Mapping[str, NodeListener]:
        """The virtual nodes that this Envoy calls, by cluster."""
        found = ((name, called_node(name, self.mesh)) for name in self.cluster_names)
        return {name: node for name, node in found if node is not None}

    def check_same_envoy(self, name: str) -> None:
        """Raises UserError if the answers are those of several Envoys. name: of the files."""
        listed = self.answers.get(Question.CLUSTERS, {}).get("cluster_statuses", [])
        others = {str(it.get("name")) for it in listed}
        told = str(self.answers.get(Question.SERVER_INFO, {}).get("node", {}).get("id", self.bootstrap.id))
        differ = bool(self.bootstrap.clusters) and not others <= set(self.bootstrap.clusters)
        if differ or (self.bootstrap.id and told != self.bootstrap.id):
            raise UserError("these are answers of several Envoys: give those of one", name)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == ERROR for problem in self.problems)

    @property
    def has_warnings(self) -> bool:
        return any(problem.severity == WARNING for problem in self.problems)

    def hostname(self, cluster: str) -> str:
        return hostname(self.bootstrap.clusters.get(cluster, {}))

    @cached_property
    def node_problems(self) -> Mapping[str, ProxyProblem]:
        """The problem of each virtual node that has one, by cluster."""
        found = (
            (name, node_problem(str(node), self.bootstrap.clusters.get(name, {}), self.states[name]))
            for name, node in self.nodes.items()
        )
        return {name: problem for name, problem in found if problem is not None}

    @property
    def problems(self) -> tuple[ProxyProblem, ...]:
        found = [
            *self._state_problems(),
            *self.node_problems.values(),
            *self._route_problems(),
            *self._own_problems(),
            *self._live_problems(),
        ]
        return tuple(sorted(found, key=lambda problem: problem.severity != ERROR))

    def weights(self) -> Sequence[Weights]:
        """The weights of all routes that have some."""
        return [self._weights(route) for route in self.bootstrap.routes if len(route.destinations) > 1]

    def _weights(self, route: RouteTo) -> Weights:
        live = self._live(route)
        names = [self._named(destination.cluster) for destination in route.destinations]
        weights = [live.get(it.cluster, it.weight) for it in route.destinations]
        is_told = Question.RUNTIME in self.answers
        are_live = bool(live) if is_told or not route.runtime_key else None
        return Weights(str(route), tuple(zip(names, weights, strict=True)), are_live)

    def _named(self, cluster: str) -> str:
        return self.nodes[cluster].node if cluster in self.nodes else cluster

    def _live(self, route: RouteTo) -> dict[str, str]:
        """The weights that Envoy has read since its start, by cluster."""
        values = self.answers.get(Question.RUNTIME, {})
        keys = {it.cluster: f"{route.runtime_key}.{it.cluster}" for it in route.destinations if route.runtime_key}
        return {name: values[key] for name, key in keys.items() if key in values}

    def _state_problems(self) -> Iterator[ProxyProblem]:
        state = self.answers.get(Question.SERVER_INFO, {}).get("state", LIVE)
        if state != LIVE:
            message = f"is {state}, so its health check fails"
            yield ProxyProblem(ERROR, "this Envoy", message, _STATES.get(state, _STATES["INITIALIZING"]))

    def _route_problems(self) -> Iterator[ProxyProblem]:
        for service in self.bootstrap.unrouted:
            message = "has no route, so each request is answered with 404"
            yield ProxyProblem(ERROR, f"virtual service {service}", message, "Give its virtual router a route")
        for route in self.bootstrap.routes:
            yield from self._route_problem(route)
        for prefix in ("egress", "ingress"):
            missed = (self._statistics or {}).get(f"http.{prefix}.no_route", 0)
            if missed:
                message = f"{missed} requests matched no route, and were answered with 404"
                who = "virtual services" if prefix == "egress" else "listeners"
                yield ProxyProblem(
                    WARNING, f"the {who} of this Envoy", message, "Compare the routes' matches with the requests"
                )

    def _route_problem(self, route: RouteTo) -> Iterator[ProxyProblem]:
        weights = {**{it.cluster: it.weight for it in route.destinations}, **self._live(route)}
        parts = {name: number(weight) or 0 for name, weight in weights.items()}
        whole = sum(parts.values())
        used = [it.cluster for it in route.destinations if len(route.destinations) == 1 or parts[it.cluster]]
        broken = [name for name in used if (it := self.node_problems.get(name)) and it.severity == ERROR]
        subject = f"route {route}"
        if route.destinations and not used:
            yield ProxyProblem(ERROR, subject, "leads nowhere: all its weights are 0", "Give one of them a weight")
        elif broken and len(broken) == len(used):
            names = " and ".join(self._named(name) for name in broken)
            nodes = f"virtual node {names} takes" if len(broken) == 1 else f"virtual nodes {names} take"
            yield ProxyProblem(ERROR, subject, f"leads nowhere: {nodes} no requests", "The reason stands above")
        for name in broken if len(broken) < len(used) else ():
            share = f"{parts[name]} of {whole} requests"
            message = f"leads {share} to virtual node {self._named(name)}, which takes none"
            yield ProxyProblem(
                WARNING, subject, message, "The reason stands above. Retries stay with the same virtual node"
            )

    def _own_problems(self) -> Iterator[ProxyProblem]:
        for name in self.cluster_names:
            own = own_listener(name, self.mesh)
            if own is not None and (problem := own_problem(own.port, self.states[name])):
                yield problem
        refused: dict[str, int] = {}
        for name, count in (self._statistics or {}).items():
            if count and (found := _LISTENER_TLS.fullmatch(name)):
                refused[found[1]] = refused.get(found[1], 0) + count
        for reason, count in refused.items():
            message = f"refused callers that {_CALLERS[reason]} (connections: {count})"
            yield ProxyProblem(
                WARNING, "the listeners of this Envoy", message, "Look at the client policies of its callers"
            )

    def _live_problems(self) -> Iterator[ProxyProblem]:
        with_live = [route for route in self.bootstrap.routes if route.runtime_key]
        if Question.RUNTIME in self.answers and with_live and not any(self._live(route) for route in with_live):
            message = "no live weight was read since the start, so those of the task definition hold"
            yield ProxyProblem(
                WARNING, "live weights", message, "Look at the function's log, and whether the task's role may call it"
            )
