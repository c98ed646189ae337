"""A model of the proxy that ECS adds to a task with Service Connect, made from a rendered template and nothing else.

What AWS runs there is an Envoy too, but neither its configuration nor what tells it is public. The model does what is:
names in /etc/hosts and the redirect (github.com/aws/amazon-ecs-agent, `manager_linux.go`; aws/amazon-vpc-cni-plugins,
`ecs-serviceconnect`), and the policy that cannot be set (ECS developer guide, "Service Connect components"; timeouts:
ECS API reference, "TimeoutConfiguration"). The guide does not say which of two proxies applies a timeout: here it is
the caller's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.dataplane.task import Task, tasks
from tests.deployed import defaults, deployed

PROXY_USER = "20000"
EGRESS_PORT, FIRST_INGRESS_PORT, ADMIN_PORT = 15001, 15101, 9901
VIRTUAL_IPS, VIRTUAL_IP, VIRTUAL_IP_6 = "127.255.0.0/16", "127.255.0.{}", "2600:f0f0::{:x}"
ASKED = r"GET /ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
READY = f"exec 3<>/dev/tcp/127.0.0.1/{ADMIN_PORT}; printf '{ASKED}' >&3; grep -q LIVE <&3"

PER_REQUEST, IDLE, IDLE_TCP = 15, 300, 3600
"""Seconds, where a configuration says nothing."""

RETRIES: Mapping[str, Any] = {
    "retry_on": "connect-failure,retriable-status-codes",
    "retriable_status_codes": [503],
    "num_retries": 2,
    "retry_host_predicate": [
        {
            "name": "envoy.retry_host_predicates.previous_hosts",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
            },
        }
    ],
    "host_selection_retry_max_attempts": 5,
}
OUTLIERS = {"consecutive_5xx": 5, "interval": "30s", "base_ejection_time": "30s", "max_ejection_time": "300s"}
FILTERS = "type.googleapis.com/envoy.extensions.filters"


class Endpoint(NamedTuple):
    """An entry of a ServiceConnectConfiguration. task: the logical id of the task definition that its service runs.
    protocol: of the port mapping; None means TCP. per_request, idle: seconds; 0 means that there is no limit."""

    task: str
    alias: str
    port: int
    container_port: int
    protocol: str | None
    per_request: int
    idle: int

    @property
    def cluster(self) -> str:
        return f"{self.alias}_{self.port}"


@dataclass(frozen=True)
class ManagedTask(Task):
    """A task definition with the proxy that ECS adds. bootstrap: of its Envoy. names: what /etc/hosts has besides.
    ingress: the proxy's port for each port of the containers that it takes."""

    bootstrap: Mapping[str, Any]
    names: Mapping[str, Sequence[str]]
    ingress: Mapping[int, int]

    @property
    def command(self) -> list[str]:
        return ["--config-yaml", json.dumps(self.bootstrap)]

    @property
    def user(self) -> str:
        return PROXY_USER

    @property
    def environment(self) -> dict[str, str]:
        return {}

    @property
    def health_check(self) -> list[str]:
        return ["bash", "-c", READY]

    @property
    def health_check_timeout(self) -> float:
        return 2.0

    @property
    def hosts(self) -> Mapping[str, Sequence[str]]:
        return self.names

    def rules(self, program: str) -> list[str]:
        to = "-j REDIRECT --to-port"
        chain = "ECS_SERVICE_CONNECT_INGRESS"
        return [
            f"-A OUTPUT -p tcp -d {VIRTUAL_IPS} {to} {EGRESS_PORT}",
            f"-N {chain}",
            *(f"-A {chain} -p tcp --dport {port} {to} {listener}" for port, listener in self.ingress.items()),
            f"-A PREROUTING -p tcp -m addrtype ! --src-type LOCAL -j {chain}",
        ]


def connected(
    template: Mapping[str, Any], parameters: Mapping[str, str], addresses: Mapping[str, Sequence[str]]
) -> dict[str, Task]:
    """The task definitions of a rendered template by logical id, those in Service Connect with the proxy that ECS adds.
    addresses: of the tasks that run each."""
    found = tasks(template, parameters)
    given = {**defaults(template), **parameters}
    services = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::ECS::Service"]
    namespaces: dict[str, list[Endpoint]] = {}
    members: dict[str, str] = {}
    for service in services:
        configuration = service.get("ServiceConnectConfiguration", {"Enabled": False})
        if not configuration["Enabled"]:
            continue
        namespace, task = json.dumps(configuration["Namespace"]), service["TaskDefinition"]["Ref"]
        endpoints = _endpoints(task, deployed(configuration, given), found[task])
        namespaces[namespace] = [*namespaces.get(namespace, ()), *endpoints]
        members[task] = namespace
    for task, namespace in members.items():
        found[task] = _managed(task, found[task], namespaces[namespace], addresses)
    return found


