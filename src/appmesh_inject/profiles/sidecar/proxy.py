"""Which containers of a task are its proxy, and which may be: one rule for the macro, `adopt` and `remove`.

A container is the proxy if the redirect names it, else by its image, else by its name and a variable of App Mesh's
image together. A variable alone tells nothing: an application may read it to know which node it is.
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
"""What tells that a container is the proxy, the surest sign first. The last one alone does not."""


class Proxies(NamedTuple):
    """containers: the paths of those that are the proxy, and of their alternatives in an Fn::If. is_certain: the
    redirect or App Mesh's image says so. others: those that have a variable of the proxy, and are none."""

    containers: frozenset[Path] = frozenset()
    is_certain: bool = True
    others: tuple[Container, ...] = ()

    @property
    def in_doubt(self) -> tuple[Container, ...]:
        """The containers that may be the proxy, by a variable alone, where there is no other."""
        return () if self.containers else self.others


def envoys(
    entries: Iterable[ContainerEntry], names: Collection[Json], redirects: Collection[Json], reader: ContainerReader
) -> Proxies:
    """The envoys among the entries. names: what an envoy is called here; redirects: whom the redirect names."""

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

    return _found(entries, sign)


def proxy_inits(entries: Iterable[ContainerEntry], names: Collection[Json], reader: ContainerReader) -> Proxies:
    """The proxyinit containers among the entries: by name, by image, or by a variable and the right to set rules."""

    def sign(container: Container) -> int | None:
        if (container.name is not None and container.name in names) or _has_image(
            container, APP_MESH_PROXY_INIT_IMAGE, reader
        ):
            return _BY_IMAGE
        if PROXY_INIT_VARIABLES.isdisjoint(container.variables):
            return None
        return _BY_IMAGE if "NET_ADMIN" in json.dumps(container.definition) else _BY_VARIABLE

    return _found(entries, sign)


def redirected_to(redirect: Json, scope: Scope) -> Sequence[Json]:
    """The containers that a ProxyConfiguration names: as texts where they are known, else as they are written."""
    return list(_redirected_to(redirect, scope)) if redirect is not None else ()


def variable(container: Container) -> str:
    """The variable that makes a container look like a proxy."""
    return next(name for name in container.variables if name in ENVOY_VARIABLES | PROXY_INIT_VARIABLES)


def _redirected_to(redirect: Json, scope: Scope) -> Iterator[Json]:
    for leaf in leaves(redirect, scope):
        if isinstance(leaf.written, Mapping):
            name = leaf.written.get("ContainerName", leaf.written.get("containerName"))
            for each in leaves(name, leaf.scope) if name is not None else ():
                yield each.reading.value if isinstance(each.reading, Literal) else each.written


def _found(entries: Iterable[ContainerEntry], sign: Callable[[Container], int | None]) -> Proxies:
    signs = [[(each, sign(each)) for each, _ in entry.containers if each] for entry in entries]
    best = min((found for listed in signs for _, found in listed if found is not None), default=_BY_VARIABLE)
    containers: set[Path] = set()
    if best != _BY_VARIABLE:
        for listed in signs:
            if any(found == best for _, found in listed):
                containers |= {each.path for each, found in listed if found is not None}
    others = tuple(
        each for listed in signs for each, found in listed if found is not None and each.path not in containers
    )
    return Proxies(frozenset(containers), best <= _BY_IMAGE, others)


def _name(container: Container, reader: ContainerReader) -> Json:
    return container.definition.get(reader.name_key) if container.name is None else container.name


def _has_image(container: Container, part: str, reader: ContainerReader) -> bool:
    if container.image is not None and part in container.image:
        return True
    written = container.definition.get(reader.image_key)
    return isinstance(written, dict) and part in json.dumps(written)


def _is_called_envoy(container: Container, reader: ContainerReader) -> bool:
    """Whether a container's name, its image, or the parameter that has its image calls it an envoy."""
    repository = (container.image or "").rpartition("/")[2].partition("@")[0].partition(":")[0]
    if any(_CALLED_ENVOY.fullmatch(name) for name in (container.name or "", repository)):
        return True
    written = container.definition.get(reader.image_key)
    return isinstance(written, dict) and "envoy" in json.dumps(written).lower()
