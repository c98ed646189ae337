"""The floor: the smallest configuration that forwards the same traffic, for the node that calls and for the called.

One listener, one connection manager with the router alone, a virtual host and a LOGICAL_DNS cluster for each backend,
and the admin port. Where each backend has a port of its own, each has a filter chain, too.
"""

from typing import Any

from bench.dataplane.meshes import PORT, Protocol, Variant, service

Config = dict[str, Any]
_EXTENSIONS = "type.googleapis.com/envoy.extensions"
_UPSTREAM = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def caller(variant: Variant, certificates: str) -> Config:
    hosts = [_virtual_host(variant, number) for number in range(variant.backends)]
    listener: Config = {"address": _address("127.0.0.1", 15001)}
    if variant.protocol is Protocol.TCP:
        listener["filter_chains"] = [{"filters": [_tcp_proxy("n0")]}]
    elif variant.port_each:
        listener["listener_filters"] = [_extension("filters.listener", "original_dst", "OriginalDst")]
        listener["filter_chains"] = [
            {"filter_chain_match": {"destination_port": variant.port(number)}, "filters": [_http("egress", [host])]}
            for number, host in enumerate(hosts)
        ]
    else:
        listener["filter_chains"] = [{"filters": [_http("egress", hosts)]}]
    tls: Config = {}
    if variant.protocol is Protocol.TLS:
        context = {"validation_context": {"trusted_ca": {"filename": f"{certificates}/cert.pem"}}}
        tls = _tls("UpstreamTlsContext", context)
    clusters = [
        _cluster(variant, f"n{number}", "LOGICAL_DNS", variant.hostname(number), variant.port(number)) | tls
        for number in range(variant.backends)
    ]
    return _bootstrap(listener, clusters)


def callee(variant: Variant, certificates: str) -> Config:
    chain: Config = {"filters": [_http("ingress", [{"name": "app", "domains": ["*"], "routes": [_route("app")]}])]}
    if variant.protocol is Protocol.TCP:
        chain = {"filters": [_tcp_proxy("app")]}
    if variant.protocol is Protocol.TLS:
        files = {"certificate_chain": {"filename": f"{certificates}/cert.pem"}}
        files["private_key"] = {"filename": f"{certificates}/key.pem"}
        chain |= _tls("DownstreamTlsContext", {"tls_certificates": [files]})
    listener = {"address": _address("0.0.0.0", 15000), "filter_chains": [chain]}
    return _bootstrap(listener, [_cluster(variant, "app", "STATIC", "127.0.0.1", PORT)])


def _bootstrap(listener: Config, clusters: list[Config]) -> Config:
    return {
        "node": {"id": "floor", "cluster": "floor"},
        "admin": {"address": _address("127.0.0.1", 9901)},
        "static_resources": {"listeners": [listener], "clusters": clusters},
    }


def _virtual_host(variant: Variant, number: int) -> Config:
    name = service(number)
    return {"name": name, "domains": [name, f"{name}:{variant.port(number)}"], "routes": [_route(f"n{number}")]}


def _route(cluster: str) -> Config:
    return {"match": {"prefix": "/"}, "route": {"cluster": cluster}}


def _http(prefix: str, hosts: list[Config]) -> Config:
    router = _extension("filters.http", "router", "Router")
    fields: Config = {"stat_prefix": prefix, "http_filters": [router], "route_config": {"virtual_hosts": hosts}}
    return _extension("filters.network", "http_connection_manager", "HttpConnectionManager", fields)


def _tcp_proxy(cluster: str) -> Config:
    return _extension("filters.network", "tcp_proxy", "TcpProxy", {"stat_prefix": cluster, "cluster": cluster})


def _cluster(variant: Variant, name: str, kind: str, host: str, port: int) -> Config:
    endpoint = {"endpoint": {"address": _address(host, port)}}
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    cluster: Config = {"name": name, "type": kind, "load_assignment": assignment}
    if variant.protocol in (Protocol.HTTP2, Protocol.GRPC):
        options: Config = {"explicit_http_config": {"http2_protocol_options": {}}}
        cluster["typed_extension_protocol_options"] = {
            _UPSTREAM: {"@type": f"type.googleapis.com/{_UPSTREAM}", **options}
        }
    return cluster


def _tls(kind: str, context: Config) -> Config:
    name = f"{_EXTENSIONS}.transport_sockets.tls.v3.{kind}"
    socket = {"@type": name, "common_tls_context": context}
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": socket}}


def _extension(group: str, name: str, kind: str, fields: Config | None = None) -> Config:
    typed = {"@type": f"{_EXTENSIONS}.{group}.{name}.v3.{kind}", **(fields or {})}
    return {"name": f"envoy.{group}.{name}", "typed_config": typed}


def _address(host: str, port: int) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}
