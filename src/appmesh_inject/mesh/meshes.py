"""The meshes of a document: which templates make the mesh of a task, and its compiler.

Each mesh is parsed once, and all its tasks share one compiler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.mesh_sources import MeshSource, MeshSources, OtherMesh
from appmesh_inject.mesh.template_mesh import exported_mesh
from appmesh_inject.settings.table import STANDALONE, Settings

if TYPE_CHECKING:
    from appmesh_inject.mesh.compiling import Compiler
    from appmesh_inject.mesh.flow_yaml import Parts
    from appmesh_inject.mesh.live_function import LiveWeightsUse
    from appmesh_inject.mesh.runners import Runners

ReadStacks = Callable[[Sequence[str]], Sequence[OtherMesh | None]]
"""Returns the mesh of each stack, by the stacks' names; None for one that is not available."""


class Meshes:
    """The mesh of one document and of other templates. given_meshes: other templates, for all tasks; they stand for the
    stacks that MeshStack names. read_stacks: reads the others from their stacks."""

    def __init__(
        self, given_meshes: Sequence[OtherMesh] = (), read_stacks: ReadStacks = lambda names: [None for _ in names]
    ) -> None:
        self.given_meshes = tuple(given_meshes)
        self.read_stacks = read_stacks
        self._runners: Runners | None = None
        self._own: dict[int, tuple[Json, Mapping[str, Json]]] = {}
        self._sources: dict[tuple[int, tuple[str, ...]], MeshSources] = {}
        self._compilers: dict[tuple[int, bool, str, bool, bool], tuple[Compiler, tuple[Finding, ...]]] = {}
        self._parts: Parts | None = None
        self._tasks: Sequence[tuple[Settings, Scope]] | None = None

    def limit_to(self, tasks: Sequence[tuple[Settings, Scope]] | None) -> None:
        """From now on, parses for profile `standalone` only what these tasks need; None: everything, as at first."""
        if tasks is not self._tasks:
            self._tasks, self._compilers, self._runners = tasks, {}, None

    def unavailable(self, settings: Settings) -> tuple[str, ...]:
        """The names of the stacks that a task needs and that are not available."""
        if self.given_meshes:
            return ()
        names = settings.mesh_stack.names
        read = zip(names, self.read_stacks(names), strict=True)
        return tuple(name for name, other in read if other is None)

    def of_task(self, settings: Settings, scope: Scope, document: Json) -> MeshSources:
        """The templates that make the mesh of a task in `document`."""
        names = () if self.given_meshes else settings.mesh_stack.names
        key = (id(scope.resources), names)
        if key not in self._sources:
            own = MeshSource(self._own_resources(scope, document))
            others = self.given_meshes or tuple(other for other in self.read_stacks(names) if other is not None)
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
        from appmesh_inject.mesh.template_joining import parsed

        # Service Connect takes the whole mesh, and the function of live weights knows the weights of all routes.
        tasks = self._tasks if settings.profile == STANDALONE and not settings.live_weights else None
        retries, is_whole = settings.default_retry_policy == "on", tasks is None
        key = (id(of_task), retries, settings.cloud_map_dns, settings.live_weights, is_whole)
        if key not in self._compilers:
            named = None if tasks is None else [(named_resource(one), within) for one, within in tasks]
            found = parsed(of_task, scope, named)
            options = Options(default_retry_policy=retries, cloud_map_dns=settings.cloud_map_dns, scope=scope)
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
    ) -> tuple["LiveWeightsUse | None", tuple[Finding, ...]]:
        """The live weights of a template that exports its mesh, for tasks of other stacks. None if it has none. With
        the findings about them."""
        from appmesh_inject.mesh.live_function import LiveWeightsUse
        from appmesh_inject.mesh.live_source import told_to_others

        compiler, findings = self.compiler(self.of_task(settings, scope, document), settings, scope, document)
        if any(finding.is_error for finding in findings):
            return None, findings
        routes, problems = told_to_others(compiler)
        return LiveWeightsUse(compiler.options.live_function, routes) if routes else None, (*findings, *problems)

    @property
    def parts(self) -> "Parts":
        """The encoded parts of configurations, which tasks share."""
        from appmesh_inject.mesh.flow_yaml import Parts

        self._parts = self._parts or Parts()
        return self._parts

    def runners_of(self, compiler: "Compiler") -> "Runners":
        """Which task runs which node of the document's own mesh, as far as it was noted."""
        from appmesh_inject.mesh.runners import Runners

        self._runners = self._runners or Runners(compiler)
        return self._runners

    def mismatches(self, tasks: Iterable[tuple[str, Settings, Scope]], template: Json) -> Iterator[Finding]:
        """Warnings about the template's own mesh: routes that no Envoy follows, names that DNS does not know, tasks
        that run one node, and nodes that no task runs. tasks: all that are marked, with their names; also one that is
        left alone has a node."""
        if self._runners is None or self._tasks is not None:
            return
        from appmesh_inject.mesh.stray_routes import stray_routes
        from appmesh_inject.mesh.unresolved_names import unresolved

        model = self._runners.compiler.model
        yield from stray_routes(model)
        yield from unresolved(model, self._runners.owners, template)
        for subject, settings, scope in tasks:
            if subject not in self._runners:
                self._runners.add_left_alone(named_resource(settings), settings.mesh_name, scope, subject)
        yield from self._runners.mismatches(template)


def named_resource(settings: Settings) -> Json:
    """What names the virtual node or gateway of a task: its ARN or its name."""
    return settings.resource_arn or settings.virtual_gateway_name or settings.virtual_node_name


def setting_of_name(settings: Settings) -> str:
    """The setting that `named_resource` is the value of."""
    if settings.resource_arn:
        return "ResourceArn"
    return "VirtualGatewayName" if settings.virtual_gateway_name else "VirtualNodeName"


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
