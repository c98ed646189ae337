"""The parts of a bootstrap that differ between nodes and gateways."""

from typing import NamedTuple, final

from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.egress import Called
from appmesh_inject.mesh.compiling.envoy_messages import Config


@final
class BootstrapParts(NamedTuple):
    """called: the services that this Envoy calls, each with its client policy."""

    listeners: list[Config]
    clusters: list[Config]
    called: list[Called]
    findings: list[Finding]
