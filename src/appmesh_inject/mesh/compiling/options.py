"""What one compilation is asked for, and what comes out of it."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding


class Options(NamedTuple):
    """default_retry_policy: routes without a retry policy get App Mesh's own, as in accounts with no mesh before
    2020-07-29. cloud_map_dns: `strict` takes every address of a Cloud Map name, `logical` one. environment: the
    envoy container's variables, which switch tracing and statistics on; `scope` and `environment_path` are theirs.
    """

    default_retry_policy: bool = True
    cloud_map_dns: str = "strict"
    ingress_port: Json = "15000"
    egress_port: Json = "15001"
    admin_port: Json = "9901"
    environment: Mapping[str, Json] = NOTHING
    environment_path: Path = ()
    scope: Scope = NOTHING_KNOWN


class Compiled(NamedTuple):
    """bootstrap: Envoy's configuration; its scalars are text, and may be intrinsics. ports: those of the node's
    or gateway's listeners, as written. files: what Envoy reads from its file system. With an error among the
    findings, the bootstrap is not to be used."""

    bootstrap: Mapping[str, Json]
    findings: tuple[Finding, ...]
    ports: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
