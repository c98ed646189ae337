"""Finds the proxy among the containers of a task, for the macro, `adopt` and `remove`.

A container is the proxy if the redirect names it; else by its image; else by its name together with a variable of App
Mesh's image. A variable alone proves nothing, since an app may read it to know its own node.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Literal, Scope, leaves
from appmesh_inject.profiles.sidecar.image_names import APP_MESH_ENVOY_IMAGE, APP_MESH_PROXY_INIT_IMAGE
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerReader

ENVOY_VARIABLES = frozenset(
    {"APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN", "APPMESH_RESOURCE_NAME"}
)
PROXY_INIT_VARIABLES = frozenset({"APPMESH_START_ENABLED"})

TELLING_VARIABLES = ENVOY_VARIABLES | PROXY_INIT_VARIABLES
"""The variables of app containers that plans depend on, by name."""

_CALLED_ENVOY = re.compile(r"(?:.*[-_.])?envoy(?:[-_]?proxy)?|proxy", re.IGNORECASE | re.DOTALL)

_BY_REDIRECT, _BY_IMAGE, _BY_NAME, _BY_LIKENESS, _BY_VARIABLE = range(5)
"""The signs that a container is the proxy, surest first. The last one alone is not enough."""


class Proxies(NamedTuple):
    """The containers that are the proxy, and others that may be.

    containers: paths of the proxy, and of its alternatives in an Fn::If. is_certain: the redirect or App Mesh's image
    shows that it is the proxy. others: further containers with a variable of the proxy.
    """

    containers: frozenset[Path] = frozenset()
    is_certain: bool = True
    others: tuple[Container, ...] = ()

    @property
    def in_doubt(self) -> tuple[Container, ...]:
        """The containers that may be the proxy, by a variable alone, if nothing is the proxy for certain."""
        return () if self.containers else self.others


def envoys(
    entries: Iterable[ContainerEntry], names: Collection[Json], redirects: Collection[Json], reader: ContainerReader
) -> Proxies:
    """The envoys among the entries. names: of an envoy here. redirects: names of containers that the redirect has."""
    return _surest([(entry, each, _envoy_sign(each, names, redirects, reader)) for entry, each in _all(entries)])


def proxy_inits(entries: Iterable[ContainerEntry], names: Collection[Json], reader: ContainerReader) -> Proxies:
    """The proxyinit containers among the entries: by name, by image, or by a variable together with NET_ADMIN."""
    return _surest([(entry, each, _proxy_init_sign(each, names, reader)) for entry, each in _all(entries)])


def _all(entries: Iterable[ContainerEntry]) -> list[tuple[ContainerEntry, Container]]:
    return [(entry, container) for entry in entries for container, _ in entry.containers if container]


def _envoy_sign(
    container: Container, names: Collection[Json], redirects: Collection[Json], reader: ContainerReader
) -> int | None:
    name = container.definition.get(reader.name_key) if container.name is None else container.name
    if redirects and name in redirects:
        return _BY_REDIRECT
    if _has_image(container, APP_MESH_ENVOY_IMAGE, reader):
        return _BY_IMAGE
    if ENVOY_VARIABLES.isdisjoint(container.variables):
        return None
    if container.name is not None and container.name in names:
        return _BY_NAME
    return _BY_LIKENESS if _is_called_envoy(container, reader) else _BY_VARIABLE


def _proxy_init_sign(container: Container, names: Collection[Json], reader: ContainerReader) -> int | None:
    if container.name is not None and container.name in names:
        return _BY_IMAGE
    if _has_image(container, APP_MESH_PROXY_INIT_IMAGE, reader):
        return _BY_IMAGE
    if PROXY_INIT_VARIABLES.isdisjoint(container.variables):
        return None
    return _BY_IMAGE if "NET_ADMIN" in json.dumps(container.definition) else _BY_VARIABLE


def redirected_to(redirect: Json, scope: Scope) -> Sequence[Json]:
    """The names of containers in a ProxyConfiguration: as text if known, else as written."""
    names: list[Json] = []
    for leaf in leaves(redirect, scope):
        written = leaf.written if isinstance(leaf.written, dict) else {}
        name = written.get("ContainerName", written.get("containerName"))
        found = leaves(name, leaf.scope) if name is not None else ()
        names += [each.reading.value if isinstance(each.reading, Literal) else each.written for each in found]
    return names


def variable(container: Container) -> str:
    """The variable that makes a container look like a proxy."""
    return next(name for name in container.variables if name in TELLING_VARIABLES)


def _surest(signs: Iterable[tuple[ContainerEntry, Container, int | None]]) -> Proxies:
    """The containers with the surest sign that any has, and their alternatives. signs: None for no sign."""
    signed = [(entry, container, sign) for entry, container, sign in signs if sign is not None]
    surest = min([sign for _, _, sign in signed], default=_BY_VARIABLE)
    if surest == _BY_VARIABLE:
        return Proxies(is_certain=False, others=tuple(container for _, container, _ in signed))
    entries = {entry.path for entry, _, sign in signed if sign == surest}
    return Proxies(
        frozenset(container.path for entry, container, _ in signed if entry.path in entries),
        surest <= _BY_IMAGE,
        tuple(container for entry, container, _ in signed if entry.path not in entries),
    )


def _has_image(container: Container, part: str, reader: ContainerReader) -> bool:
    if container.image is not None and part in container.image:
        return True
    written = container.definition.get(reader.image_key)
    return isinstance(written, dict) and part in json.dumps(written)


def _is_called_envoy(container: Container, reader: ContainerReader) -> bool:
    """Whether a container's name, its image, or the parameter with its image says that it is an envoy."""
    repository = (container.image or "").rpartition("/")[2].partition("@")[0].partition(":")[0]
    if any(_CALLED_ENVOY.fullmatch(name) for name in (container.name or "", repository)):
        return True
    written = container.definition.get(reader.image_key)
    return isinstance(written, dict) and "envoy" in json.dumps(written).lower()
