"""Finds the shortest mark that renders the original task definition, by running the macro's core on candidates."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from appmesh_inject.cfn.document import Json, Path, edited, removals, value_at
from appmesh_inject.findings import Finding
from appmesh_inject.injection import inject
from appmesh_inject.migrate import settings_from_sidecars
from appmesh_inject.migrate.envoy_dependencies import bound, returned
from appmesh_inject.migrate.fragment_difference import difference, without_nothing
from appmesh_inject.migrate.handwritten_sidecars import Handwritten
from appmesh_inject.migrate.marks import Marking
from appmesh_inject.migrate.settings_from_sidecars import Naming
from appmesh_inject.migrate.sidecars_from_mark import built
from appmesh_inject.migrate.task_equivalence import equivalent
from appmesh_inject.profiles.sidecar.build import ADMIN_PORT_VARIABLE, Draft
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT, X_RAY_DAEMON
from appmesh_inject.profiles.sidecar.proxy_search import ENVOY_VARIABLES
from appmesh_inject.settings.platform_defaults import PlatformDefaults
from appmesh_inject.settings.table import TABLE
from appmesh_inject.workloads.model import Workload

FRAGMENTS: Mapping[str, str] = {"Envoy": ENVOY, "ProxyInit": PROXY_INIT, "XRayDaemon": X_RAY_DAEMON}


@dataclass(frozen=True, slots=True)
class Way:
    """A candidate: the settings, the containers whose dependency on envoy is removed, and whether the X-Ray daemon
    is."""

    settings: Mapping[str, Json]
    unbound: frozenset[int]
    x_ray: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate, its mark, and what rendering it yields. removed: paths that are removed from the document. before,
    after: the task definition originally and rendered. errors: from rendering. holds: whether there are none, and both
    mean the same. returned: containers that depend on envoy again after their dependency was removed, by index."""

    way: Way
    mark: Mapping[str, Json]
    removed: tuple[Path, ...]
    before: Json
    after: Json
    errors: tuple[Finding, ...]
    holds: bool
    returned: frozenset[int]

    @property
    def size(self) -> int:
        return len(json.dumps(self.mark))


