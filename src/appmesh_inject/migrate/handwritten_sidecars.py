"""Finds the sidecars that a user wrote into a task definition, and what they configure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import function, if_, is_no_value
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.cfn.text_joining import joined
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT, X_RAY_DAEMON
from appmesh_inject.profiles.sidecar.image_names import X_RAY_IMAGE
from appmesh_inject.profiles.sidecar.proxy_search import ENVOY_VARIABLES, envoys, proxy_inits, redirected_to, variable
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerReader, Task

_RESOURCE = re.compile(r".*?mesh/(?P<mesh>[^/]+)/(?P<kind>virtualNode|virtualGateway)/(?P<name>[^/]+)", re.DOTALL)
_REDIRECT_LISTS = ("ProxyConfigurationProperties", "properties")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A container that could be a sidecar, without enough evidence."""

    role: str
    container: Container

    def finding(self, subject: str) -> Finding:
        seen = variable(self.container)
        message = f"a container has {seen}, but nothing else shows whether it is the {self.role}"
        hint = f"If it is, name it {self.role}" + (
            ", or name it in the ProxyConfiguration" if self.role == ENVOY else ""
        )
        return Finding("AM219", subject, self.container.path, message, f"{hint}; if it is not, take {seen} out of it")


@dataclass(frozen=True, slots=True)
class Handwritten:
    """The sidecars of a task. entries: by role; several if the task has several such sidecars. roles: by the
    container's path. others: containers that have a variable of a sidecar but are not sidecars. doubts: containers for
    which such a variable is the only evidence. is_certain: the redirect or App Mesh's image identifies the envoys."""

    task: Task
    entries: Mapping[str, tuple[ContainerEntry, ...]]
    roles: Mapping[Path, str]
    others: tuple[Container, ...]
    doubts: tuple[Doubt, ...]
    is_certain: bool

    def container(self, role: str) -> Container | None:
        """The container of this role, if there is exactly one and it exists whenever the envoy does."""
        container = self._alone(role)
        return container if container and self._condition(role) == self.enabled else None

    @property
    def envoy(self) -> Container:
        """The envoy container. Call it only if `container(ENVOY)` is not None."""
        envoy = self.container(ENVOY)
        assert envoy is not None
        return envoy

    @property
    def enabled(self) -> Json:
        """When the sidecars exist, as a value of the setting `Enabled`. True: always."""
        return self._condition(ENVOY if self.entries[ENVOY] else PROXY_INIT)

    @property
    def redirect(self) -> Mapping[str, Json] | None:
        """The redirect, if it exists whenever the envoy does."""
        redirect = within(self.task.proxy_configuration, self.enabled)
        return redirect if isinstance(redirect, dict) and function(redirect) is None else None

    def _alone(self, role: str) -> Container | None:
        if len(self.entries[role]) != 1:
            return None
        (entry,) = self.entries[role]
        containers = [container for container, _ in entry.containers if container]
        inside = within(entry.written, self._condition(role))
        return containers[0] if len(containers) == 1 and containers[0].definition is inside else None

    def _condition(self, role: str) -> Json:
        found = _optional(self.entries[role][0].written) if self.entries[role] else None
        return found[0] if found else True


def within(value: Json, enabled: Json) -> Json:
    """The part of `value` that applies if `enabled` holds. None unless `value` depends on exactly this condition."""
    if enabled is True:
        return value
    found = _optional(value)
    return found[1] if found and found[0] == enabled else None


def _optional(value: Json) -> tuple[Json, Json] | None:
    """For a value that is AWS::NoValue in one branch: its condition, as a value of `Enabled`, and the other branch."""
    arguments = value.get("Fn::If") if isinstance(value, dict) and function(value) == "Fn::If" else None
    if not isinstance(arguments, list) or len(arguments) != 3 or not isinstance(arguments[0], str):
        return None
    condition, then, otherwise = arguments
    if is_no_value(otherwise):
        return if_(condition, True, False), then
    return (if_(condition, False, True), otherwise) if is_no_value(then) else None


