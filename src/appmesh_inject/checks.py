"""What ECS would refuse, or what would not work once it runs: around the containers, and in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from appmesh_inject.findings import Finding
from appmesh_inject.images import is_within
from appmesh_inject.intrinsics import Absent, Literal, known, leaves
from appmesh_inject.sidecars import AGENT_IMAGES, ENVOY, GATEWAY, PROXY_INIT, PROXY_INIT_VARIABLES
from appmesh_inject.situation import Situation, seen
from appmesh_inject.standalone import Configuration
from appmesh_inject.text import number
from appmesh_inject.tree import Json, Path
from appmesh_inject.values import Entries, quoted
from appmesh_inject.workload import Branch, Container, Entry

MOST_APP_PORTS = 15
"""Ports in one `iptables -m multiport` rule; the redirect silently drops the rest."""

LEAST_ENVOY_MEMORY = 64
"""MiB that the user guide asks for an envoy, at the least."""

LONGEST_IMAGE = 120
"""Characters of an image that an error text shows: enough for ECR's."""

MOST_REGISTRIES_SHOWN = 4


APP_MESH_IMAGE = "/aws-appmesh-envoy"
"""In the name of every image of Envoy that App Mesh had, whatever the registry."""

STOCK_IMAGE = "envoyproxy/envoy"
"""In the name of every image of Envoy's own, and of most copies of them."""


def surroundings(situation: Situation) -> Iterator[Finding]:
    """The task's own properties."""
    if situation.form.takes_traffic:
        yield from _network(situation)
    if situation.form.net_admin:
        yield from _launch_types(situation)
    if situation.form.needs_region and situation.settings.region is None:
        yield situation.finding(
            "AM116", situation.place("Region"), "Region is not given", "Set Region: --region us-east-1"
        )


def _network(situation: Situation) -> Iterator[Finding]:
    for leaf in situation.task.network:
        if isinstance(leaf.reading, Literal) and leaf.reading.value == "awsvpc":
            continue
        if isinstance(leaf.reading, Absent):
            message = "NetworkMode is not given, and ECS's default cannot redirect traffic to a proxy"
        elif isinstance(leaf.reading, Literal):
            message = f"NetworkMode is {seen(leaf)}, which cannot redirect traffic to a proxy"
        else:
            yield situation.finding(
                "AM103",
                leaf.path,
                "NetworkMode is not known when the macro runs, and only 'awsvpc' can redirect traffic",
                "Write NetworkMode: awsvpc, or a Ref to a parameter of the template",
            )
            continue
        yield situation.finding("AM201", leaf.path, message, "Set NetworkMode: awsvpc")


def _launch_types(situation: Situation) -> Iterator[Finding]:
    for leaf in situation.task.launch_types:
        if isinstance(leaf.reading, Literal) and leaf.reading.value == "FARGATE":
            yield situation.finding(
                "AM202",
                leaf.path,
                "the task may run on Fargate, which does not allow proxyinit's NET_ADMIN",
                "Use profile 'ga', which redirects by ProxyConfiguration, or run the task on EC2",
            )
        elif not isinstance(leaf.reading, Literal | Absent):
            yield situation.finding(
                "AM103",
                leaf.path,
                "the launch type is not known when the macro runs, and on Fargate proxyinit is not allowed",
                "Write it out, or as a Ref to a parameter of the template",
            )


def limits(situation: Situation) -> Iterator[Finding]:
    """Ports: as many as the redirect takes, and none twice."""
    settings = situation.settings
    if settings.app_ports is not None:
        yield from app_ports(situation, settings.app_ports, situation.place("AppPorts"))
    ignored = settings.egress_ignored_ports
    if ignored is not None and ignored.least > situation.form.ignored_ports:
        yield situation.finding(
            "AM108",
            situation.place("EgressIgnoredPorts"),
            f"{ignored.least} ports are ignored, and the redirect honours {situation.form.ignored_ports}",
            "List fewer ports, or ignore addresses by EgressIgnoredIPs",
        )
    if settings.proxy_ingress_port == settings.proxy_egress_port:
        yield situation.finding(
            "AM115",
            situation.place("ProxyEgressPort"),
            "ProxyIngressPort and ProxyEgressPort are the same port",
            "Give each a port of its own",
        )