@dataclass(frozen=True, slots=True)
class Search:
    """The search for one task definition. drafts: of the searches in the same document, for `inject`."""

    document: Json
    marking: Marking
    deployment: PlatformDefaults
    workload: Workload
    hand: Handwritten
    drafts: dict[bytes, Draft]

    def shortest(self) -> Attempt:
        """The shortest mark that works or, if none does, an attempt that shows why."""
        best: Attempt | None = None
        failed: Attempt | None = None
        for x_ray in (False, True) if self._has_x_ray else (False,):
            for attempt in self._attempts(x_ray):
                if not attempt.holds:
                    failed = attempt if failed is None or len(attempt.errors) < len(failed.errors) else failed
                elif best is None or attempt.size < best.size:
                    best = attempt
        found = best or failed
        assert found is not None, "there is at least one way to name a task"
        return found

    def reused(self, found: Way) -> Attempt | None:
        """The attempt with the settings that the search found for a task with the same `search_reuse.key`, and with
        this task's names. None if it does not work."""
        naming = next(settings_from_sidecars.namings(self.hand, self.workload.scope))
        settings = {name: naming.settings.get(name, value) for name, value in found.settings.items()}
        attempt = self._try(replace(found, settings=settings))
        return attempt if attempt.holds and not overrides_resource(attempt.mark) else None

    @property
    def _has_x_ray(self) -> bool:
        return settings_from_sidecars.profile(self.hand) != "preview" and self.hand.container(X_RAY_DAEMON) is not None

    def _attempts(self, x_ray: bool) -> Iterator[Attempt]:
        """Yields failed attempts, and ends with the first that works, shortened."""
        for naming in settings_from_sidecars.namings(self.hand, self.workload.scope):
            for way in self._ways(self._settings(naming), x_ray):
                attempt = self._try(way)
                if attempt.holds and not (naming.is_exact and overrides_resource(attempt.mark)):
                    yield self._shortened(attempt)
                    return
                if not attempt.holds:
                    yield attempt

    def _ways(self, settings: Mapping[str, Json], x_ray: bool) -> Iterator[Way]:
        """Candidates for who waits for envoy: the default containers, containers by name, or those in the file."""
        waiting = self._bound()
        everyone = frozenset(waiting)
        default = self._try(Way(settings, everyone, x_ray))
        yield Way(settings, everyone & default.returned, x_ray)
        if settings["Profile"] in TABLE["WaitForEnvoy"].profiles:
            names = [self._entry_name(index) for index in waiting]
            if all(names):
                yield Way({**settings, "WaitForEnvoy": names}, everyone, x_ray)
            yield Way({**settings, "WaitForEnvoy": []}, frozenset(), x_ray)

    def _settings(self, naming: Naming) -> dict[str, Json]:
        said = settings_from_sidecars.settings(self.hand, self.workload.scope)
        return {"Profile": said["Profile"], **naming.settings, **said}

    def _shortened(self, attempt: Attempt) -> Attempt:
        """Leaves out settings whose value is the default."""
        for name in reversed([name for name in attempt.way.settings if name != "WaitForEnvoy"]):
            settings = {key: value for key, value in attempt.way.settings.items() if key != name}
            tried = self._try(replace(attempt.way, settings=settings))
            if tried.holds and tried.size < attempt.size:
                attempt = tried
        return attempt

    # -- one attempt

    def _compared(self, document: Json) -> Json:
        return without_tags(self._properties(document), self.marking.tasks.names["Tags"])

    def _try(self, way: Way) -> Attempt:
        removed = tuple(self._removed(way))
        stripped = edited(self.document, removals(removed))
        mark = self._completed(stripped, way)
        outcome = inject(
            self.marking.marked(stripped, self.workload.path, mark),
            self.marking.kind(mark),
            self.deployment,
            drafts=self.drafts,
        )
        errors = tuple(finding for finding in outcome.findings if finding.is_error)
        before, after = self._compared(self.document), self._compared(outcome.document)
        return Attempt(
            way,
            mark,
            removed,
            before,
            after,
            errors,
            not errors and equivalent(before, after, self.marking.tasks),
            frozenset() if errors else self._returned(outcome.document, removed, way),
        )

    def _completed(self, stripped: Json, way: Way) -> dict[str, Json]:
        """The mark: its settings, and the fragments that are needed besides."""
        settings = {**way.settings, **({"XRay": True} if way.x_ray else {})}
        roles = {name: role for name, role in FRAGMENTS.items() if self._is_built(role, way)}
        there = {name: container.definition for name, role in roles.items() if (container := self.hand.container(role))}
        seeds = {name: seed for name, definition in there.items() if (seed := self._seed(definition, roles[name]))}
        base = built(
            stripped, self.marking, self.deployment, self.workload.path, {**settings, **seeds}, drafts=self.drafts
        )
        if base is None:
            return settings
        by_name = dict(zip(roles, base.containers, strict=False))
        identities = self.marking.tasks.containers.identities
        fragments: dict[str, Json] = {}
        for name, definition in there.items():
            changes = difference(by_name.get(name, {}), _plain(definition), identities)
            fragments[name] = self._joined(seeds.get(name, {}), changes)
        if base.redirect is not None and self.hand.redirect is not None:
            fragments["ProxyConfiguration"] = difference(base.redirect, _plain(self.hand.redirect), identities)
        return {**settings, **{name: fragment for name, fragment in fragments.items() if fragment}}

    def _is_built(self, role: str, way: Way) -> bool:
        """Whether the profile builds a sidecar of this role. Profiles add them in the order of FRAGMENTS."""
        if role == PROXY_INIT:
            return bool(self.hand.entries[PROXY_INIT])
        return role == ENVOY or way.x_ray

    def _seed(self, definition: Mapping[str, Json], role: str) -> dict[str, Json]:
        """The part of a fragment that other values depend on: the name, and the admin port for the health check. The
        name is included, too, if another container looks like a sidecar, to tell them apart."""
        containers = self.marking.tasks.containers
        seed: dict[str, Json] = {}
        if definition.get(containers.name_key) != role or (self.hand.others and role != X_RAY_DAEMON):
            seed[containers.name_key] = definition.get(containers.name_key)
        environment = definition.get(containers.names["Environment"])
        for variable in environment if isinstance(environment, list) else []:
            if isinstance(variable, Mapping) and variable.get(containers.name_key) == ADMIN_PORT_VARIABLE:
                seed[containers.names["Environment"]] = [variable]
        return seed

    def _joined(self, seed: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
        key = self.marking.tasks.containers.names["Environment"]
        seeded, changed = seed.get(key), changes.get(key)
        joined = {**seed, **changes}
        if isinstance(seeded, list) and isinstance(changed, list):
            joined[key] = [*seeded, *changed]
        return joined

    # -- what is removed from the file

    @property
    def _list(self) -> Path:
        return (*self.marking.properties(self.workload.path), self.marking.tasks.names["ContainerDefinitions"])

    def _removed(self, way: Way) -> Iterator[Path]:
        for role, entries in self.hand.entries.items():
            if role != X_RAY_DAEMON or way.x_ray:
                yield from (entry.path for entry in entries)
        if self.hand.task.proxy_configuration is not None:
            yield self.hand.task.proxy_configuration_path
        found = self._bound()
        gone = {entry.path for entry in self.hand.entries[X_RAY_DAEMON]} if way.x_ray else set()
        yield from (found[index] for index in sorted(way.unbound) if (*self._list, index) not in gone)

    def _bound(self) -> Mapping[int, Path]:
        sidecars = {entry.path for role in (ENVOY, PROXY_INIT) for entry in self.hand.entries[role]}
        return bound(self._containers(self.document), self._list, self.hand, sidecars, self.marking.tasks.containers)

    def _returned(self, rendered: Json, removed: Collection[Path], way: Way) -> frozenset[int]:
        """The containers that depend on envoy again after their dependency was removed."""
        place = self._list
        gone = [int(path[-1]) for path in removed if path[:-1] == place]
        before, after = self._containers(self.document), self._containers(rendered)
        return frozenset(returned(before, after, way.unbound, gone, self.marking.tasks.containers))

    def _entry_name(self, index: int) -> Json:
        definition = self._containers(self.document)[index]
        name = definition.get(self.marking.tasks.containers.name_key) if isinstance(definition, Mapping) else None
        return name if isinstance(name, str) else None

    def _containers(self, document: Json) -> list[Json]:
        properties = self._properties(document)
        listed = (
            properties.get(self.marking.tasks.names["ContainerDefinitions"])
            if isinstance(properties, Mapping)
            else None
        )
        return listed if isinstance(listed, list) else []

    def _properties(self, document: Json) -> Json:
        return value_at(document, self.marking.properties(self.workload.path))


def without_tags(properties: Json, tags: str) -> Json:
    """The properties without tags, since a mark in tags is not part of the comparison."""
    if not isinstance(properties, Mapping):
        return properties
    return {key: value for key, value in properties.items() if key != tags}


def _plain(definition: Mapping[str, Json]) -> Mapping[str, Json]:
    plain = without_nothing(dict(definition))
    assert isinstance(plain, Mapping)
    return plain


def overrides_resource(mark: Mapping[str, Json]) -> bool:
    """Whether the mark's Envoy fragment sets the variable for the node or gateway."""
    envoy = mark.get("Envoy")
    text = json.dumps(envoy)
    return any(f'"{name}"' in text for name in ENVOY_VARIABLES)
