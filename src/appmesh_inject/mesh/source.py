"""Where the mesh of a `standalone` task is defined, and the configuration that its Envoy gets.

Each mesh is parsed once, and all its tasks share one compiler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from appmesh_inject.cfn.document import NOTHING, Json, Path
from appmesh_inject.cfn.intrinsics import NO_VALUE, NOTHING_KNOWN, Absent, Scope, mapped
from appmesh_inject.cfn.text_joining import scalar
from appmesh_inject.findings import Finding
from appmesh_inject.settings.table import COMPRESSED, PLAIN, WARN, Settings

if TYPE_CHECKING:
    from appmesh_inject.mesh.compiling import Compiler
    from appmesh_inject.mesh.flow_yaml import Parts
    from appmesh_inject.mesh.live_function import LiveRoute
    from appmesh_inject.mesh.live_source import LiveSource
    from appmesh_inject.mesh.other_template import OtherTemplate
    from appmesh_inject.mesh.runners import Runners

APP_MESH = "AWS::AppMesh::"

SEVERAL_MESHES = "Set MeshName"

EXPORT = ("AppMeshInject", "Mesh")
"""The path in Metadata of an exported mesh, which other templates use with MeshStack."""


def has_mesh(resources: Mapping[str, Json]) -> bool:
    """Whether mesh resources are among `resources`."""
    return any(
        isinstance(resource, dict) and str(resource.get("Type")).startswith(APP_MESH) for resource in resources.values()
    )


def with_exported(template: Mapping[str, Json]) -> Mapping[str, Json]:
    """The template, with the mesh that it exports back among its resources."""
    mesh = exported_mesh(template)
    resources = template.get("Resources")
    if not mesh:
        return template
    return {**template, "Resources": {**(resources if isinstance(resources, dict) else {}), **mesh}}


def exported_mesh(template: Mapping[str, Json]) -> Mapping[str, Json]:
    """The mesh resources that were moved to the template's Metadata."""
    metadata = template.get("Metadata")
    section = metadata.get(EXPORT[0]) if isinstance(metadata, dict) else None
    mesh = section.get(EXPORT[1]) if isinstance(section, dict) else None
    return mesh if isinstance(mesh, dict) else {}


def resources_of(content: Json) -> Mapping[str, Json]:
    """The resources of a template including the mesh that it exports. Empty for other documents."""
    resources = with_exported(content).get("Resources") if isinstance(content, Mapping) else None
    return resources if isinstance(resources, Mapping) else {}


class OtherMesh(NamedTuple):
    """The template of another stack or file, which belongs to the mesh.

    name: of the stack or file. place: the same in words. path: stands for that template in the paths of findings.
    exports: the values that it exports by name; None: those in its Outputs. findings: why it cannot be read; then
    template is None. live_function: the ARN of the function that tells its live weights.
    """

    name: str
    place: str
    path: Path
    template: "OtherTemplate | None"
    exports: Mapping[str, str] | None = None
    findings: tuple[Finding, ...] = ()
    live_function: str | None = None


class MeshSource(NamedTuple):
    """A template with a part of the mesh. resources: resolved if they come from another template. path: to them, for
    findings. name: of the stack or file; empty for the template that is processed. place: the template in words.
    findings: from reading them. live: another template as it is written, which may have live weights."""

    resources: Mapping[str, Json]
    path: Path = ("Resources",)
    name: str = ""
    place: str = "this template"
    findings: tuple[Finding, ...] = ()
    live: "LiveSource | None" = None


class MeshSources(NamedTuple):
    """The templates that make one mesh: first the one that is processed, then the others. imports: the values that
    they export, by name."""

    sources: tuple[MeshSource, ...]
    imports: Mapping[str, str] = NOTHING


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


ReadStacks = Callable[[Sequence[str]], Sequence[OtherMesh | None]]
"""Returns the mesh of each stack, by the stacks' names; None for one that is not available."""


