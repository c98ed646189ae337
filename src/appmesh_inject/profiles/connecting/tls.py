"""TLS of the mesh. Service Connect encrypts only with AWS Private CA, and never authenticates clients.

Source: ECS developer guide, "Encrypt Amazon ECS Service Connect traffic".
"""

from collections.abc import Collection, Iterator

from appmesh_inject.cfn.document import Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.model import VirtualNode
from appmesh_inject.mesh.tls_model import ClientTls

FRAGMENT = "ServiceConnect: {Services: [{DiscoveryName: ..., Tls: {...}}]}"
_LEFT = "use profile standalone for both ends"


def of_listeners(node: VirtualNode, encrypted: Collection[str], *, has_standalone_caller: bool) -> Iterator[Finding]:
    """Refusals for the listeners of a node. encrypted: the keys of the ports whose entry has Tls."""
    for listener in node.listeners:
        tls = listener.tls
        if tls is None or tls.mode == "DISABLED":
            continue
        if tls.validation is not None:
            yield _mutual(node, tls.validation.path)
        if listener.port.key not in encrypted:
            message = f"the listener encrypts ({tls.mode}), and Service Connect would not"
            hint = f"Give the entry a certificate: {FRAGMENT}; or take TLS out, or {_LEFT}"
            yield Finding("AM410", node.logical_id, tls.path, message, hint)
        elif has_standalone_caller:
            message = "the Envoy of a standalone caller trusts the present certificate, not that of Service Connect"
            yield Finding("AM410", node.logical_id, tls.path, message, f"Convert the caller as well, or {_LEFT}")


def of_backends(node: VirtualNode, encrypted: Collection[str]) -> Iterator[Finding]:
    """Refusals for the client policies of a node. encrypted: the keys of the virtual services whose entries have
    Tls."""
    policies: list[tuple[str, ClientTls | None, Path]] = [("", node.tls, node.path)]
    policies += [(backend.service.key, backend.tls, backend.service.path) for backend in node.backends]
    uses_default = [backend.service.key for backend in node.backends if backend.tls is None]
    for service, policy, _ in policies:
        if policy is None:
            continue
        if policy.certificate is not None:
            yield _mutual(node, policy.path)
        called = [service] if service else uses_default
        if policy.enforce and any(each not in encrypted for each in called):
            message = "the client policy enforces TLS, and Service Connect would call in plain text"
            hint = f"Give the called entry a certificate: {FRAGMENT}; or set Enforce: false, or {_LEFT}"
            yield Finding("AM410", node.logical_id, policy.path, message, hint)


def _mutual(node: VirtualNode, path: Path) -> Finding:
    message = "certificates of clients are checked, and Service Connect does not authenticate clients"
    return Finding("AM411", node.logical_id, path, message, f"Take it out if it was no protection, or {_LEFT}")
