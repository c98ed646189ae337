"""Builds the ServiceConnectConfiguration of one task, merges the user's fragments over it, and checks the result."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Edit, Json, shown
from appmesh_inject.cfn.fragment_merge import Identities, merged
from appmesh_inject.cfn.intrinsics import known
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.connecting import lost_features, service_names, tls
from appmesh_inject.profiles.connecting.endpoints import Endpoint
from appmesh_inject.profiles.connecting.mesh_task import MeshTask
from appmesh_inject.profiles.connecting.named_port_mappings import as_number, mapped_ports, named_ports
from appmesh_inject.profiles.connecting.namespaces import Namespace
from appmesh_inject.profiles.connecting.port_mappings import containers, port_names
from appmesh_inject.profiles.connecting.schema import LIMIT
from appmesh_inject.profiles.connecting.timeouts import timeouts
from appmesh_inject.profiles.connecting.validation import broken

IDENTITIES: Identities = {"Services": (("DiscoveryName", None),)}
"""Entries of the fragment merge by their discovery name; their aliases replace, since there is exactly one."""


class Entry(NamedTuple):
    """An endpoint, with the names of its entry in the configuration."""

    endpoint: Endpoint
    discovery_name: Json
    alias: Json


class Configured(NamedTuple):
    """The configuration of one task. value: None for a task that takes no part. changes: to the task definition.
    encrypted: the keys of the listeners' ports all of whose entries have Tls."""

    task: MeshTask
    namespace: Namespace
    value: Mapping[str, Json] | None
    entries: Sequence[Entry]
    changes: Sequence[Edit]
    findings: Sequence[Finding]
    encrypted: frozenset[str]


def configured(
    task: MeshTask, endpoints: Sequence[Endpoint], namespace: Namespace, template: Json, *, has_standalone_caller: bool
) -> Configured:
    """endpoints: those that lead to the task's node. template: with the sidecars out."""
    return _Configuration(task, endpoints, namespace, template).configured(has_standalone_caller)


class _Configuration:
    def __init__(self, task: MeshTask, endpoints: Sequence[Endpoint], namespace: Namespace, template: Json) -> None:
        self.task = task
        self.endpoints = endpoints
        self.namespace = namespace
        self.properties, self.path = task.properties(template)
        self.fragments = task.context.settings.service_connect
        self.findings: list[Finding] = []

    def configured(self, has_standalone_caller: bool) -> Configured:
        task = self.task
        listeners = list({each.listener.port.key: each.listener for each in self.endpoints}.values())
        ports = named_ports(self.properties, self.path, task.scope, task.names, listeners)
        self.findings += (problem.finding(task.name) for problem in ports.problems)
        takes_part = bool(self.endpoints or task.node.backends)
        self.findings += self.namespace.findings if takes_part else ()
        entries = [self._entry(number, each) for number, each in enumerate(self.endpoints, 1)]
        value = None
        encrypted: frozenset[str] = frozenset()
        if takes_part:
            named = [(entry, ports.names.get(entry.endpoint.listener.port.key)) for entry in entries]
            value = self._merged([self._service(entry, name) for entry, name in named if name is not None])
            encrypted = frozenset(_encrypted(value, [(entry, str(name)) for entry, name in named]))
            if not any(finding.is_error for finding in self.findings):
                protocols = {**port_names(self.properties, task.scope), **ports.protocols}
                self.findings += self._limits(value, protocols)
        self.findings += tls.of_listeners(task.node, encrypted, has_standalone_caller=has_standalone_caller)
        checks = any("HealthCheck" in each.written for each in containers(self.properties, task.scope))
        self.findings += lost_features.of_node(task.node, has_health_check=checks)
        self.findings += self._other_ports()
        return Configured(task, self.namespace, value, entries, ports.changes, self.findings, encrypted)

    def _entry(self, number: int, endpoint: Endpoint) -> Entry:
        discovery = service_names.discovery_name(endpoint.node, number, is_ours=self.namespace.is_ours)
        alias = service_names.alias(endpoint.service)
        self.findings += (*(discovery.findings if number == 1 else ()), *alias.findings)
        return Entry(endpoint, discovery.written, alias.written)

    def _service(self, entry: Entry, port_name: Json) -> Json:
        found = timeouts(entry.endpoint, self.task.model.names)
        self.findings += found.findings
        return {
            "PortName": port_name,
            "DiscoveryName": entry.discovery_name,
            "ClientAliases": [{"Port": as_number(entry.endpoint.port.written), "DnsName": entry.alias}],
            **({"Timeout": found.members} if found.members else {}),
        }

    def _merged(self, services: Sequence[Json]) -> Mapping[str, Json]:
        value: dict[str, Json] = {"Enabled": True, "Namespace": self.namespace.written}
        if services:
            value["Services"] = list(services)
        value |= self._logs()
        for fragment in self.fragments:
            value = merged(value, fragment, IDENTITIES)
        return value

    def _logs(self) -> Mapping[str, Json]:
        """The logs of the proxy, without those that the fragments say: they replace the sidecar's log as a whole."""
        settings = self.task.context.settings
        own = [it["LogConfiguration"] for it in settings.service_connect if "LogConfiguration" in it]
        of_sidecar = [it["LogConfiguration"] for it in settings.envoy if "LogConfiguration" in it]
        log = (own or of_sidecar or [self.task.log])[-1]
        logs: dict[str, Json] = {} if own or log is None else {"LogConfiguration": log}
        if not any("AccessLogConfiguration" in fragment for fragment in self.fragments):
            access_log, problems = lost_features.access_log(self.task.node, log)
            self.findings += problems
            logs |= {"AccessLogConfiguration": access_log} if access_log is not None else {}
        return logs

    def _limits(self, value: Mapping[str, Json], ports: Mapping[str, Json]) -> Iterator[Finding]:
        context = self.task.context
        network = known(self.properties.get("NetworkMode"), self.task.scope)
        for each in broken(value, ports, self.task.scope, network=network):
            message = f"{shown(each.path)} {each.message}"
            hint = "Correct ServiceConnect" if self.fragments else "Set another value in a ServiceConnect fragment"
            yield context.finding(LIMIT, context.setting_path("ServiceConnect"), message, hint)

    def _other_ports(self) -> Iterator[Finding]:
        """Warnings about ports that callers reached by the name of a virtual service, past the mesh."""
        if not self.endpoints:
            return
        served = {endpoint.listener.port.key for endpoint in self.endpoints}
        mapped = mapped_ports(self.properties, self.task.scope, self.task.names)
        others = {str(port) for key, port in mapped if key not in served and isinstance(port, str | int)}
        for port in sorted(others):
            names = "the names of its virtual services"
            message = f"port {port} is mapped, too, and no longer answers by {names}, only by DNS"
            hint = "Let its callers use another name, such as that of the Cloud Map service"
            yield self.task.context.finding("AM462", (*self.path, "ContainerDefinitions"), message, hint)


def _encrypted(value: Mapping[str, Json], named: Sequence[tuple[Entry, str]]) -> Iterator[str]:
    """The keys of the listeners' ports all of whose entries have Tls."""
    listed = value.get("Services")
    services = [service for service in (listed if isinstance(listed, list) else ()) if isinstance(service, dict)]
    plain = {str(service.get("PortName")) for service in services if "Tls" not in service}
    for entry, name in named:
        if services and name not in plain:
            yield entry.endpoint.listener.port.key
