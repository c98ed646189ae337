"""What a workload asks for: the one table of settings, and how several levels of them become one.

Levels, lowest precedence first: the profile's defaults; the macro's deployment parameters; the template's
`Metadata.AppMesh`; the parameters of the template's `Transform`; the workload's tags; the workload's own
`Metadata.AppMesh`, or the parameters of a snippet.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from appmesh_inject import lists, values
from appmesh_inject.findings import BASE, Finding
from appmesh_inject.intrinsics import Scope, function, is_no_value
from appmesh_inject.lists import Entries, Names
from appmesh_inject.tree import NOTHING, Json, Path
from appmesh_inject.values import Problem

PREVIEW, GA, STANDALONE = "preview", "ga", "standalone"
PROFILES = (PREVIEW, GA, STANDALONE)

LOG_LEVELS = ("trace", "debug", "info", "warning", "error", "critical", "off")


class Setting(NamedTuple):
    """One row of the table: how the setting is read, what it means, its default in words, and which profiles have it.
    A fragment merges over those of lower levels; other settings replace them."""

    read: Callable[[Json, Scope], Any]
    meaning: str
    default: str = "none"
    profiles: tuple[str, ...] = PROFILES

    @property
    def is_fragment(self) -> bool:
        return self.read is values.fragment


class Settings(NamedTuple):
    """Everything that was asked for. A field that may be an intrinsic is a `Json` value; None: not given."""

    mesh_name: Json = None
    virtual_node_name: Json = None
    virtual_gateway_name: Json = None
    resource_arn: Json = None
    profile: str = PREVIEW
    app_ports: Entries | None = None
    ignored_uid: Json = "1337"
    ignored_gid: Json = None
    proxy_ingress_port: Json = "15000"
    proxy_egress_port: Json = "15001"
    egress_ignored_ips: Entries | None = None
    egress_ignored_ports: Entries | None = None
    log_level: Json = "info"
    region: Json = None
    wait_for_envoy: Names | None = None
    enabled: Json = True
    on_existing: str = "Fail"
    x_ray: bool = False
    envoy: tuple[Mapping[str, Json], ...] = ()
    proxy_init: tuple[Mapping[str, Json], ...] = ()
    x_ray_daemon: tuple[Mapping[str, Json], ...] = ()
    proxy_configuration: tuple[Mapping[str, Json], ...] = ()
    mesh_stack: str | None = None
    export_mesh: bool = False
    default_retry_policy: str = "on"
    cloud_map_dns: str = "strict"


TABLE: Mapping[str, Setting] = {
    "MeshName": Setting(values.text(values.name_alone), "The mesh", "required, unless `ResourceArn`"),
    "VirtualNodeName": Setting(
        values.text(values.name_alone),
        "The virtual node that the task is",
        "this or `VirtualGatewayName` is required, unless `ResourceArn`",
    ),
    "VirtualGatewayName": Setting(
        values.text(values.name_alone), "The virtual gateway that the task is", profiles=(GA, STANDALONE)
    ),
    "ResourceArn": Setting(
        values.text(values.any_text),
        "Mesh and node or gateway in one, as `!Ref Node` gives it",
        profiles=(GA, STANDALONE),
    ),
    "Profile": Setting(
        values.choice(*PROFILES), "The form of the sidecars: `preview`, `ga` or `standalone`", "`preview`"
    ),
    "AppPorts": Setting(
        lists.entries(values.port),
        "Ports whose incoming traffic the proxy takes; `[]`: outgoing traffic only (not in `preview`)",
        "the TCP ports in the app containers' `PortMappings`",
    ),
    "IgnoredUID": Setting(
        values.text(values.whole_number(0, values.HIGHEST_ID, "a user ID")),
        "Traffic of this user bypasses the proxy; also the envoy container's `User`",
        "`1337`",
    ),
    "IgnoredGID": Setting(
        values.text(values.whole_number(0, values.HIGHEST_ID, "a group ID")), "Traffic of this group bypasses the proxy"
    ),
    "ProxyIngressPort": Setting(values.text(values.port), "Port where the proxy takes incoming traffic", "`15000`"),
    "ProxyEgressPort": Setting(values.text(values.port), "Port where the proxy takes outgoing traffic", "`15001`"),
    "EgressIgnoredIPs": Setting(
        lists.entries(values.address),
        "Addresses that bypass the proxy",
        "`preview` on ECS `169.254.169.254,169.254.170.2`, in pods `169.254.169.254`;"
        " `ga`, `standalone` `169.254.170.2,169.254.169.254`",
    ),
    "EgressIgnoredPorts": Setting(lists.entries(values.port), "Destination ports that bypass the proxy"),
    "LogLevel": Setting(
        values.text(values.word_of(*LOG_LEVELS)), "Envoy's log level: " + ", ".join(LOG_LEVELS), "`info`"
    ),
    "Region": Setting(values.text(values.any_text), "`AWS_REGION` of the envoy container; required in pods"),
    "WaitForEnvoy": Setting(
        lists.names,
        "Names of the containers that start once envoy is healthy; `[]`: none",
        "every essential container that envoy does not wait for",
        profiles=(GA, STANDALONE),
    ),
    "Enabled": Setting(
        values.switch,
        "`false` leaves the task alone; a `Ref` to a parameter; or `Fn::If` on true and false,"
        " and then the sidecars exist under that condition alone",
        "`true`",
    ),
    "OnExisting": Setting(
        values.choice("Fail", "Keep", "Replace"),
        "What to do where the task has such a container already, and not the one that would be injected:"
        " `Fail`, `Keep`, `Replace`",
        "`Fail`",
    ),
    "XRay": Setting(
        values.flag,
        "Add the X-Ray daemon container and switch Envoy's tracing on",
        "`false`",
        profiles=(GA, STANDALONE),
    ),
    "Envoy": Setting(values.fragment, "Fragment of a container definition, merged over the envoy container"),
    "ProxyInit": Setting(
        values.fragment, "Fragment of a container definition, merged over the proxyinit container", profiles=(PREVIEW,)
    ),
    "XRayDaemon": Setting(
        values.fragment,
        "Fragment of a container definition, merged over the X-Ray daemon container",
        profiles=(GA, STANDALONE),
    ),
    "ProxyConfiguration": Setting(
        values.fragment, "Fragment merged over the task's `ProxyConfiguration`", profiles=(GA, STANDALONE)
    ),
    "MeshStack": Setting(values.known_text, "Name of the stack whose template holds the mesh", profiles=(STANDALONE,)),
    "ExportMesh": Setting(
        values.flag,
        "At the top of a template: its mesh moves to `Metadata.AppMeshInject.Mesh`, for `MeshStack` to read",
        "`false`",
        profiles=(STANDALONE,),
    ),
    "DefaultRetryPolicy": Setting(
        values.choice("on", "off"),
        "Whether routes without a retry policy of their own get App Mesh's default one",
        "`on`",
        profiles=(STANDALONE,),
    ),
    "CloudMapDns": Setting(
        values.choice("strict", "logical"),
        "How names in Cloud Map become endpoints: every address (`strict`) or one of them (`logical`)",
        "`strict`",
        profiles=(STANDALONE,),
    ),
}
"""Every setting by its name, in the order of the fields of `Settings`."""

FIELDS = dict(zip(TABLE, Settings._fields, strict=True))
"""The field of each setting."""

NAMING = ("VirtualNodeName", "VirtualGatewayName", "ResourceArn")
"""What the task represents: one of these, and one named at a level displaces those of the levels below."""


class Level(NamedTuple):
    """The settings that stand in one place. `path` leads there; `subject` is the workload they belong to, empty
    for the document's; `paths` has the places that are not simply `path` and the setting's name."""

    path: Path
    given: Mapping[str, Json]
    subject: str = ""
    paths: Mapping[str, Path] = NOTHING
    is_tags: bool = False

    def place(self, name: str) -> Path:
        return self.paths.get(name, (*self.path, name))


class Gathered(NamedTuple):
    """Several levels made one: values by setting name, where each was given (a value that is wrong has a place
    and no value), and what is wrong."""

    values: Mapping[str, Any] = NOTHING
    places: Mapping[str, Path] = NOTHING
    findings: tuple[Finding, ...] = ()


NOTHING_GATHERED = Gathered()


class Asked(NamedTuple):
    """What one workload asks for, where each setting was given, and what is wrong with that."""

    settings: Settings
    places: Mapping[str, Path]
    findings: tuple[Finding, ...] = ()


class _Read(NamedTuple):
    """A level after reading: values by setting name, and the settings that it takes back with AWS::NoValue."""

    values: Mapping[str, Any]
    unset: frozenset[str]
    findings: tuple[Finding, ...]


def gather(levels: Iterable[Level], scope: Scope, below: Gathered = NOTHING_GATHERED) -> Gathered:
    """The levels, lowest first, over what is `below`: higher ones win, fragments add up, and a node, gateway or
    ARN that is named displaces the one below. The findings are those of these levels alone."""
    chosen = dict(below.values)
    places = dict(below.places)
    findings: list[Finding] = []
    for level in levels:
        reading = _read_level(level, scope)
        findings += reading.findings
        if any(name in reading.values for name in NAMING):
            for name in NAMING:
                chosen.pop(name, None)
        for name in reading.unset:
            chosen.pop(name, None)
            places.pop(name, None)
        for name, value in reading.values.items():
            chosen[name] = (*chosen.get(name, ()), value) if TABLE[name].is_fragment else value
        places |= {name: level.place(name) for name in level.given if name not in reading.unset}
    return Gathered(chosen, places, tuple(findings))


def settle(gathered: Gathered, subject: str) -> Asked:
    """What was gathered, as the settings of the workload `subject`; the findings are those of the levels that
    were gathered last, and of settings that the chosen profile does not have."""
    settings = Settings(**{FIELDS[name]: value for name, value in gathered.values.items()})
    misplaced = _out_of_profile(settings.profile, gathered, subject)
    return Asked(settings, gathered.places, (*gathered.findings, *misplaced))


def _read_level(level: Level, scope: Scope) -> _Read:
    found: dict[str, Any] = {}
    unset: set[str] = set()
    findings: list[Finding] = []
    for name, value in level.given.items():
        problem: Problem | None = None
        if name not in TABLE:
            problem = _unknown(name)
        elif is_no_value(value):
            unset.add(name)
        else:
            outcome = _tag_problem(name, value) if level.is_tags else None
            outcome = outcome or read_value(name, value, scope)
            if isinstance(outcome, Problem):
                problem = outcome
            else:
                found[name] = outcome
        if problem:
            findings += (_finding(level, name, each) for each in problem.all)
    named = [name for name in NAMING if name in found]
    if len(named) > 1:
        both = Problem("AM105", f"{' and '.join(named)} are given together", "Keep the one that the task represents")
        findings.append(_finding(level, named[1], both))
    return _Read(found, frozenset(unset), tuple(findings))


def _finding(level: Level, name: str, problem: Problem) -> Finding:
    message = problem.message if problem.code in ("AM101", "AM105") else f"{name} {problem.message}"
    return Finding(problem.code, level.subject, level.place(name) + problem.path, message, problem.hint)


def read_value(name: str, value: Json, scope: Scope) -> Any:
    """What the setting `name` becomes, by what the user wrote; the `Problem` where that is wrong."""
    if name in ("MeshName", *NAMING[:2]):
        problem = _arn_problem(name, value, scope)
        if problem:
            return problem
    return TABLE[name].read(value, scope)


def _arn_problem(name: str, value: Json, scope: Scope) -> Problem | None:
    """A Ref to an AWS::AppMesh resource gives its ARN, where a name is needed."""
    if not isinstance(value, dict) or function(value) != "Ref" or str(value["Ref"]) in scope.loops:
        return None
    resource = scope.resources.get(str(value["Ref"]))
    kind = resource.get("Type") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or not kind.startswith("AWS::AppMesh::"):
        return None
    return Problem(
        "AM114",
        f"is a Ref to an {kind}, which gives its ARN",
        f"Write !GetAtt {value['Ref']}.{name}",
    )


def _tag_problem(name: str, value: Json) -> Problem | None:
    if TABLE[name].is_fragment:
        return Problem("AM111", "is a map, which a tag cannot carry", "Set it in the resource's Metadata.AppMesh")
    if isinstance(value, str) and "," in value:
        return Problem(
            "AM111",
            "has a comma, which ECS does not allow in a tag",
            "Separate the entries by spaces: '9080 9081'",
        )
    return None


def _unknown(name: str) -> Problem:
    guess = values.closest(name, list(TABLE))
    did_you_mean = f": did you mean '{guess}'?" if guess else ""
    hint = f"Write {guess}" if guess else f"See the settings in {BASE}reference/settings.md"
    return Problem("AM101", f"unknown setting {values.quoted(name)}{did_you_mean}", hint)


def _out_of_profile(profile: str, gathered: Gathered, subject: str) -> Iterable[Finding]:
    for name in gathered.values:
        allowed = TABLE[name].profiles
        if profile not in allowed:
            yield Finding(
                "AM109",
                subject,
                gathered.places[name],
                f"{name} is not a setting of profile '{profile}'",
                f"Take it out, or use profile {' or '.join(map(repr, allowed))}",
            )
