"""ECS services as parts of the graph: how many tasks they run, what is in front of them, and, with Service Connect, the
endpoints and aliases that stand in the place of Envoys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import leaves
from appmesh_inject.cfn.references import references
from appmesh_inject.graph.graph_builder import GraphBuilder
from appmesh_inject.graph.input_files import RenderedFile
from appmesh_inject.graph.load_balancers import Forward, classic, forwards, properties_of
from appmesh_inject.graph.model import BoxLine, Cell, Meaning, PartKind, PartTable, Raw
from appmesh_inject.graph.resolved_values import Resolution
from appmesh_inject.graph.task_parts import TaskPart
from appmesh_inject.profiles.connecting.ecs_services import RunningService, running_services
from appmesh_inject.profiles.connecting.service_edits import MEMBER
from appmesh_inject.resource_types import SCALABLE_TARGET


@dataclass(frozen=True, slots=True)
class EcsPart:
    """An ECS service, an endpoint or a load balancer."""

    id: str
    file: RenderedFile
    logical_id: str
    lines: tuple[BoxLine, ...]
    facts: tuple[tuple[str, str], ...]
    raw: tuple[Raw, ...] = ()


@dataclass(frozen=True, slots=True)
class EcsParts:
    """Adds what runs tasks to the builder. parts: by id. sends: rows about what each load balancer does."""

    builder: GraphBuilder
    parts: dict[str, EcsPart] = field(default_factory=dict)
    sends: dict[str, list[tuple[Cell, ...]]] = field(default_factory=dict)

    def connect(self, owner: str | None, task: TaskPart) -> None:
        """Adds the way from the node or gateway to the task that runs it, and what is in front of it."""
        found = running_services(task.file.resources, task.task.workload.name, task.file.resolution.scope)
        if not found and owner is not None:
            self.builder.connect(owner, task.id, Meaning.RUNS)
        for running in found:
            service = self._service(task.file, running)
            self.builder.connect(service, task.id, Meaning.RUNS)
            endpoints = list(self._endpoints(task.file, running))
            for endpoint in endpoints:
                self.builder.connect(endpoint, service, Meaning.RUNS)
            if owner is not None:
                for each in endpoints or [service]:
                    self.builder.connect(owner, each, Meaning.RUNS)
            for forward in _fronts(task.file, running):
                balancer, target = self._balancer(task.file, forward), owner or service
                self.builder.connect(balancer, target, Meaning.CALLS, forward.label, forward.share)
                share = "" if forward.share is None else f"{round(100 * forward.share)}%"
                row = (forward.label, self.builder.link(target), share)
                if row not in self.sends.setdefault(balancer, []):
                    self.sends[balancer].append(row)

    def sections(self, part: EcsPart) -> Iterator[PartTable]:
        builder = self.builder
        related: list[tuple[Cell, ...]] = [
            ("Endpoint" if builder.kinds[source] is PartKind.ENDPOINT else "Represents", builder.link(source))
            for source in builder.sources(part.id, Meaning.RUNS)
        ]
        related += (
            ("Runs" if builder.kinds[target] is PartKind.TASK else "Served by", builder.link(target))
            for target in builder.targets(part.id, Meaning.RUNS)
        )
        yield PartTable("", (*related, *((name, value) for name, value in part.facts if value)))
        yield PartTable("Sends", tuple(self.sends.get(part.id, ())), ("Listener", "To", "Share"))

    def _service(self, file: RenderedFile, running: RunningService) -> str:
        resolution, properties = file.resolution, running.properties
        name = resolution.text(properties.get("ServiceName")) or running.logical_id
        service = self.builder.add((PartKind.ECS_SERVICE, file.name, running.logical_id), name)
        if service not in self.parts:
            count = _count(file.resources, running, resolution)
            facts = (
                ("Tasks", count),
                ("Cluster", _named(file, properties.get("Cluster"), "ClusterName")),
                ("Launch type", resolution.text(properties.get("LaunchType"))),
                ("Logical ID", running.logical_id),
                ("File", file.name),
            )
            configuration = properties.get(MEMBER)
            raw = (Raw("ServiceConnectConfiguration", resolution.of(configuration)),) if configuration else ()
            client = [BoxLine(f"in namespace {it}", _is_added(file, running)) for it in _namespaces(file, running)]
            self.parts[service] = EcsPart(service, file, running.logical_id, (BoxLine(count), *client), facts, raw)
        return service

    def _endpoints(self, file: RenderedFile, running: RunningService) -> Iterator[str]:
        resolution = file.resolution
        for configuration in _configurations(file, running):
            namespace = _namespace(file, configuration)
            services = configuration.get("Services")
            for entry in services if isinstance(services, list) else ():
                if not isinstance(entry, dict):
                    continue
                port_name = resolution.text(entry.get("PortName"))
                name = resolution.text(entry.get("DiscoveryName")) or port_name
                part = self.builder.add((PartKind.ENDPOINT, namespace, name), name)
                aliases = list(_aliases(entry, resolution))
                facts = (
                    ("Alias", ", ".join(aliases)),
                    ("Port name", port_name),
                    ("Namespace", namespace),
                    ("Timeout", _timeout(entry.get("Timeout"), resolution)),
                    ("TLS", "yes" if "Tls" in entry else ""),
                    ("File", file.name),
                )
                lines = tuple(BoxLine(alias, _is_added(file, running)) for alias in aliases)
                raw = (Raw("Service of the ServiceConnectConfiguration", resolution.of(entry)),)
                self.parts[part] = EcsPart(part, file, "", lines, facts, raw)
                yield part

    def _balancer(self, file: RenderedFile, forward: Forward) -> str:
        if forward.balancer is None:
            return self.builder.missing(PartKind.BALANCER, "", forward.named, forward.named)
        resolution, properties = file.resolution, properties_of(file.resources, forward.balancer)
        name = resolution.text(properties.get("Name", properties.get("LoadBalancerName"))) or forward.balancer
        part = self.builder.add((PartKind.BALANCER, file.name, forward.balancer), name)
        facts = (
            ("Type", resolution.text(properties.get("Type"))),
            ("Scheme", resolution.text(properties.get("Scheme"))),
            ("Logical ID", forward.balancer),
            ("File", file.name),
        )
        scheme = resolution.text(properties.get("Scheme", "internet-facing"))
        self.parts[part] = EcsPart(part, file, forward.balancer, (BoxLine(scheme),), facts)
        return part


def _count(resources: Mapping[str, Json], running: RunningService, resolution: Resolution) -> str:
    """How many tasks a service runs, in words. CloudFormation's default of DesiredCount is 1."""
    for name, resource in resources.items():
        if isinstance(resource, dict) and resource.get("Type") == SCALABLE_TARGET:
            target = properties_of(resources, name)
            if running.logical_id in references(target.get("ResourceId")):
                least, most = (resolution.text(target.get(key)) for key in ("MinCapacity", "MaxCapacity"))
                return f"{least} to {most} tasks"
    if resolution.text(running.properties.get("SchedulingStrategy")) == "DAEMON":
        return "a task on each instance"
    count = resolution.text(running.properties.get("DesiredCount")) or "1"
    return f"{count} task{'' if count == '1' else 's'}"


