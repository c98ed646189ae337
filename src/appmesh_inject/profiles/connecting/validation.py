"""Checks a ServiceConnectConfiguration as a whole: the shape of each member, and what the members say about each other.

cfn-lint and botocore know a part of the shapes, and nothing of the rest.
"""

from collections.abc import Iterator, Mapping

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.intrinsics import Leaf, Literal, Scope, is_no_value, known
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.profiles.connecting import schema
from appmesh_inject.profiles.connecting.schema import Broken


def broken(
    configuration: Json, ports: Mapping[str, Json] | None, scope: Scope, path: Path = (), network: Json = None
) -> Iterator[Broken]:
    """The limits that an enabled configuration breaks. ports: the AppProtocol of each port mapping, by its name; None
    for TCP, and as a whole where the task definition is elsewhere. network: the NetworkMode of the task, if it is
    known."""
    yield from schema.broken(configuration, schema.CONFIGURATION, scope, path)
    if not isinstance(configuration, dict):
        return
    if is_no_value(configuration.get("Namespace", {"Ref": "AWS::NoValue"})):
        message = "is required: the cluster's default counts only when a service is created"
        yield Broken((*path, "Namespace"), message, is_ours=True)
    if "AccessLogConfiguration" in configuration and "LogConfiguration" not in configuration:
        yield Broken((*path, "AccessLogConfiguration"), "needs a LogConfiguration beside it")
    services = configuration.get("Services")
    found: set[tuple[str, str]] = set()
    for index, service in enumerate(services if isinstance(services, list) else ()):
        if isinstance(service, dict):
            yield from _of_service(service, ports, scope, (*path, "Services", index), found)
            if "Tls" in service and network == "bridge":
                yield Broken((*path, "Services", index, "Tls"), "needs NetworkMode awsvpc, and the task has bridge")


def _of_service(
    service: Mapping[str, Json], ports: Mapping[str, Json] | None, scope: Scope, path: Path, found: set[tuple[str, str]]
) -> Iterator[Broken]:
    if "ClientAliases" not in service:
        yield Broken((*path, "ClientAliases"), "is required", is_ours=True)
    port = known(service.get("PortName"), scope)
    if isinstance(port, str) and ports is not None and port not in ports:
        yield Broken((*path, "PortName"), "names no port mapping of the task definition")
    timeout = service.get("Timeout")
    is_tcp = ports is not None and ports.get(str(port), "http") is None
    if isinstance(timeout, dict) and "PerRequestTimeoutSeconds" in timeout and is_tcp:
        yield Broken(
            (*path, "Timeout", "PerRequestTimeoutSeconds"), "cannot be set for TCP: the port has no AppProtocol"
        )
    for key, value in (
        ("DiscoveryName", service.get("DiscoveryName", port)),
        ("ClientAliases", _alias(service, scope)),
    ):
        name = scalar(known(value, scope))
        if isinstance(name, str) and (key, name) in found:
            yield Broken((*path, key), "gives a name a second time")
        elif isinstance(name, str):
            found.add((key, name))


def _alias(service: Mapping[str, Json], scope: Scope) -> Json:
    aliases = service.get("ClientAliases")
    first = aliases[0] if isinstance(aliases, list) and aliases and isinstance(aliases[0], dict) else {}
    name, port = known(first.get("DnsName"), scope), known(first.get("Port"), scope)
    return None if name is None or port is None else f"{name}:{port}"


def is_enabled(leaf: Leaf) -> bool:
    """Whether a ServiceConnectConfiguration switches Service Connect on."""
    if not isinstance(leaf.reading, Literal) or not isinstance(leaf.reading.value, dict):
        return False
    return str(known(leaf.reading.value.get("Enabled"), leaf.scope)).lower() != "false"
