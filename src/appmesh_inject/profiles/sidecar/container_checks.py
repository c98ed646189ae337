"""Checks the containers of one task together: their number, names, memory, users and redirects."""

from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.cfn.document import NOTHING
from appmesh_inject.cfn.intrinsics import Absent, Leaf, Literal, known
from appmesh_inject.cfn.text_joining import number
from appmesh_inject.findings import Finding
from appmesh_inject.profiles.sidecar.containers import ENVOY, PROXY_INIT
from appmesh_inject.profiles.sidecar.context import SidecarContext
from appmesh_inject.profiles.sidecar.image_names import AGENT_IMAGES
from appmesh_inject.profiles.sidecar.proxy_search import proxy_inits
from appmesh_inject.profiles.sidecar.startup import ahead_of
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.model import Branch, Container, ContainerEntry

LEAST_ENVOY_MEMORY = 64
"""MiB; the user guide's minimum for an envoy."""

ROOT_IN_A_GROUP = "Set IgnoredGID, such as 1338, and run the log router in that group, as 0:1338: FireLens needs root"
"""Source: aws-for-fluent-bit, 'Amazon ECS FireLens: root is required'."""


def check(
    context: SidecarContext, branch: Branch, apps: Iterable[Container], sidecars: Mapping[str, Container], added: int
) -> Iterator[Finding]:
    """Checks all containers of one branch as they will be. added: the number of containers that are added."""
    apps = list(apps)
    yield from _count(context, branch, added)
    yield from _names(context, sidecars)
    yield from _memory(context, [*apps, *sidecars.values()], sidecars)
    if context.sidecar_set.redirects:
        yield from _users(context, apps, sidecars)
    if context.sidecar_set.proxy_configuration is not None:
        yield from _second_redirect(context, apps)


def _count(context: SidecarContext, branch: Branch, added: int) -> Iterator[Finding]:
    listed = branch.lists["app"]
    count = most_at_once(listed.entries) + added
    most = context.sidecar_set.most_containers
    if most is not None and count > most:
        yield context.finding(
            "AM204",
            listed.path,
            f"with its sidecars the task would have {count} containers, and ECS allows {most}",
            "Move containers to another task",
        )


def most_at_once(entries: tuple[ContainerEntry, ...]) -> int:
    """The largest number of entries that can be containers at the same time, given that Fn::Ifs on the same condition
    agree. With more than 8 conditions: the number of entries that always are."""
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


