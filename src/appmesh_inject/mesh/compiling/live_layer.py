"""The parts of a bootstrap that read live weights: a runtime layer, and the cluster of the function that it asks.

Envoy asks by REST (RTDS), through Lambda's Invoke API, signed with the task's role. Whenever there is no good answer,
the last one holds, and before the first one the weights of the bootstrap.
"""

from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json
from appmesh_inject.mesh.compiling.envoy_messages import Config, address, assignment, extension, http_options
from appmesh_inject.mesh.live_weights import runtime_name
from appmesh_inject.mesh.scalars import Scalar

REFRESH_DELAY = "20s"
"""Envoy waits between once and twice this time before it asks again."""

HOST: Json = {"Fn::Sub": "lambda.${AWS::Region}.${AWS::URLSuffix}"}
"""Lambda's endpoint. It is the cluster's name, too, since Envoy sends that as the Host of what it asks by REST."""

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
"""The public authorities in Envoy's stock image."""

# Envoy describes all of its extensions in each request, 77 KB. The function needs these two members alone.
SHORTEN = """\
function envoy_on_request(handle)
  local body = handle:body()
  local text = body:getBytes(0, body:length())
  local version = string.match(text, '"version_info":"([^"]*)"') or ""
  local names = string.match(text, '"resource_names":(%b[])') or "[]"
  local short = '{"version_info":"' .. version .. '","resource_names":' .. names .. '}'
  body:setBytes(short)
  handle:headers():replace("content-length", tostring(#short))
end
"""


@final
class LiveLayer(NamedTuple):
    """top: goes to the top level of the bootstrap."""

    top: Config
    clusters: tuple[Config, ...]


def live_layer(mesh: Scalar, function: Json) -> LiveLayer:
    """The layer with the live weights of a mesh. function: the ARN of the function that knows them."""
    source: Config = {
        "resource_api_version": "V3",
        "initial_fetch_timeout": "3s",
        "api_config_source": {
            "api_type": "REST",
            "transport_api_version": "V3",
            "cluster_names": [HOST],
            "refresh_delay": REFRESH_DELAY,
            "request_timeout": "3s",
        },
    }
    layer: Config = {"name": "live_weights", "rtds_layer": {"name": runtime_name(mesh), "rtds_config": source}}
    return LiveLayer({"layered_runtime": {"layers": [layer]}}, (_cluster(function),))


def _cluster(function: Json) -> Config:
    trust: Config = {
        "trusted_ca": {"filename": AUTHORITIES},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": HOST}}],
    }
    tls: Config = {"sni": HOST, "common_tls_context": {"validation_context": trust}}
    return {
        "name": HOST,
        "alt_stat_name": "live_weights",
        "type": "LOGICAL_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "2s",
        "metadata": {"filter_metadata": {"com.amazonaws.lambda": {"egress_gateway": True}}},
        "typed_extension_protocol_options": http_options(
            {"explicit_http_config": {"http_protocol_options": {}}, "http_filters": _filters(function)}
        ),
        "transport_socket": extension(
            "transport_sockets.tls", "extensions.transport_sockets.tls.v3.UpstreamTlsContext", tls
        ),
        "load_assignment": assignment(HOST, {"address": address(HOST, "443")}),
    }


def _filters(function: Json) -> list[Json]:
    """Shortens a request, then turns it into a call of the function and signs it."""
    return [
        extension(
            "filters.http.lua",
            "extensions.filters.http.lua.v3.Lua",
            {"default_source_code": {"inline_string": SHORTEN}},
        ),
        extension("filters.http.aws_lambda", "extensions.filters.http.aws_lambda.v3.Config", {"arn": function}),
        extension("filters.http.upstream_codec", "extensions.filters.http.upstream_codec.v3.UpstreamCodec"),
    ]
