"""TLS of listeners and of client policies."""

from appmesh_inject.mesh.parsing.property import Members, Property, each
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
from appmesh_inject.settings.types import any_text, port


def listener_tls(prop: Property) -> ListenerTls | None:
    members = prop.is_there and prop.members("Mode", "Certificate", "Validation")
    if not members:
        return None
    mode = members.required_choice("Mode", "STRICT", "PERMISSIVE", "DISABLED")
    certificate = _certificate(members.required("Certificate"), "ACM", "File", "SDS")
    validation = _validation(members["Validation"])
    if mode is None or certificate is None:
        return None
    return ListenerTls(mode=mode, certificate=certificate, validation=validation, path=prop.path)


def client_policy(prop: Property) -> ClientTls | None:
    """The TLS settings of a `ClientPolicy`, its only member."""
    members = prop.is_there and prop.members("TLS")
    return _client_tls(members["TLS"]) if members else None


def backend_defaults(prop: Property) -> ClientTls | None:
    members = prop.is_there and prop.members("ClientPolicy")
    return client_policy(members["ClientPolicy"]) if members else None


def _client_tls(prop: Property) -> ClientTls | None:
    members = prop.is_there and prop.members("Enforce", "Ports", "Certificate", "Validation")
    if not members:
        return None
    enforce = members.flag("Enforce") if members["Enforce"].is_there else True
    ports = each(members["Ports"].items(), lambda item: item.scalar(port))
    certificate = members["Certificate"]
    own = _certificate(certificate, "File", "SDS") if certificate.is_there else None
    required = members.required("Validation")
    validation = required and _validation(required)
    if enforce is None:
        return None
    return ClientTls(enforce=enforce, ports=ports, certificate=own, validation=validation, path=prop.path)


def _certificate(prop: Property | None, *kinds: str) -> Certificate | None:
    members = prop and prop.members(*kinds)
    kind = members and members.one_of(*kinds)
    if not members or not kind:
        return None
    if kind == "ACM":
        return AcmManaged()
    if kind == "SDS":
        return _secret(members["SDS"])
    files = members["File"].members("CertificateChain", "PrivateKey")
    if files is None:
        return None
    chain = files.required_scalar("CertificateChain", any_text)
    key = files.required_scalar("PrivateKey", any_text)
    return None if chain is None or key is None else FileCertificate(chain, key)


def _secret(prop: Property) -> SdsSecret | None:
    members = prop.members("SecretName")
    name = members and members.required_scalar("SecretName", any_text)
    return name and SdsSecret(name)


def _validation(prop: Property) -> Validation | None:
    members = prop.is_there and prop.members("Trust", "SubjectAlternativeNames")
    if not members:
        return None
    trust = _trust(members.required("Trust"))
    names = _subject_alternative_names(members["SubjectAlternativeNames"])
    if trust is None:
        return None
    return Validation(trust=trust, subject_alternative_names=names, path=prop.path)


def _trust(prop: Property | None) -> Trust | None:
    members = prop and prop.members("ACM", "File", "SDS")
    kind = members and members.one_of("ACM", "File", "SDS")
    if not members or not kind:
        return None
    if kind == "ACM":
        return AcmManaged()
    if kind == "SDS":
        return _secret(members["SDS"])
    file = members["File"].members("CertificateChain")
    chain = file and file.required_scalar("CertificateChain", any_text)
    return chain and FileTrust(chain)


def _subject_alternative_names(prop: Property) -> tuple[Scalar, ...]:
    members = prop.is_there and prop.members("Match")
    match: Members | None = (members["Match"].members("Exact") or None) if members else None
    return each(match["Exact"].items(), lambda item: item.scalar(any_text)) if match else ()