def handwritten(task: Task, reader: ContainerReader, names: Mapping[str, Json] = NOTHING) -> Handwritten:
    """The sidecars of a task or pod, in all branches. names: the sidecars' names in its mark, by role. If there is a
    proxyinit, its envoy is identified by name."""
    roles: dict[Path, str] = {}
    others: list[Container] = []
    doubts: list[Doubt] = []
    is_certain = True
    for branch in task.branches:
        entries = [entry for each in branch.lists.values() for entry in each.entries]
        inits = proxy_inits(entries, (PROXY_INIT, names.get(PROXY_INIT)), reader)
        redirects = [*redirected_to(task.proxy_configuration, branch.scope), *([ENVOY] if inits.containers else [])]
        proxies = envoys(entries, (ENVOY, names.get(ENVOY)), redirects, reader)
        roles |= {each.path: X_RAY_DAEMON for each in _containers(entries) if X_RAY_IMAGE in (each.image or "")}
        for role, found in ((ENVOY, proxies), (PROXY_INIT, inits)):
            roles |= dict.fromkeys(found.containers, role)
            others += found.others
            if role not in names:
                doubts += (Doubt(role, container) for container in found.in_doubt)
        is_certain = is_certain and proxies.is_certain

    by_role: dict[str, list[ContainerEntry]] = {ENVOY: [], PROXY_INIT: [], X_RAY_DAEMON: []}
    for entry in (entry for branch in task.branches for each in branch.lists.values() for entry in each.entries):
        role_ = next((roles[each.path] for each in _containers([entry]) if each.path in roles), None)
        if role_:
            by_role[role_].append(entry)
    entries_ = {role: tuple(those) for role, those in by_role.items()}
    return Handwritten(task, entries_, roles, tuple(others), tuple(doubts), is_certain)


def _containers(entries: Iterable[ContainerEntry]) -> Iterator[Container]:
    return (container for entry in entries for container, _ in entry.containers if container)


def redirected(redirect: Mapping[str, Json] | None) -> Mapping[str, Json]:
    """The values of a ProxyConfiguration, by property."""
    listed = next((redirect[key] for key in _REDIRECT_LISTS if key in redirect), []) if redirect else []
    items = listed if isinstance(listed, list) else []
    named = ({key.lower(): value for key, value in item.items()} for item in items if isinstance(item, Mapping))
    return {str(item["name"]): item.get("value") for item in named if "name" in item}


def resource(envoy: Container) -> Json:
    """The value that tells the envoy its node or gateway; None if there is none."""
    order = ("APPMESH_RESOURCE_ARN", *sorted(ENVOY_VARIABLES - {"APPMESH_RESOURCE_ARN"}))
    return next((envoy.variables[name] for name in order if name in envoy.variables), None)


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """The mesh and name in an ARN or a short name."""

    mesh: Json
    name: Json
    is_gateway: bool


def names(value: Json) -> ResourceNames | None:
    """The mesh and name in a resource's text. None if they cannot be separated."""
    pieces = _pieces(value)
    if pieces is None:
        return None
    # Each intrinsic becomes a private-use character, which no name contains.
    text = "".join(piece if isinstance(piece, str) else chr(0xE000 + n) for n, piece in enumerate(pieces))
    match = _RESOURCE.fullmatch(text)
    if match is None:
        return None

    def value_of(part: str) -> Json:
        return joined(pieces[ord(c) - 0xE000] if 0xE000 <= ord(c) < 0xF8FF else c for c in part)

    return ResourceNames(value_of(match["mesh"]), value_of(match["name"]), match["kind"] == "virtualGateway")


def _pieces(value: Json) -> list[Json] | None:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return None
    argument = value.get(function(value) or "")
    if function(value) == "Fn::Sub":
        split = sub.pieces(argument)
        return None if split is None else [part.value if isinstance(part, Variable) else part for part in split]
    if function(value) == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
        delimiter, items = argument
        if not isinstance(items, list) or not isinstance(delimiter, str):
            return None
        spread: list[Json] = []
        for item in items:
            spread += ([delimiter] if spread and delimiter else []) + (_pieces(item) or [item])
        return spread
    return None
