"""Derives candidate settings from hand-written sidecars. `mark_search` finds out which of them work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.mesh.names import named_by_arn
from appmesh_inject.migrate.handwritten_sidecars import Handwritten, names, redirected, resource
from appmesh_inject.profiles.sidecar.containers import PROXY_INIT
from appmesh_inject.settings.table import GA, PREVIEW, TABLE
from appmesh_inject.settings.types import InvalidValue

REDIRECT: Mapping[str, str] = {
    "AppPorts": "APPMESH_APP_PORTS",
    "IgnoredUID": "APPMESH_IGNORE_UID",
    "IgnoredGID": "APPMESH_IGNORE_GID",
    "ProxyIngressPort": "APPMESH_ENVOY_INGRESS_PORT",
    "ProxyEgressPort": "APPMESH_ENVOY_EGRESS_PORT",
    "EgressIgnoredIPs": "APPMESH_EGRESS_IGNORED_IP",
    "EgressIgnoredPorts": "APPMESH_EGRESS_IGNORED_PORTS",
}
"""By setting: the variable of proxyinit. The property of a ProxyConfiguration has the setting's own name."""

ENVOY_SETTINGS: Mapping[str, str] = {"LogLevel": "ENVOY_LOG_LEVEL", "Region": "AWS_REGION"}


@dataclass(frozen=True, slots=True)
class Naming:
    """Settings that name the node or gateway. is_exact: the profile must produce exactly the original text; otherwise
    an Envoy fragment overrides the variable."""

    settings: Mapping[str, Json]
    is_exact: bool


def profile(hand: Handwritten) -> str:
    """The profile whose sidecars look like this."""
    return PREVIEW if hand.entries[PROXY_INIT] else GA


def settings(hand: Handwritten, scope: Scope) -> dict[str, Json]:
    """The settings except for names. Leaves out invalid values, which become fragments."""
    envoy, proxy_init = hand.envoy, hand.container(PROXY_INIT)
    said: dict[str, Json] = {"Profile": profile(hand)}
    if proxy_init is not None:
        variables = proxy_init.variables
        said |= {name: variables[variable] for name, variable in REDIRECT.items() if variable in variables}
    elif hand.redirect is not None:
        properties = redirected(hand.redirect)
        said |= {"AppPorts": []} | {name: properties[name] for name in REDIRECT if name in properties}
    said |= {
        name: envoy.variables[variable] for name, variable in ENVOY_SETTINGS.items() if variable in envoy.variables
    }
    if hand.enabled is not True:
        said["Enabled"] = hand.enabled
    return {name: value for name, value in said.items() if not isinstance(TABLE[name].read(value, scope), InvalidValue)}


def namings(hand: Handwritten, scope: Scope) -> Iterator[Naming]:
    """The ways to name the node or gateway, best first."""
    value = resource(hand.envoy)
    found = names(value)
    redirects = profile(hand) == PREVIEW or hand.redirect is not None
    if found is not None and found.is_gateway != redirects:
        named = _named(found.mesh, found.name, is_gateway=found.is_gateway)
        yield Naming(named, is_exact=True)
        if profile(hand) == GA:
            yield Naming({"ResourceArn": value}, is_exact=True)
        yield Naming(named, is_exact=False)
        return
    if profile(hand) == GA and (found is None or redirects):
        yield Naming({"ResourceArn": value}, is_exact=True)
        yield Naming({"ResourceArn": value}, is_exact=False)
    # An envoy without a redirect is set up like a gateway's, even if it represents a node or an unknown resource, and
    # one of `preview` like a node's. So the mark names that, and a fragment keeps the original variable.
    if not redirects or profile(hand) == PREVIEW:
        mesh, name = (found.mesh, found.name) if found else _attributes(value, scope)
        yield Naming(_named(mesh, name, is_gateway=not redirects), is_exact=False)


def _named(mesh: Json, name: Json, *, is_gateway: bool) -> dict[str, Json]:
    return {"MeshName": mesh, "VirtualGatewayName" if is_gateway else "VirtualNodeName": name}


def _attributes(value: Json, scope: Scope) -> tuple[Json, Json]:
    """The names of the node whose ARN this is. For other values, the value itself."""
    logical_id = named_by_arn(value)
    target = scope.resources.get(logical_id or "")
    if isinstance(target, Mapping) and target.get("Type") == "AWS::AppMesh::VirtualNode":
        return {"Fn::GetAtt": [logical_id, "MeshName"]}, {"Fn::GetAtt": [logical_id, "VirtualNodeName"]}
    return value, value
