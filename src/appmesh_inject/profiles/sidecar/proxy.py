"""Finds the proxy among the containers of a task, for the macro, `adopt` and `remove`.

A container is the proxy if the redirect names it; else by its image; else by its name together with a variable of App
Mesh's image. A variable alone proves nothing, since an app may read it to know its own node.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Literal, Scope, leaves
from appmesh_inject.profiles.sidecar.image_names import APP_MESH_ENVOY_IMAGE, APP_MESH_PROXY_INIT_IMAGE
from appmesh_inject.workloads.model import Container, ContainerEntry, ContainerReader

ENVOY_VARIABLES = frozenset(
    {"APPMESH_VIRTUAL_NODE_NAME", "APPMESH_VIRTUAL_GATEWAY_NAME", "APPMESH_RESOURCE_ARN", "APPMESH_RESOURCE_NAME"}
)
PROXY_INIT_VARIABLES = frozenset({"APPMESH_START_ENABLED"})

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

    def sign(container: Container) -> int | None:
        if redirects and _name(container, reader) in redirects:
            return _BY_REDIRECT
        if _has_image(container, APP_MESH_ENVOY_IMAGE, reader):
            return _BY_IMAGE
        if ENVOY_VARIABLES.isdisjoint(container.variables):
            return None
        if container.name is not None and container.name in names:
            return _BY_NAME
        return _BY_LIKENESS if _is_called_envoy(container, reader) else _BY_VARIABLE

    return _by_sign(entries, sign)


def proxy_inits(entries: Iterable[ContainerEntry], names: Collection[Json], reader: ContainerReader) -> Proxies:
    """The proxyinit containers among the entries: by name, by image, or by a variable together with NET_ADMIN."""

    def sign(container: Container) -> int | None:
        if (container.name is not None and container.name in names) or _has_image(
            container, APP_MESH_PROXY_INIT_IMAGE, reader
        ):
            return _BY_IMAGE
        if PROXY_INIT_VARIABLES.isdisjoint(container.variables):
            return None
        return _BY_IMAGE if "NET_ADMIN" in json.dumps(container.definition) else _BY_VARIABLE

    return _by_sign(entries, sign)


def redirected_to(redirect: Json, scope: Scope) -> Sequence[Json]:
    """The names of containers in a ProxyConfiguration: as text if known, else as written."""
    return list(_redirected_to(redirect, scope)) if redirect is not None else ()


def variable(container: Container) -> str:
    """The variable that makes a container look like a proxy."""
    return next(name for name in container.variables if name in ENVOY_VARIABLES | PROXY_INIT_VARIABLES)


def _redirected_to(redirect: Json, scope: Scope) -> Iterator[Json]:
    for leaf in leaves(redirect, scope):
        if isinstance(leaf.written, Mapping):
            name = leaf.written.get("ContainerName", leaf.written.get("containerName"))
            for name_leaf in leaves(name, leaf.scope) if name is not None else ():
                reading = name_leaf.reading
                yield reading.value if isinstance(reading, Literal) else name_leaf.written


def _by_sign(entries: Iterable[ContainerEntry], sign: Callable[[Container], int | None]) -> Proxies:
    """The containers with the surest sign that any has."""
    signed: list[list[tuple[Container, int]]] = []
    for entry in entries:
        signs = [(container, sign(container)) for container, _ in entry.containers if container]
        signed.append([(container, found) for container, found in signs if found is not None])
    surest = min((found for alternatives in signed for _, found in alternatives), default=_BY_VARIABLE)
    containers: set[Path] = set()
    if surest != _BY_VARIABLE:
        for alternatives in signed:
            if any(found == surest for _, found in alternatives):
                containers |= {container.path for container, _ in alternatives}
    others = tuple(
        container for alternatives in signed for container, _ in alternatives if container.path not in containers
    )
    return Proxies(frozenset(containers), surest <= _BY_IMAGE, others)


def _name(container: Container, reader: ContainerReader) -> Json:
    return container.definition.get(reader.name_key) if container.name is None else container.name


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
