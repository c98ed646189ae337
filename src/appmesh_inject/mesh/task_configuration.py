"""The configuration that the Envoy of a `standalone` task gets."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, NOTHING_KNOWN, Absent, Scope, mapped
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.mesh_sources import MeshSources
from appmesh_inject.mesh.meshes import Meshes, named_resource
from appmesh_inject.settings.table import COMPRESSED, PLAIN, WARN, Settings

if TYPE_CHECKING:
    from appmesh_inject.mesh.compiling import Compiler
    from appmesh_inject.mesh.live_function import LiveWeightsUse


class EnvoyConfiguration(NamedTuple):
    """What one Envoy runs. command: None if there is an error. ports: of the listeners. files: the paths that Envoy
    reads. live: the live weights that it follows; None: it follows none. bootstrap: what the command carries; its
    scalars are text or intrinsics."""

    command: Json
    ports: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    findings: tuple[Finding, ...] = ()
    live: "LiveWeightsUse | None" = None
    bootstrap: Mapping[str, Json] = NOTHING


def task_configuration(
    meshes: Meshes,
    of_task: MeshSources,
    settings: Settings,
    *,
    is_gateway: bool,
    scope: Scope,
    environment: Mapping[str, Json],
    admin_port: Json,
    place: Path,
    name_place: Path,
    subject: str,
    document: Json,
) -> EnvoyConfiguration:
    """The configuration of the Envoy in task `subject` of `document`. environment: its variables; place: where they are
    written. name_place: where the name of its node or gateway is."""
    from appmesh_inject.mesh.compiling import Options
    from appmesh_inject.mesh.envoy_command import command

    scope = scope._replace(imports=of_task.imports)
    compiler, findings = meshes.compiler(of_task, settings, scope, document)
    if any(finding.is_error for finding in findings):
        return EnvoyConfiguration(None, findings=findings)
    options = Options(
        default_retry_policy=compiler.options.default_retry_policy,
        cloud_map_dns=compiler.options.cloud_map_dns,
        ingress_port=settings.proxy_ingress_port,
        egress_port=settings.proxy_egress_port,
        admin_port=admin_port,
        stats_port=settings.stats_port,
        deferred_stats=settings.deferred_stats,
        environment=environment,
        environment_path=place,
        scope=scope,
        live_function=compiler.options.live_function,
    )
    compile_one = compiler.gateway if is_gateway else compiler.node
    compiled = compile_one(named_resource(settings), settings.mesh_name, options)
    problems = tuple(_about(compiled.findings, subject, place if compiled.logical_id else name_place))
    if any(finding.is_error for finding in problems):
        return EnvoyConfiguration(None, findings=(*findings, *problems))
    # The tasks of a node can be in any of several templates.
    if len(of_task.sources) == 1 and not settings.export_mesh:
        is_certain = not _depends_on_a_condition(subject, scope)
        meshes.runners_of(compiler).add(compiled.logical_id, subject, place, is_certain=is_certain)
    level = environment.get("ENVOY_LOG_LEVEL", settings.log_level)
    level = "warning" if level == WARN else level
    form = COMPRESSED if settings.configuration == COMPRESSED else PLAIN
    arguments = _arguments(environment)
    commanded = command(compiled.bootstrap, level, subject, arguments, form=form, scope=scope, parts=meshes.parts)
    found = [*findings, *problems, *_about(commanded.findings, subject, place)]
    live = _live_weights(compiler) if compiled.is_live else None
    if live is not None and live.function is None:
        from appmesh_inject.mesh.live_source import unknown_function

        found.append(unknown_function(subject, place, is_stack=not meshes.given_meshes))
    return EnvoyConfiguration(
        list(commanded.command), compiled.ports, compiled.files, tuple(found), live, compiled.bootstrap
    )


def _live_weights(compiler: "Compiler") -> "LiveWeightsUse":
    from appmesh_inject.mesh.live_function import LiveWeightsUse
    from appmesh_inject.mesh.live_source import is_own

    function = compiler.options.live_function
    return LiveWeightsUse(function, compiler.live_routes() if is_own(function) else ())


def _depends_on_a_condition(subject: str, scope: Scope) -> bool:
    resource = scope.resources.get(subject)
    return isinstance(resource, Mapping) and "Condition" in resource


def _arguments(environment: Mapping[str, Json]) -> tuple[Json, ...]:
    """The arguments for variables that App Mesh's image turned into arguments and the stock image does not."""
    concurrency = environment.get("ENVOY_CONCURRENCY")
    if concurrency is None:
        return ()
    # In a branch without the variable, its flag goes as well.
    flag = mapped(
        concurrency, NOTHING_KNOWN, lambda leaf: NO_VALUE if isinstance(leaf.reading, Absent) else "--concurrency"
    )
    return flag, scalar(concurrency)


def _about(findings: tuple[Finding, ...], subject: str, place: Path) -> Iterator[Finding]:
    """The findings, with the task's subject and place where they have none of their own."""
    for finding in findings:
        yield Finding(finding.code, finding.subject or subject, finding.path or place, finding.message, finding.hint)
