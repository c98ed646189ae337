"""Decides for each task definition: adopt it, leave it unchanged, or report why adoption is impossible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, map_at, shown
from appmesh_inject.findings import Finding
from appmesh_inject.migrate.handwritten_sidecars import Handwritten, handwritten, resource
from appmesh_inject.migrate.mark_search import Attempt, Search, overrides_resource
from appmesh_inject.migrate.marks import Marking, resources_with_calls
from appmesh_inject.migrate.search_reuse import Searches
from appmesh_inject.migrate.settings_from_sidecars import profile
from appmesh_inject.migrate.task_equivalence import canonical, first_difference
from appmesh_inject.profiles.sidecar.build import Draft
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.workloads.model import Workload

AS_GATEWAY = (
    "the mark names a gateway, since no traffic is redirected to this envoy; its own variables stay as they were"
)


@dataclass(frozen=True, slots=True)
class UntouchedTask:
    """A task definition that stays unchanged, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class AdoptedTask:
    """A task definition that gets a mark. note: what readers of the mark should know."""

    name: str
    path: Path
    attempt: Attempt
    profile: str
    note: str = ""

    @property
    def mark(self) -> Mapping[str, Json]:
        return self.attempt.mark


def decisions(
    content: Json, marking: Marking, options: RenderOptions
) -> Iterator[AdoptedTask | UntouchedTask | Sequence[Finding]]:
    """The decision for each task definition. Findings say why adoption is impossible."""
    fragment = marking.fragment(content)
    kind = marking.kind({})
    called = resources_with_calls(content, options.macro)
    found = kind.find(fragment)
    alone = marking.alone(fragment)
    searches = Searches((options.deployment.level, *found.levels))
    # Shared by all attempts: without that, `adopt` of many task definitions takes an eighth longer.
    drafts: dict[bytes, Draft] = {}
    if found.findings:
        yield [finding for finding in found.findings if finding.is_error]
    for workload in found.workloads:
        if workload.is_marked or any(place[: len(workload.path)] == workload.path for place in called):
            yield UntouchedTask(workload.name, "marked already")
            continue
        hand = handwritten(kind.task(fragment, workload, workload.scope), kind.containers)
        if hand.doubts:
            yield [doubt.finding(workload.name) for doubt in hand.doubts]
        elif not (hand.entries[ENVOY] or hand.entries[PROXY_INIT]):
            reason = "its containers cannot be read" if hand.task.findings else "no App Mesh sidecars"
            yield UntouchedTask(workload.name, reason)
        elif obstacle := _obstacle(workload, hand):
            yield [obstacle]
        else:
            search = Search(alone(workload.path), marking, options.deployment, workload, hand, drafts)
            yield _decided(searches.shortest(search), marking, workload, hand)


def _decided(
    attempt: Attempt, marking: Marking, workload: Workload, hand: Handwritten
) -> AdoptedTask | Sequence[Finding]:
    if attempt.holds:
        is_taken_for_gateway = "VirtualGatewayName" in attempt.mark and overrides_resource(attempt.mark)
        note = AS_GATEWAY if is_taken_for_gateway else ""
        return AdoptedTask(workload.name, workload.path, attempt, profile(hand), note)
    if attempt.errors:
        return [finding._replace(path=_before(finding.path, attempt)) for finding in attempt.errors]
    where = _differing(attempt, hand, marking)
    path = (*marking.properties(workload.path), *where)
    message = f"no mark renders the task definition as it is: {shown(where)} would differ"
    hint = "Take out what neither a profile nor a fragment can express there, such as a duplicate name"
    return [Finding("AM605", workload.name, path, message, hint)]


def _differing(attempt: Attempt, hand: Handwritten, marking: Marking) -> Path:
    """The path of the first difference between the original task definition and the rendered one."""
    tasks = marking.tasks
    before, after = (map_at(canonical(each, tasks), ()) for each in (attempt.before, attempt.after))
    rendered = after.get(tasks.names["ContainerDefinitions"])
    by_name = {
        str(each.get(tasks.containers.name_key)): each
        for each in (rendered if isinstance(rendered, list) else [])
        if isinstance(each, Mapping)
    }
    for role in (ENVOY, PROXY_INIT):
        container = hand.container(role)
        if container is not None:
            was = canonical(container.definition, tasks)
            where = first_difference(was, by_name.get(str(container.name)))
            if where is not None:
                return (tasks.names["ContainerDefinitions"], container.path[-1], *where)
    return first_difference(before, after) or ()


def _before(path: Path, attempt: Attempt) -> Path:
    """Translates a path in the document without sidecars into one in the original, whose lists have more items."""
    moved = list(path)
    for position, step in enumerate(path):
        if isinstance(step, int):
            gone = sorted(
                int(each[position])
                for each in attempt.removed
                if len(each) == position + 1 and each[:position] == path[:position] and isinstance(each[position], int)
            )
            for index in gone:
                if index <= int(moved[position]):
                    moved[position] = int(moved[position]) + 1
    return tuple(moved)


def _obstacle(workload: Workload, hand: Handwritten) -> Finding | None:
    """A finding that makes a search for a mark pointless, if there is one."""
    name, task = workload.name, hand.task
    for role in (ENVOY, PROXY_INIT):
        first, *more = (*hand.entries[role], None)
        if first is None:
            continue
        if len(more) > 1 and more[0] is not None:
            message = f"there are {len(more)} {role} containers"
            return Finding("AM210", name, more[0].path, message, "Leave one of them")
        if hand.container(role) is None:
            message = f"the {role} container is in an Fn::If that is not `container or AWS::NoValue`"
            return Finding("AM211", name, first.path, message, "Write it without Fn::If, or mark the task by hand")
    if not isinstance(task.containers, list):
        path, message = hand.entries[ENVOY][0].path, "the list of containers is in an Fn::If"
        return Finding("AM601", name, path, message, "Write it without Fn::If, or mark the task by hand")
    envoy = hand.container(ENVOY)
    if envoy is None:
        path, message = hand.entries[PROXY_INIT][0].path, "proxyinit redirects the traffic, but there is no envoy"
        return Finding("AM602", name, path, message, "Take proxyinit out")
    if resource(envoy) is None:
        message = "the envoy names no virtual node or gateway in its Environment"
        return Finding("AM603", name, envoy.path, message, "Give it APPMESH_RESOURCE_ARN there, or take it out")
    if task.proxy_configuration is not None and hand.redirect is None:
        message = "the redirect and its envoy do not exist under the same condition"
        return Finding("AM604", name, task.proxy_configuration_path, message, "Give both the same condition")
    return None
