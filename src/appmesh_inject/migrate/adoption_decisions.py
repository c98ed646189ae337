"""What becomes of each task definition: adopted by a mark, left alone, or a reason not to adopt at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appmesh_inject.cfn.document import Json, Path, map_at, shown
from appmesh_inject.findings import Finding
from appmesh_inject.migrate.handwritten_sidecars import Handwritten, handwritten, resource
from appmesh_inject.migrate.mark_search import Attempt, Search, overrides_resource
from appmesh_inject.migrate.marks import Marking, resources_with_calls
from appmesh_inject.migrate.settings_from_sidecars import profile
from appmesh_inject.migrate.task_equivalence import canonical, first_difference
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT
from appmesh_inject.render.rendering import RenderOptions
from appmesh_inject.workloads.model import Workload

AS_GATEWAY = "the mark calls it a gateway, whose envoy takes no traffic either; what the envoy is told stays as it was"


@dataclass(frozen=True, slots=True)
class UntouchedTask:
    """A task definition that stays as it is, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class AdoptedTask:
    """A task definition that is adopted, by a mark for this profile. note: what a reader of the mark should know."""

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
    """What becomes of each task definition; findings are what stands in the way, or errors of the core."""
    fragment = marking.fragment(content)
    kind = marking.kind({})
    called = resources_with_calls(content, options.macro)
    found = kind.find(fragment)
    if found.findings:
        yield [finding for finding in found.findings if finding.is_error]
    for workload in found.workloads:
        if workload.levels or any(place[: len(workload.path)] == workload.path for place in called):
            yield UntouchedTask(workload.name, "marked already")
            continue
        hand = handwritten(kind.task(fragment, workload, workload.scope), kind.containers)
        if hand.doubts:
            yield [doubt.finding(workload.name) for doubt in hand.doubts]
        elif not (hand.entries[ENVOY] or hand.entries[PROXY_INIT]):
            reason = "its sidecars cannot be seen" if hand.task.findings else "no sidecars of App Mesh"
            yield UntouchedTask(workload.name, reason)
        elif obstacle := _obstacle(workload, hand):
            yield [obstacle]
        else:
            yield _searched(fragment, marking, options, workload, hand)


def _searched(
    fragment: Json, marking: Marking, options: RenderOptions, workload: Workload, hand: Handwritten
) -> AdoptedTask | Sequence[Finding]:
    alone = marking.alone(fragment, workload.path)
    attempt = Search(alone, marking, options.deployment, workload, hand).shortest()
    if attempt.holds:
        is_taken_for_gateway = "VirtualGatewayName" in attempt.mark and overrides_resource(attempt.mark)
        note = AS_GATEWAY if is_taken_for_gateway else ""
        return AdoptedTask(workload.name, workload.path, attempt, profile(hand), note)
    if attempt.errors:
        return [finding._replace(path=_before(finding.path, attempt)) for finding in attempt.errors]
    where = _differing(attempt, hand, marking)
    path = (*marking.properties(workload.path), *where)
    message = f"no mark renders the task definition as it is: {shown(where)} would differ"
    hint = "Take out what no profile and no fragment can say there, such as a name that is there twice"
    return [Finding("AM605", workload.name, path, message, hint)]


def _differing(attempt: Attempt, hand: Handwritten, marking: Marking) -> Path:
    """Where a task definition as it was differs from what is rendered."""
    tasks = marking.tasks
    before, after = map_at(attempt.before, ()), map_at(attempt.after, ())
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
    """A path in the document without the sidecars as it was with them: items have moved."""
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
    """What stands in the way before there is anything to try."""
    name, task = workload.name, hand.task
    for role in (ENVOY, PROXY_INIT):
        first, *more = (*hand.entries[role], None)
        if first is None:
            continue
        if len(more) > 1 and more[0] is not None:
            message = f"there are {len(more)} containers that are {role} containers"
            return Finding("AM210", name, more[0].path, message, "Leave one of them")
        if hand.container(role) is None:
            message = f"the {role} container stands under an Fn::If that is not `envoy or AWS::NoValue`"
            return Finding("AM211", name, first.path, message, "Write it out, or give the task a mark by hand")
    if not isinstance(task.containers, list):
        path, message = hand.entries[ENVOY][0].path, "the containers stand under an Fn::If"
        return Finding("AM601", name, path, message, "Write them out, or give the task a mark by hand")
    envoy = hand.container(ENVOY)
    if envoy is None:
        path, message = hand.entries[PROXY_INIT][0].path, "proxyinit redirects the traffic, and there is no envoy"
        return Finding("AM602", name, path, message, "Take proxyinit out")
    if resource(envoy) is None:
        message = "the envoy names no virtual node or gateway in its Environment"
        return Finding("AM603", name, envoy.path, message, "Give it APPMESH_RESOURCE_ARN there, or take it out")
    if task.proxy_configuration is not None and hand.redirect is None:
        message = "the redirect is not there whenever its envoy is"
        return Finding("AM604", name, task.proxy_configuration_path, message, "Write it out")
    return None
