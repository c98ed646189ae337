"""Where the mesh of a `standalone` task is defined, and the configuration that its Envoy gets.

Each mesh is parsed once, and all its tasks share one compiler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import Json, Path
from appmesh_inject.cfn.interpolation import scalar
from appmesh_inject.cfn.intrinsics import NO_VALUE, NOTHING_KNOWN, Absent, Scope, mapped
from appmesh_inject.findings import Finding
from appmesh_inject.settings.table import COMPRESSED, PLAIN, WARN, Settings

if TYPE_CHECKING:
    from appmesh_inject.mesh.compiling import Compiler
    from appmesh_inject.mesh.flow_yaml import Parts
    from appmesh_inject.mesh.live_function import LiveRoute
    from appmesh_inject.mesh.live_source import LiveSource
    from appmesh_inject.mesh.runners import Runners

APP_MESH = "AWS::AppMesh::"

SEVERAL_MESHES = "Set MeshName"

EXPORT = ("AppMeshInject", "Mesh")
"""The path in Metadata of an exported mesh, which other templates use with MeshStack."""


class MeshSource(NamedTuple):
    """Where a mesh is defined. resources: resolved if they come from another template. path: to the resources, for
    findings. findings: from reading them. live: the other template, which may have live weights."""

    resources: Mapping[str, Json]
    path: Path = ("Resources",)
    findings: tuple[Finding, ...] = ()
    live: "LiveSource | None" = None

    @classmethod
    def elsewhere(
        cls,
        resources: Mapping[str, Json],
        path: Path,
        findings: tuple[Finding, ...],
        live: "LiveSource | None" = None,
    ) -> "MeshSource":
        """A mesh from another template. path: stands for that template in the paths of findings."""
        return cls(resources, (*path, "Resources"), tuple(f._replace(path=(*path, *f.path)) for f in findings), live)

    @property
    def is_empty(self) -> bool:
        return not any(
            isinstance(resource, dict) and str(resource.get("Type")).startswith(APP_MESH)
            for resource in self.resources.values()
        )


def with_exported(template: Mapping[str, Json]) -> Mapping[str, Json]:
    """The template, with the mesh that it exports back among its resources."""
    metadata = template.get("Metadata")
    section = metadata.get(EXPORT[0]) if isinstance(metadata, dict) else None
    mesh = section.get(EXPORT[1]) if isinstance(section, dict) else None
    resources = template.get("Resources")
    if not isinstance(mesh, dict):
        return template
    return {**template, "Resources": {**(resources if isinstance(resources, dict) else {}), **mesh}}


def resources_of(content: Json) -> Mapping[str, Json]:
    """The resources of a template including the mesh that it exports. Empty for other documents."""
    resources = with_exported(content).get("Resources") if isinstance(content, Mapping) else None
    return resources if isinstance(resources, Mapping) else {}


class EnvoyConfiguration(NamedTuple):
    """What one Envoy runs. command: None if there is an error. ports: of the listeners. files: the paths that Envoy
    reads. live: the live weights that it follows; None: it follows none."""

    command: Json
    ports: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    findings: tuple[Finding, ...] = ()
    live: "LiveWeightsUse | None" = None


class LiveWeightsUse(NamedTuple):
    """function: the ARN of the function that tells the live weights. routes: what it has to know, if the template that
    is processed has to get it."""

    function: Json
    routes: "tuple[LiveRoute, ...]"


class Meshes:
    """All meshes that tasks can use. given: a mesh from another template, for all tasks. of_stack: returns the mesh
    that a stack exports, by the stack's name; None if it is not available."""

    def __init__(
        self, given: MeshSource | None = None, of_stack: Callable[[str], MeshSource | None] = lambda _: None
    ) -> None:
        self.given = given
        self.of_stack = of_stack
        self._runners: Runners | None = None
        self._compilers: dict[tuple[int, bool, str, bool], tuple[Compiler, tuple[Finding, ...]]] = {}
        self._parts: Parts | None = None

    def source(self, settings: Settings, scope: Scope) -> MeshSource | None:
        """Where the mesh of a task is defined. A given mesh takes precedence over MeshStack. None if the stack's mesh
        is not available."""
        if self.given is not None:
            return self.given
        if settings.mesh_stack is not None:
            return self.of_stack(settings.mesh_stack)
        return MeshSource(scope.resources)

    def compiler(
        self, source: MeshSource, settings: Settings, scope: Scope, document: Json
    ) -> tuple["Compiler", tuple[Finding, ...]]:
        """The compiler of a mesh, created once, and the findings about the mesh. document: that is processed."""
        # Imported here, since most templates have no standalone task and the import would slow down each cold start.
        from appmesh_inject.mesh.compiling import Compiler, Options
        from appmesh_inject.mesh.parsing import parse
        from appmesh_inject.mesh.value_resolution import deciding

        is_own = source.resources is scope.resources
        key = (
            id(source.resources),
            settings.default_retry_policy == "on",
            settings.cloud_map_dns,
            settings.live_weights,
        )
        if key not in self._compilers:
            parsed = parse(source.resources, deciding(scope) if is_own else Scope(), source.path)
            options = Options(default_retry_policy=key[1], cloud_map_dns=key[2], scope=scope)
            model, findings = parsed.model, (*source.findings, *parsed.findings)
            if settings.live_weights:
                followed = _live_source(source, document, is_own=is_own)
                live = followed.live_weights(model)
                model, findings = live.of(model, source.path), (*findings, *live.findings)
                options = options._replace(live_function=followed.function, lists_weights=True)
            self._compilers[key] = Compiler(model, options), findings
        return self._compilers[key]

    def exported_live_weights(
        self, settings: Settings, scope: Scope, document: Json
    ) -> tuple[LiveWeightsUse | None, tuple[Finding, ...]]:
        """The live weights of a template that exports its mesh, for tasks of other stacks. None if it has none. With
        the findings about them."""
        source = MeshSource(scope.resources)
        compiler, findings = self.compiler(source, settings, scope, document)
        if any(finding.is_error for finding in findings):
            return None, findings
        problems = compiler.shared.links.findings()
        routes = compiler.live_routes()
        about = (each for each in problems if each.code == "AM314")
        return LiveWeightsUse(compiler.options.live_function, routes) if routes else None, (*findings, *about)

    def mismatches(self, tasks: Iterable[tuple[str, Settings, Scope]]) -> Iterator[Finding]:
        """Warnings about the template's own mesh: tasks that run one node, and nodes that no task runs. tasks: all that
        are marked, with their names; also one that is left alone has a node."""
        if self._runners is None:
            return
        for subject, settings, scope in tasks:
            if subject not in self._runners:
                self._runners.add_left_alone(_who(settings), settings.mesh_name, scope, subject)
        yield from self._runners.mismatches()

    def configuration(
        self,
        source: MeshSource,
        settings: Settings,
        *,
        is_gateway: bool,
        scope: Scope,
        environment: Mapping[str, Json],
        admin_port: Json,
        place: Path,
        subject: str,
        document: Json,
    ) -> EnvoyConfiguration:
        """The configuration of the Envoy in task `subject` of `document`. environment: its variables; place: where
        they are written."""
        from appmesh_inject.mesh.compiling import Options
        from appmesh_inject.mesh.envoy_command import command
        from appmesh_inject.mesh.flow_yaml import Parts
        from appmesh_inject.mesh.runners import Runners

        compiler, findings = self.compiler(source, settings, scope, document)
        if any(finding.is_error for finding in findings):
            return EnvoyConfiguration(None, findings=findings)
        options = Options(
            default_retry_policy=compiler.options.default_retry_policy,
            cloud_map_dns=compiler.options.cloud_map_dns,
            ingress_port=settings.proxy_ingress_port,
            egress_port=settings.proxy_egress_port,
            admin_port=admin_port,
            stats_port=settings.stats_port,
            environment=environment,
            environment_path=place,
            scope=scope,
            live_function=compiler.options.live_function,
        )
        compile_one = compiler.gateway if is_gateway else compiler.node
        compiled = compile_one(_who(settings), settings.mesh_name, options)
        problems = tuple(_about(compiled.findings, subject, place))
        if source.resources is not scope.resources:
            option = "--mesh" if self.given is not None else "MeshStack"
            problems = tuple(_of_another_template(each, option, MeshSource(scope.resources)) for each in problems)
        if any(finding.is_error for finding in problems):
            return EnvoyConfiguration(None, findings=(*findings, *problems))
        if source.resources is scope.resources and not settings.export_mesh:
            self._runners = self._runners or Runners(compiler)
            is_certain = not _depends_on_a_condition(subject, scope)
            self._runners.add(compiled.logical_id, subject, place, is_certain=is_certain)
        level = environment.get("ENVOY_LOG_LEVEL", settings.log_level)
        level = "warning" if level == WARN else level
        self._parts = self._parts or Parts()
        form = COMPRESSED if settings.configuration == COMPRESSED else PLAIN
        arguments = _arguments(environment)
        commanded = command(compiled.bootstrap, level, subject, arguments, form=form, scope=scope, parts=self._parts)
        found = (*findings, *problems, *_about(commanded.findings, subject, place))
        live: LiveWeightsUse | None = None
        if compiled.is_live:
            is_own = source.resources is scope.resources
            live = LiveWeightsUse(options.live_function, compiler.live_routes() if is_own else ())
            if options.live_function is None:
                found = (*found, _unknown_function(subject, place, is_stack=self.given is None))
        return EnvoyConfiguration(list(commanded.command), compiled.ports, compiled.files, found, live)


