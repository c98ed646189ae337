"""Facts: what a document says about the workloads in it, in words that every kind of document shares.

A kind of document reads itself into these values; profiles decide by them.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from appmesh_inject.cfn.document import NOTHING, Changes, Json, Path
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Leaf, Scope
from appmesh_inject.cfn.merge import Identities
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level

UnderCondition: TypeAlias = Callable[[Json, Mapping[str, bool]], Json]
"""Puts a value under the condition that `Enabled` names, given what the Fn::Ifs around it say already."""


class Workload(NamedTuple):
    """A task definition or pod in a document.

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
    """The workloads of a document, and the settings in it that hold for all of them, lowest first."""

    workloads: tuple[Workload, ...]
    levels: tuple[Level, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope: Scope = NOTHING_KNOWN


class Container(NamedTuple):
    """One container definition, as it is written and as it runs.

    name, image: None where they are no literals. variables: its environment, by name, as written. user: None where it
    is no literal, empty where none is given. memory: MiB that it reserves, None where that is not known. health_check:
    None where it may be absent. waits_for: names of the containers that it depends on. conditions: what the Fn::Ifs
    around it in its list say.
    """

    definition: Mapping[str, Json]
    path: Path
    scope: Scope
    name: str | None
    image: str | None
    variables: Mapping[str, Json]
    has_memory: bool
    user: str | None
    essential: bool
    memory: int | None
    health_check: Json
    waits_for: frozenset[str]
    routes_logs: bool
    command: Json
    has_mounts: bool
    conditions: Mapping[str, bool] = NOTHING


class ContainerEntry(NamedTuple):
    """One entry of a container list, with the containers that it can be (None: none, by AWS::NoValue), each
    with the conditions that it is under."""

    written: Json
    path: Path
    containers: tuple[tuple[Container | None, Mapping[str, bool]], ...]


class ContainerList(NamedTuple):
    """A list of containers; `path` leads to it, also where the document does not have it yet."""

    path: Path
    entries: tuple[ContainerEntry, ...] = ()


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

    containers: the property that the branches were read from, as written. proxy_configuration: as written.
    """

    path: Path
    containers: Json
    branches: tuple[Branch, ...]
    network: tuple[Leaf, ...] = ()
    launch_types: tuple[Leaf, ...] = ()
    memory: tuple[Leaf, ...] = ()
    proxy_configuration: Json = None
    proxy_configuration_path: Path = ()
    findings: tuple[Finding, ...] = ()


class ContainerReader(Protocol):
    """How one kind of document spells its containers."""

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

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and what stands in the way of knowing them."""

    def waiting(self, container: Container, name: Json, under: UnderCondition) -> Changes | None:
        """The edits that make the container wait for the healthy container `name`; none where it does already; None
        where its dependencies cannot be read."""


class DocumentKind(Protocol):
    """A kind of document that holds workloads: finds them, and reads the facts of one."""

    @property
    def name(self) -> str:
        """`cloudformation`, `ecs` or `pod`: a profile says by it what it adds."""

    @property
    def containers(self) -> ContainerReader: ...

    @property
    def request(self) -> Level:
        """What was asked for outside of the document."""

    def find(self, document: Json) -> Found: ...

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts of one workload, under what `scope` assumes."""

    def properties_path(self, document: Json, workload: Workload) -> Path:
        """Where the map stands that has the workload's containers."""

    def decisive(self, document: Json, workload: Workload, telling_images: Collection[str]) -> Json:
        """What a plan for the workload depends on, where its containers are one list without Fn::If; None elsewhere."""