def _names(context: SidecarContext, sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    names = [container.name for container in sidecars.values()]
    for sidecar in context.sidecars:
        container = sidecars.get(sidecar.role)
        if container and names.count(container.name) > 1 and container.name != sidecar.role:
            yield context.finding(
                "AM208",
                context.setting_path(sidecar.fragment),
                f"two sidecars would have the name {context.shown_name(container)}",
                "Give each a name of its own",
            )


def _memory(context: SidecarContext, everyone: list[Container], sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    task = context.task
    if any(isinstance(leaf.reading, Absent) for leaf in task.memory):
        lacking = [container for container in everyone if not container.has_memory]
        if lacking:
            which = ", ".join(map(context.shown_name, lacking))
            yield context.finding(
                "AM205",
                task.path,
                f"neither the task nor its container {which} has a memory setting, and ECS rejects such a task",
                "Set Memory of the task, or MemoryReservation of each container (of a sidecar: in its fragment)",
            )
        return
    for leaf in task.memory:
        if isinstance(leaf.reading, Literal) and number(leaf.reading.value) is not None:
            yield from _reserved(context, everyone, sidecars.get(ENVOY), leaf)
            yield from _above_the_task(context, everyone, leaf)


def _size(leaf: Leaf) -> tuple[int, str]:
    """The memory of a task, in MiB and for a message, which does not show the value of a parameter."""
    assert isinstance(leaf.reading, Literal)
    size = number(leaf.reading.value) or 0
    return size, "less" if leaf.reading.parameter else str(size)


def _reserved(
    context: SidecarContext, everyone: list[Container], envoy: Container | None, leaf: Leaf
) -> Iterator[Finding]:
    """The sum of the reservations: ECS refuses one above the task's memory."""
    size, has = _size(leaf)
    reserved = [container.reserved for container in everyone if container.reserved is not None]
    if len(reserved) < len(everyone):
        return
    total = sum(reserved)
    needed = total + (LEAST_ENVOY_MEMORY if envoy and not envoy.has_memory else 0)
    if needed <= size:
        return
    is_written = all(context.as_written(container).reserved is not None for container in everyone)
    least = total if total > size else needed
    takes = f"{least} MiB" if is_written else "more memory"
    hint = f"Set Memory to {least} or more" if is_written else "Set a larger Memory"
    if total > size:
        yield context.finding("AM217", leaf.path, f"the containers reserve {takes}, and the task has {has}", hint)
    else:
        message = f"with an envoy the containers need {takes}, and the task has {has}"
        yield context.finding("AM253", leaf.path, message, hint)


def _above_the_task(context: SidecarContext, everyone: list[Container], leaf: Leaf) -> Iterator[Finding]:
    """The limit of one container: ECS refuses one above the task's memory. Their sum may be above it."""
    size, has = _size(leaf)
    for container in everyone:
        if container.most_memory is None or container.most_memory <= size:
            continue
        most = context.as_written(container).most_memory
        what = f"a Memory of {most} MiB" if most is not None else "more Memory"
        message = f"container {context.shown_name(container)} has {what}, and the task has {has}"
        hint = "Set a larger Memory of the task, or a smaller one of the container"
        yield context.finding("AM217", leaf.path, message, hint)


def _users(context: SidecarContext, apps: list[Container], sidecars: Mapping[str, Container]) -> Iterator[Finding]:
    """Checks the users of containers: sidecars and agents must bypass the proxy, apps must not."""
    scope, settings = context.workload.scope, context.settings
    uid, gid = known(settings.ignored_uid, scope), known(settings.ignored_gid, scope)
    if uid is None or (settings.ignored_gid is not None and gid is None):
        return

    def bypasses(user: str) -> bool:
        name, _, group = user.partition(":")
        return name == str(uid) or (gid is not None and group == str(gid))

    fragment_of = {sidecar.role: sidecar.fragment for sidecar in context.sidecars}
    for role, container in sidecars.items():
        user = container.user
        is_ours = container.path == context.setting_path(fragment_of[role])
        if role != PROXY_INIT and user is not None and not bypasses(user) and (user or is_ours):
            yield context.finding(
                "AM212",
                container.path,
                f"the {role} container runs as {_user(context, container)}, not as IgnoredUID,"
                " so its own traffic would go through the proxy",
                "Run it as IgnoredUID, or set IgnoredUID to its user",
            )
    # What the envoy waits for runs before it: the redirect is there, and only the ignored user reaches the network.
    ahead = ahead_of(sidecars[ENVOY], [*apps, *sidecars.values()]) if ENVOY in sidecars else frozenset[str]()
    for container in apps:
        is_agent = container.routes_logs or any(part in (container.image or "") for part in AGENT_IMAGES)
        if container.user is None or is_agent == bypasses(container.user):
            continue
        name = context.shown_name(container)
        if is_agent:
            yield context.finding(
                "AM251",
                container.path,
                f"agent {name} runs as neither IgnoredUID nor IgnoredGID, so its traffic goes through the proxy",
                ROOT_IN_A_GROUP if container.routes_logs else "Run it as IgnoredUID",
            )
        elif container.name not in ahead:
            yield context.finding(
                "AM252",
                container.path,
                f"app {name} runs as the ignored user, so its outgoing traffic bypasses the proxy",
                "Run it as another user",
            )


def _user(context: SidecarContext, container: Container) -> str:
    user = context.as_written(container).user
    if user is None:
        return "a parameter's value"
    return quoted(user) if user else "its image's user"


def _second_redirect(context: SidecarContext, apps: list[Container]) -> Iterator[Finding]:
    entries = [ContainerEntry(container.definition, container.path, ((container, NOTHING),)) for container in apps]
    paths = proxy_inits(entries, (PROXY_INIT,), context.kind.containers).containers
    for container in apps:
        if container.path in paths:
            yield context.finding(
                "AM216",
                container.path,
                f"container {context.shown_name(container)} redirects the same traffic as the ProxyConfiguration",
                "Remove the container",
            )