def _endpoints(name: str, configuration: Mapping[str, Any], task: Task) -> Iterator[Endpoint]:
    ports = {
        mapping["Name"]: mapping
        for container in task.definition["ContainerDefinitions"]
        for mapping in container.get("PortMappings", ())
        if "Name" in mapping
    }
    for service in configuration.get("Services", ()):
        mapping, timeout = ports[service["PortName"]], service.get("Timeout", {})
        protocol = mapping.get("AppProtocol")
        (alias,) = service["ClientAliases"]
        yield Endpoint(
            name,
            alias["DnsName"],
            int(alias["Port"]),
            int(mapping["ContainerPort"]),
            protocol,
            int(timeout.get("PerRequestTimeoutSeconds", PER_REQUEST)),
            int(timeout.get("IdleTimeoutSeconds", IDLE if protocol else IDLE_TCP)),
        )


def _managed(
    name: str, task: Task, endpoints: Sequence[Endpoint], addresses: Mapping[str, Sequence[str]]
) -> ManagedTask:
    own = {each.container_port: each for each in endpoints if each.task == name}
    ingress = {port: FIRST_INGRESS_PORT + number for number, port in enumerate(own)}
    virtual = {alias: number for number, alias in enumerate(dict.fromkeys(each.alias for each in endpoints), 1)}
    egress = {
        "name": "egress",
        "address": _address("127.0.0.1", EGRESS_PORT),
        "listener_filters": [
            {
                "name": "envoy.filters.listener.original_dst",
                "typed_config": {"@type": f"{FILTERS}.listener.original_dst.v3.OriginalDst"},
            }
        ],
        # What no endpoint is for ends here: there is no other way on.
        "filter_chains": [
            {
                "filter_chain_match": {
                    "prefix_ranges": [{"address_prefix": VIRTUAL_IP.format(virtual[each.alias]), "prefix_len": 32}],
                    "destination_port": each.port,
                },
                **_filters("egress", each, each.cluster, {**_timeouts(each), "retry_policy": RETRIES}),
            }
            for each in endpoints
        ],
    }
    listeners = [egress] if endpoints else []
    for port, listener in ingress.items():
        address = _address("0.0.0.0", listener)
        chain = _filters("ingress", own[port], f"app_{port}", {"timeout": "0s", "idle_timeout": "0s"})
        listeners.append({"name": f"ingress_{port}", "address": address, "filter_chains": [chain]})
    clusters = [
        *(_cluster(each.cluster, each, addresses[each.task], each.container_port) for each in endpoints),
        *(_cluster(f"app_{port}", each, ["127.0.0.1"], port) for port, each in own.items()),
    ]
    return ManagedTask(
        task.definition,
        {
            "admin": {"address": _address("127.0.0.1", ADMIN_PORT)},
            "static_resources": {"listeners": listeners, "clusters": clusters},
        },
        {alias: (VIRTUAL_IP.format(number), VIRTUAL_IP_6.format(number)) for alias, number in virtual.items()},
        ingress,
    )


def _timeouts(endpoint: Endpoint) -> dict[str, str]:
    return {"timeout": f"{endpoint.per_request}s", "idle_timeout": f"{endpoint.idle}s"}


def _filters(prefix: str, endpoint: Endpoint, cluster: str, route: Mapping[str, Any]) -> dict[str, Any]:
    """The filters of a chain. route: beside the cluster; TCP has nothing of it but the time without traffic."""
    if endpoint.protocol is None:
        name = "envoy.filters.network.tcp_proxy"
        config: dict[str, Any] = {
            "@type": f"{FILTERS}.network.tcp_proxy.v3.TcpProxy",
            "cluster": cluster,
            "idle_timeout": route["idle_timeout"],
        }
    else:
        name = "envoy.filters.network.http_connection_manager"
        router = {"@type": f"{FILTERS}.http.router.v3.Router"}
        every = {"match": {"prefix": "/"}, "route": {"cluster": cluster, **route}}
        config = {
            "@type": f"{FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
            "route_config": {"virtual_hosts": [{"name": cluster, "domains": ["*"], "routes": [every]}]},
        }
    return {"filters": [{"name": name, "typed_config": {**config, "stat_prefix": prefix}}]}


def _cluster(name: str, endpoint: Endpoint, addresses: Sequence[str], port: int) -> dict[str, Any]:
    options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    version = "http2_protocol_options" if endpoint.protocol in ("http2", "grpc") else "http_protocol_options"
    return {
        "name": name,
        "connect_timeout": "1s",
        "lb_policy": "ROUND_ROBIN",
        "outlier_detection": OUTLIERS,
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(each, port)}} for each in addresses]}],
        },
        "typed_extension_protocol_options": {
            options: {"@type": f"type.googleapis.com/{options}", "explicit_http_config": {version: {}}}
        },
    }


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
