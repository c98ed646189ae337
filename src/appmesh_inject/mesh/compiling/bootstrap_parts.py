"""What nodes and gateways contribute to a bootstrap, each in its own way."""

from typing import NamedTuple, final

from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.egress import Called
from appmesh_inject.mesh.compiling.envoy_messages import Config


@final
class BootstrapParts(NamedTuple):
    """`called`: the services that this Envoy calls, with the client policies that hold for them."""

    listeners: list[Config]
    clusters: list[Config]
    called: list[Called]
    findings: list[Finding]
