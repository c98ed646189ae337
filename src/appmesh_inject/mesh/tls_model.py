"""Certificates and trust of the mesh model: who TLS shows, and whom it believes."""

from dataclasses import dataclass, field
from typing import TypeAlias, final

from appmesh_inject.cfn.document import Path
from appmesh_inject.mesh.scalars import Scalar

SDS_VARIABLE = "APPMESH_SDS_SOCKET_PATH"
"""The envoy container's variable that has the socket of SDS: App Mesh's image read it, and the compiler does."""


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
    """A certificate or a trust that lives in ACM, whose keys only App Mesh could bring to Envoy."""


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
    """The TLS part of a client policy; no `ports`: on every port."""

    enforce: bool
    ports: tuple[Scalar, ...]
    certificate: Certificate | None
    validation: Validation | None
    path: Path = field(compare=False, default=())
