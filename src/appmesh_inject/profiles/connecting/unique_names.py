"""Names that a namespace would have twice: discovery names, and names of callers with one port."""

from collections.abc import Iterator, Mapping, Sequence

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.connecting.configuration import Configured
from appmesh_inject.profiles.connecting.namespaces import in_cloud_map
from appmesh_inject.settings.types import quoted

_ELSE = "Set another DiscoveryName in ServiceConnect"


def clashes(tasks: Sequence[Configured]) -> Iterator[Finding]:
    """The second task of each name, and names that a Cloud Map service has in the namespace."""
    discovered: dict[tuple[str, str], Configured] = {}
    called: dict[tuple[str, str], Configured] = {}
    for each in tasks:
        context, names = each.task.context, each.task.names
        namespace = names.key(each.namespace.written)
        taken = frozenset() if each.namespace.is_ours else in_cloud_map(each.namespace.written, names)
        for service in _services(each.value):
            written = service.get("DiscoveryName")
            name = names.key(written)
            first = discovered.setdefault((namespace, name), each)
            if first.task.node != each.task.node:
                message = f"the discovery name {_shown(written)} is that of {first.task.name}, too"
                yield context.finding("AM415", context.workload.path, message, _ELSE)
            if name in taken:
                message = f"the namespace has a Cloud Map service {_shown(written)}, and its names are unique"
                yield context.finding("AM415", context.workload.path, message, _ELSE)
            for alias in _aliases(service):
                host = names.key(alias.get("DnsName")).lower()
                port = names.key(scalar(alias.get("Port")))
                other = called.setdefault((namespace, f"{host}:{port}"), each)
                if other.task.node != each.task.node:
                    message = f"the name {_shown(alias.get('DnsName'))} is that of {other.task.name}, too"
                    hint = "Give one of the two meshes a namespace of its own, or take one name out"
                    yield context.finding("AM414", context.workload.path, message, hint)


def _services(value: Mapping[str, Json] | None) -> Iterator[Mapping[str, Json]]:
    services = value.get("Services") if value else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict):
            yield service


def _aliases(service: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    aliases = service.get("ClientAliases")
    for alias in aliases if isinstance(aliases, list) else ():
        if isinstance(alias, dict):
            yield alias


def _shown(written: Json) -> str:
    return quoted(written, 80)
