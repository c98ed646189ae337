"""Certificates and trust in the mesh model: what TLS presents, and what it accepts."""

from dataclasses import dataclass, field
from typing import TypeAlias, final

from appmesh_inject.cfn.document import Path
from appmesh_inject.mesh.scalars import Scalar

SDS_VARIABLE = "APPMESH_SDS_SOCKET_PATH"
"""The envoy container's variable for the path of the SDS socket. App Mesh's image read it, and the compiler reads
it."""


@final
@dataclass(frozen=True, slots=True)
class FileCertificate:
    chain: Scalar
    private_key: Scalar


@final
@dataclass(frozen=True, slots=True)
class SdsSecret:
    name: Scalar


@final
@dataclass(frozen=True, slots=True)
class FileTrust:
    chain: Scalar


@final
@dataclass(frozen=True, slots=True)
class AcmManaged:
    """A certificate or CA in ACM. Only App Mesh could deliver its keys to Envoy."""


Certificate: TypeAlias = FileCertificate | SdsSecret | AcmManaged
Trust: TypeAlias = FileTrust | SdsSecret | AcmManaged


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    trust: Trust
    subject_alternative_names: tuple[Scalar, ...] = ()
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerTls:
    mode: str
    certificate: Certificate | None
    validation: Validation | None
    path: Path = field(compare=False, default=())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls:
    """The TLS settings of a client policy. Without `ports` they apply to every port."""

    enforce: bool
    ports: tuple[Scalar, ...]
    certificate: Certificate | None
    validation: Validation | None
    path: Path = field(compare=False, default=())
