"""The timeouts of an endpoint. App Mesh applied those of the route and of the listener, so the smaller one counted.

Defaults of App Mesh and of Service Connect: 15 seconds for a request, 300 without traffic; for TCP Service Connect's is
3600. Sources: App Mesh user guide, "Virtual nodes" and "Routes"; ECS API reference, ServiceConnectService, `timeout`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import function
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import TCP
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.profiles.connecting.endpoints import Endpoint

PER_REQUEST, IDLE = 15, 300


class _Duration(NamedTuple):
    """seconds: 0 means that there is no limit. written: what to write for it. given: not a default."""

    seconds: float
    written: Json
    given: bool = True

    @property
    def order(self) -> float:
        return self.seconds or math.inf


class Timeouts(NamedTuple):
    """members: of the entry's `Timeout`; empty if Service Connect's defaults are right."""

    members: dict[str, Json]
    findings: tuple[Finding, ...]


def timeouts(endpoint: Endpoint, names: MeshNames) -> Timeouts:
    return _Timeouts(endpoint, names).found()


class _Timeouts:
    def __init__(self, endpoint: Endpoint, names: MeshNames) -> None:
        self.endpoint = endpoint
        self.names = names
        self.findings: list[Finding] = []

    def found(self) -> Timeouts:
        members: dict[str, Json] = {}
        listener, routes = self.endpoint.listener, self.endpoint.routes
        is_tcp = listener.protocol == TCP
        idle = self._effective("Idle", IDLE, listener.timeout.idle, [route.timeout.idle for route in routes])
        if is_tcp or idle.seconds != IDLE:
            members["IdleTimeoutSeconds"] = idle.written
        if not is_tcp:
            own, given = listener.timeout.per_request, [route.timeout.per_request for route in routes]
            request = self._effective("PerRequest", PER_REQUEST, own, given)
            if request.seconds != PER_REQUEST:
                members["PerRequestTimeoutSeconds"] = request.written
        return Timeouts(members, tuple(self.findings))

    def _effective(self, name: str, default: int, own: Scalar | None, of_routes: Sequence[Scalar | None]) -> _Duration:
        listener = self._duration(own, default)
        routes = [self._duration(each, default) for each in of_routes] or [_Duration(default, default, False)]
        if len({route.seconds for route in routes}) > 1:
            self._report(f"{name} differs between the routes to one virtual node: the largest counts for all")
        route = max(routes, key=lambda it: it.order)
        smaller, larger = sorted((route, listener), key=lambda it: (it.order, not it.given))
        if larger.given and larger.order > smaller.order and not smaller.given:
            where = "listener" if larger is listener else "route"
            self._report(
                f"{name} of the {where} was never effective: without a value, "
                f"the {'route' if where == 'listener' else 'listener'} ends after {default} s"
            )
        return smaller

    def _duration(self, scalar: Scalar | None, default: int) -> _Duration:
        if scalar is None:
            return _Duration(default, default, False)
        plain = next(_plain(scalar.written), scalar.written)
        key = scalar.key if isinstance(scalar.written, str) else f"{self.names.key(plain)}s"
        try:
            seconds = float(key.removesuffix("s"))
        except ValueError:
            message = "is a timeout whose value is not known when the macro runs"
            hint = "Write the number, or a Ref to a parameter"
            self.findings.append(Finding("AM301", self._subject, self._path, message, hint))
            return _Duration(default, default, False)
        if isinstance(plain, str):
            whole = math.ceil(seconds)
            if whole != seconds:
                self._report(f"a timeout of {key} becomes {whole} s, since Service Connect counts in seconds")
            return _Duration(whole, whole)
        return _Duration(seconds, plain)

    @property
    def _subject(self) -> str:
        return (self.endpoint.routes[0] if self.endpoint.routes else self.endpoint.node).logical_id

    @property
    def _path(self) -> tuple[str | int, ...]:
        return self.endpoint.routes[0].path if self.endpoint.routes else self.endpoint.listener.path

    def _report(self, message: str) -> None:
        hint = "Check the value, and set Timeout in the ServiceConnect fragment if another is right"
        self.findings.append(Finding("AM455", self._subject, self._path, message, hint))


def _plain(written: Json) -> Iterator[Json]:
    """A duration as the mesh model writes it, `15s`, without its unit."""
    called = function(written)
    if isinstance(written, str):
        yield written.removesuffix("s")
    elif isinstance(written, dict) and called == "Fn::Sub":
        pieces = sub.pieces(written[called])
        if pieces and pieces[-1] == "s":
            yield joined([piece.value if isinstance(piece, Variable) else piece for piece in pieces[:-1]])
    elif isinstance(written, dict) and called == "Fn::Join":
        argument = written[called]
        parts = argument[1] if isinstance(argument, list) and len(argument) == 2 else None
        if isinstance(parts, list) and parts and parts[-1] == "s":
            yield joined(parts[:-1])
