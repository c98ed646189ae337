"""The facts about workloads that profiles decide by, in terms common to all kinds of document."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from appmesh_inject.cfn.document import NOTHING, Changes, Json, Path
from appmesh_inject.cfn.fragment_merge import Identities
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Leaf, Scope
from appmesh_inject.findings import Finding
from appmesh_inject.settings.layers import Level

UnderCondition: TypeAlias = Callable[[Json, Mapping[str, bool]], Json]
"""Puts a value under the condition in `Enabled`, given the outcomes that the Fn::Ifs around the value imply."""


class Workload(NamedTuple):
    """A task definition or pod in a document.

    properties: the path of the map that holds its containers. levels: the settings of its marks, lowest first; empty if
    it is not marked. passed: the reason, in words, if its mark says to leave it alone.
    """

    name: str
    path: Path
    properties: Path
    levels: tuple[Level, ...]
    scope: Scope
    findings: tuple[Finding, ...] = ()
    passed: str = ""

    @property
    def is_marked(self) -> bool:
        return bool(self.levels)


class Found(NamedTuple):
    """The workloads of a document. levels: settings that apply to all of them, lowest first."""

    workloads: tuple[Workload, ...]
    levels: tuple[Level, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope: Scope = NOTHING_KNOWN


class Container(NamedTuple):
    """One container definition, as written and as read.

    name, image: None if not literal. variables: its environment as written, by name. user: None if not literal, empty
    if not given. reserved, most_memory: MiB of its MemoryReservation and its Memory, 0 without one, None if not known.
    health_check: None if it may be absent. waits_for: names of the containers that it depends on. conditions: outcomes
    that the Fn::Ifs around it in its list imply. The defaults are those of a container in a pod.
    """

    definition: Mapping[str, Json]
    path: Path
    scope: Scope
    name: str | None
    image: str | None
    variables: Mapping[str, Json]
    user: str | None
    has_memory: bool = True
    essential: bool = True
    reserved: int | None = None
    most_memory: int | None = None
    health_check: Json = None
    waits_for: frozenset[str] = frozenset()
    routes_logs: bool = False
    command: Json = None
    has_mounts: bool = False
    conditions: Mapping[str, bool] = NOTHING


class ContainerEntry(NamedTuple):
    """One entry of a container list. containers: each container that it can be (None: it is AWS::NoValue), with the
    outcomes of conditions that lead to it."""

    written: Json
    path: Path
    containers: tuple[tuple[Container | None, Mapping[str, bool]], ...]


class ContainerList(NamedTuple):
    """A list of containers. path: where it is, or would be if the document does not have it."""

    path: Path
    entries: tuple[ContainerEntry, ...] = ()


class Branch(NamedTuple):
    """The containers of one choice of the Fn::If branches around them.

    lists: `app`, the containers that run, and in pods `init`, those that run before. scope: assumes that choice.
    """

    lists: Mapping[str, ContainerList]
    scope: Scope


class Port(NamedTuple):
    """A TCP port that a container maps. key: equal for equal ports. certain: mapped in every branch."""

    written: Json
    key: str
    path: Path
    certain: bool


class Task(NamedTuple):
    """The properties of a task that decisions need, each as its leaves; a missing one is a single absent leaf.

    path: of the properties. containers: the list of containers, as written. branches: the same list, as read.
    proxy_configuration: as written, None if absent.
    """

    path: Path
    containers: Json
    branches: tuple[Branch, ...]
    network: Sequence[Leaf] = ()
    launch_types: Sequence[Leaf] = ()
    memory: Sequence[Leaf] = ()
    proxy_configuration: Json = None
    proxy_configuration_path: Path = ()
    findings: tuple[Finding, ...] = ()


class ContainerReader(Protocol):
    """Reads the containers of one kind of document."""

    @property
    def identities(self) -> Identities:
        """The members that identify the items of its lists, for `cfn.fragment_merge`."""

    @property
    def name_key(self) -> str:
        """The member that holds a container's name."""

    @property
    def image_key(self) -> str:
        """The member that holds a container's image."""

    def container(self, definition: Mapping[str, Json], path: Path, scope: Scope) -> Container: ...

    def ports(self, container: Container, subject: str) -> tuple[tuple[Port, ...], tuple[Finding, ...]]:
        """The TCP ports that a container maps, and findings about mappings that cannot be read."""

    def waiting(self, container: Container, name: Json, under: UnderCondition) -> Changes | None:
        """The edits that make the container wait until container `name` is healthy; empty if it already does, None if
        its dependencies cannot be read."""


class DocumentKind(Protocol):
    """A kind of document that contains workloads: finds them, and reads the facts about one."""

    @property
    def name(self) -> str:
        """`cloudformation`, `ecs` or `pod`. Profiles choose what to add by it."""

    @property
    def containers(self) -> ContainerReader: ...

    @property
    def request(self) -> Level:
        """The settings given outside of the document."""

    def find(self, document: Json) -> Found: ...

    def task(self, document: Json, workload: Workload, scope: Scope) -> Task:
        """The facts about one workload, given the conditions that `scope` assumes."""