class Meshes:
    """The mesh of one document and of other templates. given: other templates, for all tasks; they stand for the stacks
    that MeshStack names. read_stacks: reads the others from their stacks."""

    def __init__(
        self, given: Sequence[OtherMesh] = (), read_stacks: ReadStacks = lambda names: [None for _ in names]
    ) -> None:
        self.given = tuple(given)
        self.read_stacks = read_stacks
        self._runners: Runners | None = None
        self._own: dict[int, tuple[Json, Mapping[str, Json]]] = {}
        self._sources: dict[tuple[int, tuple[str, ...]], MeshSources] = {}
        self._compilers: dict[tuple[int, bool, str, bool], tuple[Compiler, tuple[Finding, ...]]] = {}
        self._parts: Parts | None = None

    def unavailable(self, settings: Settings) -> tuple[str, ...]:
        """The names of the stacks that a task needs and that are not available."""
        if self.given:
            return ()
        names = settings.mesh_stack.names
        read = zip(names, self.read_stacks(names), strict=True)
        return tuple(name for name, other in read if other is None)

    def of_task(self, settings: Settings, scope: Scope, document: Json) -> MeshSources:
        """The templates that make the mesh of a task in `document`."""
        names = () if self.given else settings.mesh_stack.names
        key = (id(scope.resources), names)
        if key not in self._sources:
            own = MeshSource(self._own_resources(scope, document))
            others = self.given or tuple(other for other in self.read_stacks(names) if other is not None)
            self._sources[key] = _resolved(own, others, scope, document) if others else MeshSources((own,))
        return self._sources[key]

    def _own_resources(self, scope: Scope, document: Json) -> Mapping[str, Json]:
        """The resources of the document, also those of a mesh that moved to its Metadata. The scopes are kept, since
        their ids are keys."""
        known = self._own.get(id(scope.resources))
        if known is None:
            moved = exported_mesh(document) if isinstance(document, Mapping) and scope.resources else {}
            known = scope.resources, {**scope.resources, **moved} if moved else scope.resources
            self._own[id(scope.resources)] = known
        return known[1]

    def compiler(
        self, of_task: MeshSources, settings: Settings, scope: Scope, document: Json
    ) -> tuple["Compiler", tuple[Finding, ...]]:
        """The compiler of a mesh, created once, and the findings about the mesh. document: that is processed."""
        # Imported here, since most templates have no standalone task and the import would slow down each cold start.
        from appmesh_inject.mesh.compiling import Compiler, Options
        from appmesh_inject.mesh.joining import parsed

        key = (id(of_task), settings.default_retry_policy == "on", settings.cloud_map_dns, settings.live_weights)
        if key not in self._compilers:
            found = parsed(of_task, scope)
            options = Options(default_retry_policy=key[1], cloud_map_dns=key[2], scope=scope)
            model = found.model
            findings = [finding for source in of_task.sources for finding in source.findings]
            if settings.live_weights:
                from appmesh_inject.mesh.live_source import followed, of_source

                live = followed(model, [of_source(source, document) for source in of_task.sources])
                model, options = live.model, options._replace(live_function=live.function, lists_weights=True)
                findings += live.findings
            self._compilers[key] = Compiler(model, options), (*findings, *found.findings)
        return self._compilers[key]

    def exported_live_weights(
        self, settings: Settings, scope: Scope, document: Json
    ) -> tuple[LiveWeightsUse | None, tuple[Finding, ...]]:
        """The live weights of a template that exports its mesh, for tasks of other stacks. None if it has none. With
        the findings about them."""
        from appmesh_inject.mesh.live_source import told_to_others

        compiler, findings = self.compiler(self.of_task(settings, scope, document), settings, scope, document)
        if any(finding.is_error for finding in findings):
            return None, findings
        routes, problems = told_to_others(compiler)
        return LiveWeightsUse(compiler.options.live_function, routes) if routes else None, (*findings, *problems)

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
        of_task: MeshSources,
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

        scope = scope._replace(imports=of_task.imports)
        compiler, findings = self.compiler(of_task, settings, scope, document)
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
        if any(finding.is_error for finding in problems):
            return EnvoyConfiguration(None, findings=(*findings, *problems))
        # The tasks of a node can be in any of several templates.
        if len(of_task.sources) == 1 and not settings.export_mesh:
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
            from appmesh_inject.mesh.live_source import is_own, unknown_function

            routes = compiler.live_routes() if is_own(options.live_function) else ()
            live = LiveWeightsUse(options.live_function, routes)
            if options.live_function is None:
                found = (*found, unknown_function(subject, place, is_stack=not self.given))
        return EnvoyConfiguration(list(commanded.command), compiled.ports, compiled.files, found, live)


def _who(settings: Settings) -> Json:
    """What names the node or gateway of a task."""
    return settings.resource_arn or settings.virtual_gateway_name or settings.virtual_node_name


def _resolved(own: MeshSource, others: Sequence[OtherMesh], scope: Scope, document: Json) -> MeshSources:
    """The document's own mesh, and those of the others with their values resolved."""
    from appmesh_inject.mesh.live_source import LiveSource
    from appmesh_inject.mesh.other_template import OtherTemplate, exports_of_all, resolved

    whole = {**document, "Resources": own.resources} if isinstance(document, dict) else {}
    mine = OtherTemplate(whole, scope.parameters)
    imports = exports_of_all([*others, OtherMesh("", "", (), mine)])
    sources = [own]
    for other in others:
        found = resolved(other.template, imports) if other.template is not None else None
        path = (*other.path, "Resources")
        located = (it._replace(path=(*other.path, *it.path)) for it in found.findings) if found else ()
        resources = found.resources if found else {}
        live: LiveSource | None = None
        if other.template is not None:
            written, values = other.template.template, other.template.parameters
            live = LiveSource(written, path, other.live_function, other.place, values)
        sources.append(MeshSource(resources, path, other.name, other.place, (*other.findings, *located), live))
    return MeshSources(tuple(sources), imports)


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
