"""Access logs, traces and statistics.

App Mesh's image read environment variables for them. The stock image does not, so they go into the bootstrap.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Literal, read
from appmesh_inject.cfn.text_joining import joined, scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling import clusters
from appmesh_inject.mesh.compiling.envoy_messages import Config, extension, typed
from appmesh_inject.mesh.compiling.options import Options
from appmesh_inject.mesh.image_variables import reason_of_no_effect
from appmesh_inject.mesh.model import AccessLog, Resource, VirtualGateway

_STREAMS: Mapping[str | None, str] = {"/dev/stdout": "Stdout", "/dev/stderr": "Stderr"}
_TRACERS = ("ENABLE_ENVOY_XRAY_TRACING", "ENABLE_ENVOY_DATADOG_TRACING", "ENABLE_ENVOY_JAEGER_TRACING")
_MANIFEST = "XRAY_SAMPLING_RULE_MANIFEST"
_STATSD_SOCKET = "STATSD_SOCKET_PATH"


def access_log(log: AccessLog | None) -> list[Json]:
    """Without `Logging` there is no access log. Only the stream logger can write to standard output that belongs to
    root."""
    if log is None:
        return []
    style = _format(log)
    stream = _STREAMS.get(log.file.known)
    if stream:
        kind = f"extensions.access_loggers.stream.v3.{stream}AccessLog"
        return [extension(f"access_loggers.{stream.lower()}", kind, style)]
    fields: Config = {"path": log.file.written, **style}
    return [extension("access_loggers.file", "extensions.access_loggers.file.v3.FileAccessLog", fields)]


def _format(log: AccessLog) -> Config:
    if log.members:
        return {"log_format": {"json_format": {key.key: value.written for key, value in log.members}}}
    if log.text is None:
        return {}
    text = log.text.written if log.text.key.endswith("\n") else joined([log.text.written, "\n"])
    return {"log_format": {"text_format_source": {"inline_string": text}}}


@final
class Telemetry(NamedTuple):
    """tracing: goes into every HTTP connection manager. top: goes to the top level of the bootstrap. files: that Envoy
    reads."""

    tracing: Config | None
    top: Config
    clusters: tuple[Config, ...]
    findings: tuple[Finding, ...]
    files: tuple[Json, ...] = ()


def telemetry_config(owner: Resource, options: Options) -> Telemetry:
    variables = Variables(owner, options, [])
    variables.report_lost()
    tracers = [name for name in _TRACERS if variables.is_on(name)]
    if len(tracers) > 1:
        variables.report("AM324", tracers[1], f"and {tracers[0]} exclude each other", "Switch one tracer on")
    tracing, needed = _tracing(tracers[0], variables, owner) if tracers else (None, ())
    top: dict[str, Json] = {}
    if variables.is_on("ENABLE_ENVOY_DOG_STATSD"):
        top["stats_sinks"] = [_statsd(variables)]
    if variables.is_on("ENABLE_ENVOY_STATS_TAGS"):
        kind = "appmesh.virtual_gateway" if isinstance(owner, VirtualGateway) else "appmesh.virtual_node"
        tags = {"appmesh.mesh": owner.mesh.written, kind: owner.name.written}
        top["stats_config"] = {"stats_tags": [{"tag_name": tag, "fixed_value": of} for tag, of in tags.items()]}
    return Telemetry(tracing, top, needed, tuple(variables.findings), tuple(_files(variables, tracers)))


def _files(variables: "Variables", tracers: Sequence[str]) -> Iterator[Json]:
    used = [(_MANIFEST, _TRACERS[0] in tracers), (_STATSD_SOCKET, variables.is_on("ENABLE_ENVOY_DOG_STATSD"))]
    for name, is_used in used:
        if is_used and variables.value(name, ""):
            yield variables.value(name, "")


@final
class Variables(NamedTuple):
    """The environment of the envoy container."""

    owner: Resource
    options: Options
    findings: list[Finding]

    @property
    def environment(self) -> Mapping[str, Json]:
        return self.options.environment

    def report(self, code: str, name: str, message: str, hint: str) -> None:
        path = (*self.options.environment_path, name)
        self.findings.append(Finding(code, self.owner.logical_id, path, f"{name} {message}", hint))

    def is_on(self, name: str) -> bool:
        if name not in self.environment:
            return False
        reading = read(self.environment[name], self.options.scope)
        word = str(reading.value).lower() if isinstance(reading, Literal) else ""
        if word not in ("1", "true", "0", "false"):
            known = "is neither 0 nor 1" if isinstance(reading, Literal) else "is not known when the macro runs"
            self.report("AM324", name, f"switches a part of Envoy's configuration, and {known}", "Write 0 or 1")
        return word in ("1", "true")

    def value(self, name: str, default: str) -> Json:
        value = self.environment.get(name)
        return default if value is None or value == "" else scalar(value)

    def endpoint(self, prefix: str, port: str) -> tuple[Json, Json]:
        return self.value(f"{prefix}_ADDRESS", "127.0.0.1"), self.value(f"{prefix}_PORT", port)

    def report_lost(self) -> None:
        for name in sorted(self.environment):
            lost = reason_of_no_effect(name)
            if lost:
                self.report("AM353", name, lost, "Take it out, and configure what you need in an Envoy fragment")


def _tracing(tracer: str, variables: Variables, owner: Resource) -> tuple[Config, tuple[Config, ...]]:
    name = joined([owner.mesh.written, "/", owner.name.written])
    if tracer == _TRACERS[0]:
        return _provider("xray", "config.trace.v3.XRayConfig", _x_ray(variables, name)), ()
    cluster = "tracing_collector"
    if tracer == _TRACERS[1]:
        host, port = variables.endpoint("DATADOG_TRACER", "8126")
        fields: Config = {
            "collector_cluster": cluster,
            "service_name": variables.value("DD_SERVICE", "") or joined(["envoy-", name]),
        }
        provider = _provider("datadog", "config.trace.v3.DatadogConfig", fields)
    else:
        host, port = variables.endpoint("JAEGER_TRACER", "9411")
        version = "HTTP_PROTO" if variables.value("JAEGER_TRACER_VERSION", "PROTO") == "PROTO" else "HTTP_JSON"
        fields = {
            "collector_cluster": cluster,
            "collector_endpoint": "/api/v2/spans",
            "collector_endpoint_version": version,
            "shared_span_context": "false",
            "trace_id_128bit": "true",
        }
        provider = _provider("zipkin", "config.trace.v3.ZipkinConfig", fields)
    return provider, (clusters.collector(cluster, host, port),)


def _provider(name: str, kind: str, fields: Config) -> Config:
    return {"provider": extension(f"tracers.{name}", kind, fields)}


def _x_ray(variables: Variables, name: Json) -> Config:
    rate = variables.value("XRAY_SAMPLING_RATE", "0.05")
    rule = joined(['{"version":2,"default":{"fixed_target":1,"rate":', rate, "}}"])
    endpoint: Config = {
        "protocol": "UDP",
        "address": variables.value("XRAY_DAEMON_HOST", "127.0.0.1"),
        "port_value": variables.value("XRAY_DAEMON_PORT", "2000"),
    }
    manifest: Json = variables.value(_MANIFEST, "")
    segment: Json = variables.environment.get("XRAY_SEGMENT_NAME") or name
    return {
        "daemon_endpoint": endpoint,
        "segment_name": segment,
        "sampling_rule_manifest": {"filename": manifest} if manifest else {"inline_string": rule},
    }


def _statsd(variables: Variables) -> Config:
    host, port = variables.endpoint("STATSD", "8125")
    path = variables.value(_STATSD_SOCKET, "")
    udp: Config = {"socket_address": {"protocol": "UDP", "address": host, "port_value": port}}
    sink: Config = {"address": {"pipe": {"path": path}} if path else udp}
    return {"name": "envoy.stat_sinks.dog_statsd", "typed_config": typed("config.metrics.v3.DogStatsdSink", sink)}
