"""TLS of listeners and clusters. Certificates from files and SDS work; the keys of ACM certificates are out of
reach."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, final

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.compiling.envoy_messages import Config, typed
from appmesh_inject.mesh.model import GRPC, HTTP, HTTP2, TCP, Listener, Resource
from appmesh_inject.mesh.scalars import Scalar
from appmesh_inject.mesh.tls_model import (
    AcmManaged,
    Certificate,
    ClientTls,
    FileCertificate,
    FileTrust,
    ListenerTls,
    SdsSecret,
    Trust,
    Validation,
)

SDS_CLUSTER = "sds_unix_socket"
_TLS = "extensions.transport_sockets.tls.v3"


def server_socket(tls: ListenerTls, protocol: str) -> Config:
    """The transport socket that terminates TLS on a listener."""
    common: dict[str, Json] = {**_certificates(tls.certificate)}
    if protocol != TCP:
        # Envoy detects HTTP/1.1 and HTTP/2 by itself, but gRPC clients require ALPN.
        common["alpn_protocols"] = ["h2", "http/1.1"]
    fields: dict[str, Json] = {"common_tls_context": common}
    if tls.validation is not None:
        common |= _validation(tls.validation.trust, tls.validation.subject_alternative_names)
        fields["require_client_certificate"] = "true"
    return {"name": "envoy.transport_sockets.tls", "typed_config": typed(f"{_TLS}.DownstreamTlsContext", fields)}


def client_socket(policy: ClientTls | None, server: Listener, hostname: Scalar) -> Config | None:
    """The transport socket of a caller's cluster: TLS as the client policy says, TLS without validation if no policy
    applies and the server has TLS, or None for plain text."""
    encrypts = server.tls is not None and server.tls.mode != "DISABLED"
    applies = policy is not None and (not policy.ports or server.port in policy.ports)
    if policy is None or not applies:
        return _upstream({}, server.protocol, hostname) if encrypts else None
    if not policy.enforce and not encrypts:
        return None
    common = dict(_certificates(policy.certificate))
    if policy.validation is not None:
        # Without configured names, App Mesh compared the certificate with the host name of service discovery.
        names = policy.validation.subject_alternative_names or (hostname,)
        common |= _validation(policy.validation.trust, names)
    return _upstream(common, server.protocol, hostname)


def _upstream(common: Config, protocol: str, hostname: Scalar) -> Config:
    alpn: Config = {"alpn_protocols": ["h2"]} if protocol in (HTTP2, GRPC) else {}
    alpn = {"alpn_protocols": ["http/1.1"]} if protocol == HTTP else alpn
    fields: Config = {"sni": hostname.written, "common_tls_context": {**common, **alpn}}
    return {"name": "envoy.transport_sockets.tls", "typed_config": typed(f"{_TLS}.UpstreamTlsContext", fields)}


def _certificates(certificate: Certificate | None) -> Config:
    if isinstance(certificate, FileCertificate):
        pair = {
            "certificate_chain": {"filename": certificate.chain.written},
            "private_key": {"filename": certificate.private_key.written},
        }
        return {"tls_certificates": [pair]}
    if isinstance(certificate, SdsSecret):
        return {"tls_certificate_sds_secret_configs": [_sds(certificate)]}
    return {}


def _validation(trust: Trust, names: Iterable[Scalar]) -> Config:
    matchers = [_subject_alternative_name(name) for name in names]
    match: Config = {"match_typed_subject_alt_names": matchers} if matchers else {}
    if isinstance(trust, FileTrust):
        return {"validation_context": {"trusted_ca": {"filename": trust.chain.written}, **match}}
    if isinstance(trust, SdsSecret) and match:
        both: Config = {"default_validation_context": match, "validation_context_sds_secret_config": _sds(trust)}
        return {"combined_validation_context": both}
    return {"validation_context_sds_secret_config": _sds(trust)} if isinstance(trust, SdsSecret) else {}


def _subject_alternative_name(name: Scalar) -> Config:
    return {"san_type": "URI" if "://" in name.key else "DNS", "matcher": {"exact": name.written}}


def _sds(secret: SdsSecret) -> Config:
    service = {"envoy_grpc": {"cluster_name": SDS_CLUSTER}}
    source: Config = {"api_type": "GRPC", "transport_api_version": "V3", "grpc_services": [service]}
    config: Config = {"resource_api_version": "V3", "api_config_source": source}
    return {"name": secret.name.written, "sds_config": config}


@final
class Needs(NamedTuple):
    """What TLS needs outside of Envoy: files, and the SDS socket."""

    files: tuple[Json, ...] = ()
    sds: bool = False
    findings: tuple[Finding, ...] = ()


def needs(owner: Resource, *settings: ListenerTls | ClientTls | None) -> Needs:
    """The files and the SDS socket that the TLS settings of `owner` need. Each use of ACM is a finding."""
    parts = [(part, path) for tls in settings if tls is not None for part, path in _parts(tls)]
    findings = [_acm(owner, path) for part, path in parts if isinstance(part, AcmManaged)]
    files = [text.written for part, _ in parts for text in _file_paths(part)]
    return Needs(tuple(files), any(isinstance(part, SdsSecret) for part, _ in parts), tuple(findings))


def _parts(tls: ListenerTls | ClientTls) -> Iterator[tuple[Certificate | Trust, Path]]:
    if isinstance(tls, ListenerTls) and tls.mode == "DISABLED":
        return
    if tls.certificate is not None:
        yield tls.certificate, (*tls.path, "Certificate")
    validation: Validation | None = tls.validation
    if validation is not None:
        yield validation.trust, (*validation.path, "Trust")


def _file_paths(part: Certificate | Trust) -> tuple[Scalar, ...]:
    if isinstance(part, FileCertificate):
        return part.chain, part.private_key
    return (part.chain,) if isinstance(part, FileTrust) else ()


def _acm(owner: Resource, path: Path) -> Finding:
    if path[-1] == "Trust":
        message = "is a certificate authority in ACM PCA, whose certificate only App Mesh could deliver to Envoy"
        hint = (
            "Write the authority's certificate to a file (aws acm-pca get-certificate-authority-certificate), "
            "and use Trust: File, or SDS"
        )
        return Finding("AM310", owner.logical_id, (*path, "ACM"), message, hint)
    message = "is in ACM, whose keys only App Mesh could deliver to Envoy"
    hint = "Export the private certificate (aws acm export-certificate) to files, or use File or SDS"
    return Finding("AM310", owner.logical_id, (*path, "ACM"), message, hint)
