"""What each profile adds in each kind of document: its sidecars, and the limits that they have there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from appmesh_inject.merge import merged
from appmesh_inject.settings import GA, PREVIEW, STANDALONE
from appmesh_inject.shapes import Form as Filled
from appmesh_inject.shapes import Shape, Slot, Text, Values, prepared
from appmesh_inject.sidecars import (
    ENVOY,
    GA_ENVOY,
    GATEWAY,
    GATEWAY_ARN,
    GATEWAY_ENVOY,
    MOST_CONTAINERS,
    NODE,
    NODE_ARN,
    POD_ENVOY,
    POD_PROXY_INIT,
    PREVIEW_ENVOY,
    PREVIEW_PROXY_INIT,
    PREVIEW_PROXY_INIT_OF_THE_API,
    PROXY_CONFIGURATION,
    PROXY_INIT,
    SHORT_GATEWAY,
    SHORT_NODE,
    STANDALONE_ENVOY,
    STANDALONE_GATEWAY_ENVOY,
    X_RAY,
    X_RAY_DAEMON,
)
from appmesh_inject.tree import Json
from appmesh_inject.workload import Dialect

Members: TypeAlias = Mapping[str, Shape]


class Sidecar(NamedTuple):
    """One container that a profile adds.

    role: what it is, and its name unless renamed. fragment: the setting that overrides it. image: the deployment
    parameter that names its image. place: the list it goes into. images: parts of an image's name that betray such a
    container whatever its name; what betrays a proxy, `proxies` knows. only_with: the slot that must have a value for
    it to be there.
    """

    role: str
    fragment: str
    definition: Filled
    images: tuple[str, ...] = ()
    place: str = "app"
    only_with: Slot | None = None

    def build(
        self, values: Values, fragments: Sequence[Mapping[str, Json]], dialect: Dialect, loops: Collection[str]
    ) -> dict[str, Json]:
        """The container definition with `values` in its slots, and the fragments merged over it in order.
        `loops`: identifiers of the Fn::ForEach loops around."""
        built = self.definition.filled(values, loops)
        for fragment in fragments:
            built = merged(built, fragment, dialect.identities)
        return built


class Form(NamedTuple):
    """What a profile adds in one kind of document, and the limits that it has there.

    images: by slot, the deployment parameter that overrides the image that is built in. resource: how Envoy's
    resource is named, unless by ResourceArn. ignored_ports: how many EgressIgnoredPorts it honours. net_admin: a
    sidecar adds the NET_ADMIN capability. egress_only: it can do without app ports. redirect: the
    ProxyConfiguration. takes_traffic: it redirects at all. waits: app containers wait for a healthy envoy.
    needs_region: Region must be given. most_containers: how many one workload may have.
    """

    sidecars: tuple[Sidecar, ...]
    images: Mapping[Slot, str]
    egress_ignored_ips: str
    ignored_ports: int
    resource: Text
    net_admin: bool = False
    egress_only: bool = False
    redirect: Filled | None = None
    takes_traffic: bool = True
    waits: bool = False
    needs_region: bool = False
    most_containers: int | None = MOST_CONTAINERS


def _preview(envoy: Members, proxy_init: Members, *, in_pods: bool = False) -> Form:
    return Form(
        sidecars=(
            Sidecar(ENVOY, "Envoy", prepared(envoy)),
            Sidecar(PROXY_INIT, "ProxyInit", prepared(proxy_init), place="init" if in_pods else "app"),
        ),
        images={Slot.ENVOY_IMAGE: "PreviewEnvoyImage", Slot.PROXY_INIT_IMAGE: "PreviewProxyInitImage"},
        egress_ignored_ips="169.254.169.254" if in_pods else "169.254.169.254,169.254.170.2",
        ignored_ports=14,
        resource=SHORT_NODE,
        net_admin=True,
        needs_region=in_pods,
        most_containers=None if in_pods else MOST_CONTAINERS,
    )


def _as_it_is(shape: Members) -> Members:
    return shape


def _of_the_api(shape: Members) -> Members:
    """A shape as the ECS API spells it: names begin with a small letter; a ProxyConfiguration's list is
    `properties`."""
    return {_api_name(name): _part_of_the_api(member) for name, member in shape.items()}


def _part_of_the_api(shape: Shape) -> Shape:
    if isinstance(shape, dict):
        return _of_the_api(shape)
    return [_part_of_the_api(item) for item in shape] if isinstance(shape, list) else shape


def _api_name(name: str) -> str:
    return "properties" if name == "ProxyConfigurationProperties" else name[0].lower() + name[1:]


Spelling: TypeAlias = Callable[[Members], Members]


def _by_ecs(envoy: Members, image: str, resource: Text, spell: Spelling = _as_it_is, *, redirects: bool = True) -> Form:
    """A form in which ECS itself redirects the traffic."""
    return Form(
        sidecars=(
            Sidecar(ENVOY, "Envoy", prepared(spell(envoy))),
            Sidecar(
                X_RAY_DAEMON, "XRayDaemon", prepared(spell(X_RAY)), images=("aws-xray-daemon",), only_with=Slot.X_RAY
            ),
        ),
        images={Slot.ENVOY_IMAGE: image, Slot.X_RAY_IMAGE: "XRayImage"},
        egress_ignored_ips="169.254.170.2,169.254.169.254",
        ignored_ports=15,
        resource=resource,
        egress_only=True,
        redirect=prepared(spell(PROXY_CONFIGURATION)) if redirects else None,
        takes_traffic=redirects,
        waits=True,
    )


def _standalone(spell: Spelling) -> Form:
    return _by_ecs(STANDALONE_ENVOY, "StandaloneEnvoyImage", SHORT_NODE, spell)


def _standalone_gateway(spell: Spelling) -> Form:
    return _by_ecs(STANDALONE_GATEWAY_ENVOY, "StandaloneEnvoyImage", SHORT_GATEWAY, spell, redirects=False)


@cache
def form(profile: str, dialect: str, kind: str) -> Form | None:
    """What a profile adds in a kind of document for a node or a gateway; None where it has nothing for it."""
    make = _FORMS.get((profile, dialect, kind))
    return make() if make else None


# Made when they are asked for: most templates need one of them, and all would be on each cold start's clock.
_FORMS: Mapping[tuple[str, str, str], Callable[[], Form]] = {
    (PREVIEW, "cloudformation", NODE): lambda: _preview(PREVIEW_ENVOY, PREVIEW_PROXY_INIT),
    (PREVIEW, "ecs", NODE): lambda: _preview(_of_the_api(PREVIEW_ENVOY), PREVIEW_PROXY_INIT_OF_THE_API),
    (PREVIEW, "pod", NODE): lambda: _preview(POD_ENVOY, POD_PROXY_INIT, in_pods=True),
    (GA, "cloudformation", NODE): lambda: _by_ecs(GA_ENVOY, "GaEnvoyImage", NODE_ARN),
    (GA, "cloudformation", GATEWAY): lambda: _by_ecs(GATEWAY_ENVOY, "GaEnvoyImage", GATEWAY_ARN, redirects=False),
    (GA, "ecs", NODE): lambda: _by_ecs(GA_ENVOY, "GaEnvoyImage", SHORT_NODE, _of_the_api),
    (GA, "ecs", GATEWAY): lambda: _by_ecs(GATEWAY_ENVOY, "GaEnvoyImage", SHORT_GATEWAY, _of_the_api, redirects=False),
    (STANDALONE, "cloudformation", NODE): lambda: _standalone(_as_it_is),
    (STANDALONE, "cloudformation", GATEWAY): lambda: _standalone_gateway(_as_it_is),
    (STANDALONE, "ecs", NODE): lambda: _standalone(_of_the_api),
    (STANDALONE, "ecs", GATEWAY): lambda: _standalone_gateway(_of_the_api),
}
"""By profile, dialect of the document, and what the workload represents."""