def _fronts(file: RenderedFile, running: RunningService) -> Iterator[Forward]:
    listed = running.properties.get("LoadBalancers")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and "TargetGroupArn" in entry:
            yield from forwards(file.resources, entry["TargetGroupArn"], file.resolution)
        elif isinstance(entry, dict) and "LoadBalancerName" in entry:
            yield classic(file.resources, entry["LoadBalancerName"], file.resolution)


def _configurations(file: RenderedFile, running: RunningService) -> Iterator[Mapping[str, Json]]:
    """The configurations of Service Connect that are not switched off, in any branch."""
    for leaf in leaves(running.properties.get(MEMBER), file.resolution.scope):
        written = leaf.written
        if isinstance(written, dict) and str(written.get("Enabled", True)).lower() != "false" and "Enabled" in written:
            yield written


def _is_added(file: RenderedFile, running: RunningService) -> bool:
    """Whether the injection adds the configuration of Service Connect. In a converted template it is there already."""
    written = properties_of(file.resolution.scope.resources, running.logical_id)
    return written.get(MEMBER) != running.properties.get(MEMBER)


def _namespaces(file: RenderedFile, running: RunningService) -> list[str]:
    return list(dict.fromkeys(_namespace(file, it) for it in _configurations(file, running)))


def _namespace(file: RenderedFile, configuration: Mapping[str, Json]) -> str:
    return _named(file, configuration.get("Namespace"), "Name")


def _named(file: RenderedFile, value: Json, name: str) -> str:
    """The name of the resource that `value` refers to, if its property `name` says it, else the value itself."""
    found = next((it for it in references(value) if name in properties_of(file.resources, it)), None)
    return file.resolution.text(value if found is None else properties_of(file.resources, found)[name])


def _aliases(entry: Mapping[str, Json], resolution: Resolution) -> Iterator[str]:
    listed = entry.get("ClientAliases")
    for alias in listed if isinstance(listed, list) else ():
        if isinstance(alias, dict):
            name = resolution.text(alias.get("DnsName")) or resolution.text(entry.get("DiscoveryName"))
            yield f"{name}:{resolution.text(alias.get('Port'))}"


def _timeout(value: Json, resolution: Resolution) -> str:
    members = {"PerRequestTimeoutSeconds": "a request", "IdleTimeoutSeconds": "idle"}
    if not isinstance(value, dict):
        return ""
    return ", ".join(f"{resolution.text(value[key])}s {word}" for key, word in members.items() if key in value)
