"""Features of nodes and gateways: TLS."""

from appmesh_inject.exits.feature_conditions import TLS_IS_OFF, TLS_IS_OPTIONAL
from appmesh_inject.exits.features.feature import KEPT, Feature, kept_everywhere
from appmesh_inject.exits.sources import (
    CONNECT_TLS,
    ECS_WITH_LATTICE,
    LATTICE_TARGETS,
    LATTICE_TLS,
    LISTENERS,
    MOVING,
    MUTUAL,
    TARGETS,
)
from appmesh_inject.exits.verdicts import cannot, changes, keeps

_LISTENER = "Spec.Listeners.TLS"
_POLICIES = ("Spec.BackendDefaults.ClientPolicy.TLS", "Spec.Backends.VirtualService.ClientPolicy.TLS")


def _client(*rest: str) -> tuple[str, ...]:
    return tuple(f"VirtualNode|VirtualGateway {policy}.{each}" for policy in _POLICIES for each in rest)


NO_ACM = cannot("Only App Mesh could bring keys and authorities of ACM to an Envoy: use files or SDS", MOVING)
ONLY_PRIVATE_CA = cannot("It encrypts only with certificates of AWS Private CA, which it issues itself", CONNECT_TLS)
NO_MUTUAL_TLS = cannot("It has no mutual TLS", CONNECT_TLS)
OPEN_BEHIND_THE_BALANCER = cannot(
    "It ends TLS; from there to the task the wire is open unless the application itself speaks TLS", TARGETS
)
OPEN_BEHIND_LATTICE = cannot(
    "It ends TLS; from there to the task the wire is open unless the application itself speaks TLS", LATTICE_TARGETS
)

ENCRYPTION = (
    kept_everywhere(
        "TLS switched off",
        (f"VirtualNode|VirtualGateway {_LISTENER}.**",),
        "TLS that is switched off is nothing to move",
        MOVING,
        where=TLS_IS_OFF,
    ),
    Feature(
        "mutual TLS at a node",
        (f"VirtualNode {_LISTENER}.Validation.**",),
        standalone=KEPT,
        service_connect=NO_MUTUAL_TLS,
        alb=cannot("It checks certificates of its callers, but the task no longer sees them", MUTUAL),
        lattice=cannot("Only TLS that passes through to the application can be mutual", LATTICE_TLS),
    ),
    Feature(
        "mutual TLS at a gateway",
        (f"VirtualGateway {_LISTENER}.Validation.**",),
        standalone=KEPT,
        service_connect=NO_MUTUAL_TLS,
        alb=changes("A trust store at the HTTPS listener checks the callers' certificates", MUTUAL),
        lattice=cannot("Only TLS that passes through to the application can be mutual", LATTICE_TLS),
    ),
    Feature(
        "TLS at a node by ACM",
        (f"VirtualNode {_LISTENER}.Certificate.ACM.*",),
        standalone=NO_ACM,
        service_connect=ONLY_PRIVATE_CA,
        alb=OPEN_BEHIND_THE_BALANCER,
        lattice=OPEN_BEHIND_LATTICE,
    ),
    Feature(
        "TLS at a gateway by ACM",
        (f"VirtualGateway {_LISTENER}.Certificate.ACM.*",),
        standalone=NO_ACM,
        service_connect=ONLY_PRIVATE_CA,
        alb=keeps("The HTTPS listener takes the same certificate", LISTENERS),
        lattice=cannot("Lattice has no way in from outside of its VPCs", ECS_WITH_LATTICE),
    ),
    Feature(
        "TLS at a node",
        (f"VirtualNode {_LISTENER}.**",),
        standalone=KEPT,
        service_connect=ONLY_PRIVATE_CA,
        alb=OPEN_BEHIND_THE_BALANCER,
        lattice=OPEN_BEHIND_LATTICE,
    ),
    Feature(
        "TLS at a gateway",
        (f"VirtualGateway {_LISTENER}.**",),
        standalone=KEPT,
        service_connect=ONLY_PRIVATE_CA,
        alb=changes("The HTTPS listener needs a certificate of ACM", LISTENERS),
        lattice=cannot("Lattice has no way in from outside of its VPCs", ECS_WITH_LATTICE),
    ),
    Feature(
        "mutual TLS of a caller",
        _client("Certificate.**"),
        standalone=KEPT,
        service_connect=NO_MUTUAL_TLS,
        alb=cannot("The application would have to hold the certificate, its sidecar held it", MUTUAL),
        lattice=cannot("Only TLS that passes through to the application can be mutual", LATTICE_TLS),
    ),
    Feature(
        "trust of a caller in ACM",
        _client("Validation.Trust.ACM.*"),
        standalone=NO_ACM,
        service_connect=ONLY_PRIVATE_CA,
        alb=OPEN_BEHIND_THE_BALANCER,
        lattice=OPEN_BEHIND_LATTICE,
    ),
    Feature(
        "TLS of a caller where it is offered",
        _client("**"),
        where=TLS_IS_OPTIONAL,
        standalone=KEPT,
        service_connect=changes("It speaks TLS where the server's endpoint does", CONNECT_TLS),
        alb=changes("Callers speak what the URL says", LISTENERS),
        lattice=changes("Callers speak what the URL says", LATTICE_TLS),
    ),
    Feature(
        "TLS of a caller",
        _client("**"),
        standalone=KEPT,
        service_connect=ONLY_PRIVATE_CA,
        alb=OPEN_BEHIND_THE_BALANCER,
        lattice=OPEN_BEHIND_LATTICE,
    ),
)
