"""What the containers of one task must be together: few enough, named apart, with memory, and seen by the proxy."""

from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.findings import Finding
from appmesh_inject.intrinsics import Absent, Literal, known
from appmesh_inject.proxies import proxy_inits
from appmesh_inject.sidecars import AGENT_IMAGES, ENVOY, PROXY_INIT
from appmesh_inject.situation import Situation
from appmesh_inject.text import number
from appmesh_inject.tree import NOTHING
from appmesh_inject.values import quoted
from appmesh_inject.workload import Branch, Container, Entry

LEAST_ENVOY_MEMORY = 64
"""MiB that the user guide asks for an envoy, at the least."""


def check(
    situation: Situation, branch: Branch, apps: Iterable[Container], sidecars: Mapping[str, Container], added: int
) -> Iterator[Finding]:
    """All containers of one branch as they will be. `added`: how many the sidecars add."""
    apps = list(apps)
    yield from _count(situation, branch, added)
    yield from _names(situation, sidecars)
    yield from _memory(situation, [*apps, *sidecars.values()], sidecars)
    if situation.form.takes_traffic:
        yield from _users(situation, apps, sidecars)
    if situation.form.redirect is not None:
        yield from _second_redirect(situation, apps)


def _count(situation: Situation, branch: Branch, added: int) -> Iterator[Finding]:
    listed = branch.lists["app"]
    count = most_at_once(listed.entries) + added
    most = situation.form.most_containers
    if most is not None and count > most:
        yield situation.finding(
            "AM204",
            listed.path,
            f"with the sidecars the task has {count} containers, and ECS allows {most}",
            "Move containers to another task",
        )


def most_at_once(entries: tuple[Entry, ...]) -> int:
    """How many of the entries can be containers of one task: Fn::Ifs on the same condition agree."""
    conditions = sorted({name for entry in entries for _, assumed in entry.containers for name in assumed})
    if len(conditions) > 8:
        return sum(all(container for container, _ in entry.containers) for entry in entries)
    most = 0
    for outcomes in range(2 ** len(conditions)):
        outcome = {name: bool(outcomes >> bit & 1) for bit, name in enumerate(conditions)}
        count = sum(
            any(container and assumed.items() <= outcome.items() for container, assumed in entry.containers)
            for entry in entries
        )
        most = max(most, count)
    return most


def _names(situation: Situation, sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    names = [container.name for container in sidecars.values()]
    for sidecar in situation.sidecars:
        container = sidecars.get(sidecar.role)
        if container and names.count(container.name) > 1 and container.name != sidecar.role:
            yield situation.finding(
                "AM208",
                situation.place(sidecar.fragment),
                f"two sidecars would be named {situation.called(container)}",
                "Give each a name of its own",
            )


def _memory(situation: Situation, everyone: list[Container], sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    task = situation.task
    if any(isinstance(leaf.reading, Absent) for leaf in task.memory):
        lacking = [container for container in everyone if not container.has_memory]
        if lacking:
            which = ", ".join(map(situation.called, lacking))
            yield situation.finding(
                "AM205",
                task.path,
                f"neither the task nor its container {which} has a memory setting, and ECS rejects such a task",
                "Set Memory of the task, or MemoryReservation of each container; of a sidecar by its fragment",
            )
        return
    reserved = [situation.runtime(container).memory for container in everyone]
    if None in reserved:
        return
    total = sum(memory or 0 for memory in reserved)
    envoy = sidecars.get(ENVOY)
    needed = total + (LEAST_ENVOY_MEMORY if envoy and not envoy.has_memory else 0)
    for leaf in task.memory:
        size = number(leaf.reading.value) if isinstance(leaf.reading, Literal) else None
        if size is None or needed <= size:
            continue
        is_written = all(situation.runtime(situation.plain(container)).memory is not None for container in everyone)
        least = total if total > size else needed
        takes = f"{least} MiB" if is_written else "more memory"
        has = "less" if isinstance(leaf.reading, Literal) and leaf.reading.parameter else str(size)
        hint = f"Set Memory to {least} or more" if is_written else "Set a larger Memory"
        if total > size:
            message = f"the containers reserve {takes}, and the task has {has}"
            yield situation.finding("AM217", leaf.path, message, hint)
        else:
            message = f"the containers and an envoy need {takes}, and the task has {has}"
            yield situation.finding("AM253", leaf.path, message, hint)


def _users(situation: Situation, apps: list[Container], sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    """Who bypasses the proxy, and who should."""
    scope, settings = situation.workload.scope, situation.settings
    uid, gid = known(settings.ignored_uid, scope), known(settings.ignored_gid, scope)
    if uid is None or (settings.ignored_gid is not None and gid is None):
        return

    def bypasses(user: str) -> bool:
        name, _, group = user.partition(":")
        return name == str(uid) or (gid is not None and group == str(gid))

    fragment_of = {sidecar.role: sidecar.fragment for sidecar in situation.sidecars}
    for role, container in sidecars.items():
        user = situation.runtime(container).user
        is_ours = container.path == situation.place(fragment_of[role])
        if role != PROXY_INIT and user is not None and not bypasses(user) and (user or is_ours):
            yield situation.finding(
                "AM212",
                container.path,
                f"the {role} container runs as {_user(situation, container)}, not as IgnoredUID,"
                " so its own traffic would go through the proxy",
                "Let it run as IgnoredUID, or set IgnoredUID to its user",
            )
    for container in apps:
        runtime = situation.runtime(container)
        is_agent = runtime.routes_logs or any(part in (container.image or "") for part in AGENT_IMAGES)
        if runtime.user is None or is_agent == bypasses(runtime.user):
            continue
        name = situation.called(container)
        if is_agent:
            yield situation.finding(
                "AM251",
                container.path,
                f"agent {name} runs as neither IgnoredUID nor IgnoredGID, so what it sends goes through the proxy",
                "Let it run as IgnoredUID",
            )
        else:
            yield situation.finding(
                "AM252",
                container.path,
                f"app {name} runs as the ignored user, so its outgoing traffic leaves the mesh unseen",
                "Let it run as another user",
            )


def _user(situation: Situation, container: Container) -> str:
    user = situation.runtime(situation.plain(container)).user
    if user is None:
        return "a parameter's value"
    return quoted(user) if user else "no set user"


def _second_redirect(situation: Situation, apps: list[Container]) -> Iterator[Finding]:
    entries = [Entry(container.definition, container.path, ((container, NOTHING),)) for container in apps]
    found = proxy_inits(entries, (PROXY_INIT,), situation.dialect).containers
    for container in apps:
        if container.path in found:
            yield situation.finding(
                "AM216",
                container.path,
                f"container {situation.called(container)} redirects what the ProxyConfiguration redirects, too",
                "Take it out",
            )