def image(situation: Situation, role: str, container: Container) -> Iterator[Finding]:
    """Where the image of a sidecar comes from, where the deployment allows some registries only."""
    allowed = situation.registries
    written = container.definition.get(situation.dialect.image_key)
    for leaf in leaves(written, container.scope) if allowed and written is not None else ():
        reading = leaf.reading
        if isinstance(reading, Literal):
            if isinstance(reading.value, str) and is_within(reading.value, allowed):
                continue
            which = seen(leaf) if reading.parameter else quoted(reading.value, LONGEST_IMAGE)
            yield situation.finding(
                "AM218",
                container.path,
                f"the image of the {role} container, {which}, comes from none of the allowed registries",
                f"Use one from {_some(allowed)}",
            )
        elif not isinstance(reading, Absent):
            yield situation.finding(
                "AM103",
                container.path,
                f"the image of the {role} container is not known when the macro runs, and AllowedRegistries limits it",
                f"Write it out, or as a Ref to a parameter of the template, and use one from {_some(allowed)}",
            )


def _some(registries: Sequence[str]) -> str:
    """The first few, since an error text is short."""
    shown, more = registries[:MOST_REGISTRIES_SHOWN], len(registries) - MOST_REGISTRIES_SHOWN
    return " or ".join(shown) + (f" or {more} more" if more > 0 else "")


def app_ports(situation: Situation, ports: Entries, path: Path) -> Iterator[Finding]:
    """The app ports, given or inferred; `path`: where they stand."""
    settings = situation.settings
    if situation.kind == GATEWAY:
        yield situation.finding(
            "AM109", path, "a virtual gateway has no AppPorts", "Map its ports: Envoy: {PortMappings: [...]}"
        )
        return
    if not ports.items and not situation.form.egress_only:
        yield situation.finding(
            "AM109",
            path,
            f"profile '{settings.profile}' has no form for outgoing traffic only",
            "List the ports that the app listens on",
        )
    if ports.least > MOST_APP_PORTS:
        yield situation.finding(
            "AM108",
            path,
            f"there are {ports.least} app ports, and the redirect takes {MOST_APP_PORTS}",
            f"List at most {MOST_APP_PORTS} in AppPorts",
        )
    proxy_ports = {"ProxyIngressPort": settings.proxy_ingress_port, "ProxyEgressPort": settings.proxy_egress_port}
    for setting, proxy_port in proxy_ports.items():
        if proxy_port in ports.items:
            yield situation.finding(
                "AM115",
                path,
                f"app port {quoted(proxy_port)} is the proxy's own {setting}",
                f"Move the app or set {setting}",
            )


def containers(
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


def configuration(
    situation: Situation, compiled: Configuration, envoy: Container, app_ports: Json
) -> Iterator[Finding]:
    """What the task does not give to the configuration that its envoy runs: traffic, files, an Envoy that takes it."""
    if compiled.command is None:
        return
    taken = app_ports.split(",") if isinstance(app_ports, str) else []
    is_known = app_ports is None or isinstance(app_ports, str)
    for port in compiled.ports if situation.form.takes_traffic and is_known else ():
        if isinstance(port, str | int) and str(port) not in taken:
            message = f"listener port {port} is not among the app ports, so what comes in there bypasses envoy"
            yield situation.finding("AM361", situation.place("AppPorts"), message, "Add it to AppPorts")
    if compiled.files and not situation.runtime(envoy).has_mounts:
        message = "envoy reads certificates from files, and nothing is mounted in its container"
        hint = "Mount them: Envoy: {MountPoints: [...]}, and the volume in the task"
        yield situation.finding("AM362", situation.place("Envoy"), message, hint)
    if APP_MESH_IMAGE in (envoy.image or ""):
        message = "the envoy container has App Mesh's image, which waits for App Mesh"
        yield situation.finding("AM363", situation.place("Envoy"), message, "Use the image envoyproxy/envoy")
    if STOCK_IMAGE in (envoy.image or "") and situation.runtime(envoy).asks_by_curl:
        message = "envoy's health check calls curl, which Envoy's own image does not have, so it would never be healthy"
        hint = "Take HealthCheck out of the fragment, or use an image that has curl"
        yield situation.finding("AM364", situation.place("Envoy"), message, hint)


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
        return name == str(uid) or bool(group and group == str(gid))

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
    for container in apps:
        if container.name == PROXY_INIT or not PROXY_INIT_VARIABLES.isdisjoint(container.variables):
            yield situation.finding(
                "AM216",
                container.path,
                f"container {situation.called(container)} redirects what the ProxyConfiguration redirects, too",
                "Take it out",
            )
