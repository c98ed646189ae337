"""Facts: what a document says about the workloads in it, in words that every kind of document shares.

A target reads a document into these values; policy decides by them and never sees the document.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Leaf, Scope
from appmesh_inject.cfn.merge import Identities
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level

Wrap: TypeAlias = Callable[[Json, Mapping[str, bool]], Json]
"""Puts a value under the condition that `Enabled` names, given what the Fn::Ifs around it say already."""


class Workload(NamedTuple):
    """A task definition or pod that a document holds.

    path: where it stands. levels: the settings of its marks, lowest first; none: it is not marked. passed: why
    it is left alone although a mark is there, in words.
    """

    name: str
    path: Path
    levels: tuple[Level, ...]
    scope: Scope
    findings: tuple[Finding, ...] = ()
    passed: str = ""


class Found(NamedTuple):
    """The workloads of a document, and the settings that stand in it for all of them, lowest first."""

    workloads: tuple[Workload, ...]
    levels: tuple[Level, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope: Scope = NOTHING_KNOWN


class Container(NamedTuple):
    """One container definition. name, image: None where they are no literals; variables: its environment, by
    name, as written; conditions: what the Fn::Ifs around it in its list say."""

    definition: Mapping[str, Json]
    path: Path
    scope: Scope
    name: str | None
    image: str | None
    variables: Mapping[str, Json]
    has_memory: bool
    conditions: Mapping[str, bool] = NOTHING


class Runtime(NamedTuple):
    """How a container runs. user: None where it is no literal, empty where none is given. memory: MiB that it
    reserves, None where that is not known. waits_for: names of the containers that it depends on. is_compiled: it
    is an Envoy that carries its configuration. has_mounts: volumes are mounted in it. asks_by_curl: its health check
    calls curl."""

    user: str | None
    essential: bool
    memory: int | None
    has_health_check: bool
    waits_for: frozenset[str]
    routes_logs: bool
    is_compiled: bool = False
    has_mounts: bool = False
    asks_by_curl: bool = False


class Entry(NamedTuple):
    """One entry of a container list, with the containers that it can be (None: none, by AWS::NoValue), each
    with the conditions that it is under."""

    written: Json
    path: Path
    containers: tuple[tuple[Container | None, Mapping[str, bool]], ...]


class ContainerList(NamedTuple):
    """A list of containers; `path` leads to it, also where the document does not have it yet."""

    path: Path
    entries: tuple[Entry, ...] = ()


class Branch(NamedTuple):
    """What one chain of Fn::If branches around the containers leads to: the containers of one running task.

    lists: by place, `app` for the containers that run, `init` for those that run before. scope: what the
    chain assumes.
    """

    lists: Mapping[str, ContainerList]
    scope: Scope


class Port(NamedTuple):
    """A TCP port that a container maps. key: equal for equal ports. certain: it is there in every branch."""

    written: Json
    key: str
    path: Path
    certain: bool


class Task(NamedTuple):
    """What is around the containers, as far as decisions need it. Properties are given as their leaves; one
    absent leaf: it is not there.

    containers: the property that the branches were read from, as written. redirect: the ProxyConfiguration, as
    written.
    """

    path: Path
    containers: Json
    branches: tuple[Branch, ...]
    network: tuple[Leaf, ...] = ()
    launch_types: tuple[Leaf, ...] = ()
    memory: tuple[Leaf, ...] = ()
    redirect: Json = None
    redirect_path: Path = ()
    findings: tuple[Finding, ...] = ()


class Dialect(Protocol):
    """How one kind of document spells its containers."""

    @property
    def name(self) -> str:
        """Which of the columns of `forms.form` has its sidecars."""

    @property
    def identities(self) -> Identities:
        """What identifies the items of its lists, for the merge rule."""

    @property
    def name_key(self) -> str:
        """The member that has a container's name."""

    @property
    def image_key(self) -> str:
        """The member that has a container's image."""

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container: ...

    def runtime(self, container: Container) -> Runtime: ...

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and what stands in the way of knowing them."""

    def waiting(self, container: Container, name: Json, under: Wrap) -> Mapping[str, Json] | None:
        """The container definition with a dependency on the healthy container `name` added; the very same
        where it has one already; None where its dependencies cannot be read."""

    def with_dependencies_of(self, definition: Json, other: Json) -> Json:
        """The container `definition` with what `other` depends on."""
