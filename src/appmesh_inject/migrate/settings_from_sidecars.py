"""What hand-written sidecars ask for, in the words of the settings: every way to put it that may be right.

Whether one is right, and which is the shortest, `search` finds out by asking the core.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope, function
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
"""Settings that a property of the same name in a ProxyConfiguration says, and the variable of proxyinit that does."""

ENVOY_SETTINGS: Mapping[str, str] = {"LogLevel": "ENVOY_LOG_LEVEL", "Region": "AWS_REGION"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A way to name what the task is. is_exact: it counts only if the profile makes the very text of it that stands
    there; otherwise the envoy's variable is overridden."""

    settings: Mapping[str, Json]
    is_exact: bool


def profile(hand: Handwritten) -> str:
    """The profile that has such sidecars."""
    return PREVIEW if hand.entries[PROXY_INIT] else GA


def settings(hand: Handwritten, scope: Scope) -> dict[str, Json]:
    """All settings that the sidecars say, the names apart. Values that a setting cannot have are left to fragments."""
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
    """The ways to name the node or gateway, the better ones first."""
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
    # An envoy that takes no traffic, as a gateway's, though it may be a node's, or nobody knows before deployment:
    # the form of a gateway, and the variable as it stands.
    if not redirects:
        mesh, name = (found.mesh, found.name) if found else _attributes(value, scope)
        yield Naming(_named(mesh, name, is_gateway=True), is_exact=False)


def _named(mesh: Json, name: Json, *, is_gateway: bool) -> dict[str, Json]:
    return {"MeshName": mesh, "VirtualGatewayName" if is_gateway else "VirtualNodeName": name}


def _attributes(value: Json, scope: Scope) -> tuple[Json, Json]:
    """The names of a node that a Ref points to; of what is not known, the value itself."""
    if isinstance(value, dict) and function(value) == "Ref":
        target = scope.resources.get(str(value["Ref"]))
        if isinstance(target, Mapping) and target.get("Type") == "AWS::AppMesh::VirtualNode":
            logical_id = str(value["Ref"])
            return {"Fn::GetAtt": [logical_id, "MeshName"]}, {"Fn::GetAtt": [logical_id, "VirtualNodeName"]}
    return value, value
