"""The sidecars that somebody wrote by hand into a task definition, and what they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from appmesh_inject.cfn import sub
from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.interpolation import joined
from appmesh_inject.cfn.intrinsics import function, if_, is_no_value
from appmesh_inject.cfn.sub import Variable
from appmesh_inject.profiles.sidecar.containers import (
    ENVOY,
    ENVOY_VARIABLES,
    PROXY_INIT,
    PROXY_INIT_VARIABLES,
    X_RAY_DAEMON,
)
from appmesh_inject.workloads.model import Container, ContainerEntry, Task

_ENVOY_IMAGE, _X_RAY_IMAGE = "appmesh-envoy", "aws-xray-daemon"
_RESOURCE = re.compile(r".*?mesh/(?P<mesh>[^/]+)/(?P<kind>virtualNode|virtualGateway)/(?P<name>[^/]+)", re.DOTALL)
_REDIRECT_LISTS = ("ProxyConfigurationProperties", "properties")


@dataclass(frozen=True, slots=True)
class Handwritten:
    """The sidecars among a task's containers, by role, and its redirect. Each has one entry, or several that are
    such a sidecar, or none."""

    task: Task
    entries: Mapping[str, tuple[ContainerEntry, ...]]
    signs: "_Signs"

    def container(self, role: str) -> Container | None:
        """The one container of a role, if it is there whenever the envoy is, and at no other time."""
        container = self._alone(role)
        return container if container and self._condition(role) == self.enabled else None

    @property
    def envoy(self) -> Container:
        """The envoy, where `container` knows one."""
        envoy = self.container(ENVOY)
        assert envoy is not None
        return envoy

    @property
    def enabled(self) -> Json:
        """When there are sidecars, as the setting `Enabled` says it; True: always."""
        return self._condition(ENVOY if self.entries[ENVOY] else PROXY_INIT)

    @property
    def redirect(self) -> Mapping[str, Json] | None:
        """The redirect, if it is there whenever the envoy is."""
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
    """What stands in `value` where `enabled` holds, and nothing where it does not; None where it is not so."""
    if enabled is True:
        return value
    found = _optional(value)
    return found[1] if found and found[0] == enabled else None


def _optional(value: Json) -> tuple[Json, Json] | None:
    """The condition of a value that is AWS::NoValue otherwise, as the setting `Enabled` has it, and that value."""
    arguments = value.get("Fn::If") if isinstance(value, dict) and function(value) == "Fn::If" else None
    if not isinstance(arguments, list) or len(arguments) != 3 or not isinstance(arguments[0], str):
        return None
    condition, then, otherwise = arguments
    if is_no_value(otherwise):
        return if_(condition, True, False), then
    return (if_(condition, False, True), otherwise) if is_no_value(then) else None


def handwritten(task: Task) -> Handwritten:
    """The sidecars of a task or pod, in all branches of its containers. An envoy is known by a variable that only
    App Mesh's has, by its image, or by the redirect that names it; beside proxyinit, by its name. Another envoy is
    none of ours."""
    entries = [entry for branch in task.branches for each in branch.lists.values() for entry in each.entries]
    optional = _optional(task.proxy_configuration)
    redirect = optional[1] if optional else task.proxy_configuration
    redirect = redirect if isinstance(redirect, dict) else {}
    named = redirect.get("ContainerName", redirect.get("containerName"))

    found: dict[str, list[ContainerEntry]] = {ENVOY: [], PROXY_INIT: [], X_RAY_DAEMON: []}
    signs = _Signs(named, any(_is_proxy_init(each) for entry in entries for each, _ in entry.containers if each))
    for entry in entries:
        roles = [signs.role(container) for container, _ in entry.containers if container]
        if role := next(filter(None, roles), None):
            found[role].append(entry)
    return Handwritten(task, {role: tuple(those) for role, those in found.items()}, signs)


@dataclass(frozen=True, slots=True)
class _Signs:
    """What tells sidecars in one task: the name that its redirect has, and whether there is a proxyinit."""

    redirect: Json
    has_proxy_init: bool

    def role(self, container: Container) -> str | None:
        """Which sidecar a container is."""
        if _is_proxy_init(container):
            return PROXY_INIT
        image = container.image or ""
        if _X_RAY_IMAGE in image:
            return X_RAY_DAEMON
        by_name = container.name is not None and container.name == (ENVOY if self.has_proxy_init else self.redirect)
        has_variable = not ENVOY_VARIABLES.isdisjoint(container.variables)
        return ENVOY if by_name or has_variable or _ENVOY_IMAGE in image else None


def _is_proxy_init(container: Container) -> bool:
    return container.name == PROXY_INIT or not PROXY_INIT_VARIABLES.isdisjoint(container.variables)


def redirected(redirect: Mapping[str, Json] | None) -> Mapping[str, Json]:
    """What a ProxyConfiguration says, by property."""
    listed = next((redirect[key] for key in _REDIRECT_LISTS if key in redirect), []) if redirect else []
    items = listed if isinstance(listed, list) else []
    named = ({key.lower(): value for key, value in item.items()} for item in items if isinstance(item, Mapping))
    return {str(item["name"]): item.get("value") for item in named if "name" in item}


def resource(envoy: Container) -> Json:
    """The value that says which node or gateway an envoy is; None where none does."""
    order = ("APPMESH_RESOURCE_ARN", *sorted(ENVOY_VARIABLES - {"APPMESH_RESOURCE_ARN"}))
    return next((envoy.variables[name] for name in order if name in envoy.variables), None)


@dataclass(frozen=True, slots=True)
class Names:
    """What an ARN or a short name of a node or gateway consists of."""

    mesh: Json
    name: Json
    is_gateway: bool


def names(value: Json) -> Names | None:
    """The names in a resource's text, whatever it was put together with; None where they cannot be told apart."""
    pieces = _pieces(value)
    if pieces is None:
        return None
    # Each intrinsic stands as one character that no name has.
    text = "".join(piece if isinstance(piece, str) else chr(0xE000 + n) for n, piece in enumerate(pieces))
    match = _RESOURCE.fullmatch(text)
    if match is None:
        return None

    def value_of(part: str) -> Json:
        return joined(pieces[ord(c) - 0xE000] if 0xE000 <= ord(c) < 0xF8FF else c for c in part)

    return Names(value_of(match["mesh"]), value_of(match["name"]), match["kind"] == "virtualGateway")


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