def _live_source(source: MeshSource, document: Json, *, is_own: bool) -> "LiveSource":
    """The template of the mesh, which may have live weights."""
    from appmesh_inject.mesh.live_function import FUNCTION_ARN
    from appmesh_inject.mesh.live_source import LiveSource

    if source.live is not None and not is_own:
        return source.live
    template = document if isinstance(document, Mapping) else {}
    return LiveSource(template, source.path, FUNCTION_ARN)


def _who(settings: Settings) -> Json:
    """What names the node or gateway of a task."""
    return settings.resource_arn or settings.virtual_gateway_name or settings.virtual_node_name


def _depends_on_a_condition(subject: str, scope: Scope) -> bool:
    resource = scope.resources.get(subject)
    return isinstance(resource, Mapping) and "Condition" in resource


def _unknown_function(subject: str, place: Path, *, is_stack: bool) -> Finding:
    if is_stack:
        message = "the stack that MeshStack names has live weights, and no function that tells them"
        hint = "Set LiveWeights: true beside its ExportMesh and update it, or set LiveWeights: false here"
    else:
        message = "the mesh of --mesh has live weights, and it is not known which function tells them"
        hint = "Give its ARN: --live-weights-arn, the stack's output AppMeshInjectLiveWeights"
    return Finding("AM348", subject, place, message, hint)


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


def _of_another_template(finding: Finding, option: str, own: MeshSource) -> Finding:
    """The finding, whose hint says that the template's own mesh does not count beside a mesh from elsewhere."""
    if finding.code != "AM308" or finding.hint == SEVERAL_MESHES:
        return finding
    if own.is_empty:
        hint = f"Define it in the mesh that {option} names, or correct the name and the mesh's name"
    else:
        hint = f"{option} replaces the mesh of this template: put all mesh resources into one template"
    return finding._replace(hint=hint)
