"""The options of a compilation, and its result."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NOTHING_KNOWN, Scope
from appmesh_inject.findings import Finding


class Options(NamedTuple):
    """default_retry_policy: give routes without a retry policy App Mesh's default, as App Mesh did in accounts that
    had no mesh before 2020-07-29. cloud_map_dns: `strict` uses all addresses of a Cloud Map name, `logical` one of
    them. stats_port: where statistics are served to the task's network. deferred_stats: Envoy creates those of a
    cluster when it is first used. environment: variables of the envoy container, which enable tracing and statistics.
    environment_path, scope: where these variables stand, and what is known there. live_function: the ARN of the
    function that tells live weights; None: there are none. lists_weights: another finding lists the weights that are
    not live."""

    default_retry_policy: bool = True
    cloud_map_dns: str = "strict"
    ingress_port: Json = "15000"
    egress_port: Json = "15001"
    admin_port: Json = "9901"
    stats_port: str | None = None
    deferred_stats: bool = False
    environment: Mapping[str, Json] = NOTHING
    environment_path: Path = ()
    scope: Scope = NOTHING_KNOWN
    live_function: Json = None
    lists_weights: bool = False


class Compiled(NamedTuple):
    """The result for one Envoy; unusable if the findings contain an error. bootstrap: Envoy's configuration, whose
    scalars are strings or intrinsics. ports: of the listeners, as written in the template. files: the paths that Envoy
    reads. logical_id: of the node or gateway; empty if it is not found. is_live: it follows live weights."""

    bootstrap: Mapping[str, Json]
    findings: tuple[Finding, ...]
    ports: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    logical_id: str = ""
    is_live: bool = False
