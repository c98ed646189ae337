"""Findings: the mistakes of the user, as values. Exceptions are for bugs.

`CODES` is the one table of them. A code never changes its meaning and is never used again for another.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from appmesh_inject.cfn import document
from appmesh_inject.cfn.document import Path
from appmesh_inject.limits import (
    APP_PORTS,
    CONTAINERS_OF_A_TASK,
    IGNORED_PORTS_OF_PROXY_INIT,
    RESOURCES_OF_A_TEMPLATE,
)

BASE = "docs/"
"""Where the pages are: the folder in the repository. With a site of your own, its address, such as
`https://docs.example.com/appmesh-inject/`."""

DOCS = f"{BASE}reference/findings.md"
"""The page on which all findings are explained."""


def page(code: str) -> str:
    """Where `code` is explained: its cause, its cure and an example."""
    return f"{DOCS}#{code.lower()}"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(NamedTuple):
    """What a code stands for: the mistake, and what to do instead."""

    severity: Severity
    mistake: str
    cure: str


class Finding(NamedTuple):
    """One mistake: its code, the workload it is about (logical ID; empty: the document), where, what, and
    what to do instead."""

    code: str
    subject: str
    path: Path
    message: str
    hint: str

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = " ".join(part for part in (self.subject, document.shown(self.path)) if part)
        return one_line(
            f"{self.code} {place + ': ' if place else ''}{with_full_stop(self.message)} {with_full_stop(self.hint)}"
        )


def one_line(text: str) -> str:
    """The text without what would break the line or steer a terminal: names and values come from the document."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def with_full_stop(text: str) -> str:
    """The text as a whole sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, errors first, then by place and code: the same for the same mistakes, always."""
    return tuple(
        sorted(
            set(findings),
            key=lambda f: (
                not f.is_error,
                f.subject,
                [str(step).zfill(6) for step in f.path],
                f.code,
                f.message,
            ),
        )
    )


def _error(mistake: str, cure: str) -> Code:
    return Code(Severity.ERROR, mistake, cure)


def _warning(mistake: str, cure: str) -> Code:
    return Code(Severity.WARNING, mistake, cure)


CODES: Mapping[str, Code] = {
    "AM001": _error(
        "The document is no template, no task definition and no Properties of one",
        "Use the macro in the template's Transform, in a task definition, or in its Properties",
    ),
    "AM002": _error("The template is nested deeper than can be read", "Nest less: 200 levels are sure to be read"),
    "AM003": _error(
        "What comes out is larger than a Lambda function can answer", "Split the template, or inject less text"
    ),
    "AM004": _error(
        "A text has half a character, a lone surrogate, which a Lambda function cannot answer",
        "Write the whole character, or take it out",
    ),
    "AM101": _error(
        "A setting or deployment parameter that does not exist", "Write the name that the message suggests"
    ),
    "AM102": _error("A value that the setting cannot have", "Write one of the values that the message names"),
    "AM103": _error(
        "A value that decides what comes out is not known when the macro runs",
        "Write it out, or as a Ref to a parameter (not a NoEcho or SSM-typed one); for ports, set AppPorts",
    ),
    "AM104": _error("No mesh is named", "Set MeshName at any level"),
    "AM105": _error(
        "No virtual node is named, or more than one of node, gateway and ARN", "Set exactly one of them at a level"
    ),
    "AM106": _error("No app port is found", "Set AppPorts, or give the app's container its PortMappings"),
    "AM107": _error("A port or address that is none", "Correct it: a port is a number from 1 to 65535"),
    "AM108": _error(
        "More ports than the redirect takes",
        f"List at most {APP_PORTS} app ports, and at most {IGNORED_PORTS_OF_PROXY_INIT} ignored ones",
    ),
    "AM109": _error(
        "A setting that the profile does not have", "Take it out, or use the profile that the message names"
    ),
    "AM111": _error("A tag that cannot carry its setting", "Use spaces in lists; put maps into Metadata.AppMesh"),
    "AM112": _error("A mark that cannot be read", "Write Metadata.AppMesh as a map, and each tag once, without Fn::If"),
    "AM113": _error("A port that is mapped under a condition only", "Set AppPorts"),
    "AM114": _error("A Ref that gives an ARN where a name is needed", "Use Fn::GetAtt with the name's attribute"),
    "AM115": _error("Two ports that must differ are the same", "Move the app's port, or set the proxy's"),
    "AM116": _error("A pod's envoy does not know its Region", "Set Region"),
    "AM201": _error("NetworkMode is not awsvpc", "Set NetworkMode: awsvpc"),
    "AM202": _error(
        "proxyinit cannot run on Fargate",
        "Use profile standalone, which runs today, or ga, which waits for App Mesh; or run on EC2",
    ),
    "AM203": _error(
        "Containers that cannot be read when the macro runs", "Write ContainerDefinitions out in the template"
    ),
    "AM204": _error(f"More than {CONTAINERS_OF_A_TASK} containers", "Move containers to another task"),
    "AM205": _error(
        "Neither the task nor a container has a memory setting",
        "Set Memory of the task, or Memory or MemoryReservation of each container",
    ),
    "AM206": _error("Another such container is there already", "Take it out, or set OnExisting to Keep or Replace"),
    "AM207": _error(
        "The task has another ProxyConfiguration, or one beside proxyinit or in a gateway",
        "Take it out, or set OnExisting to Keep or Replace",
    ),
    "AM208": _error("Two sidecars with one name", "Give each a name of its own"),
    "AM210": _error("Several containers that are the same sidecar", "Leave one of them"),
    "AM211": _error("A sidecar that is there in some branches only", "Take it out of the Fn::If, or out of the task"),
    "AM212": _error(
        "A sidecar whose own traffic would be redirected to the proxy", "Let it run as IgnoredUID, or set IgnoredUID"
    ),
    "AM213": _error("A container that envoy waits for cannot wait for envoy", "Take it out of WaitForEnvoy"),
    "AM214": _error("WaitForEnvoy names a container that is not there", "Correct the name"),
    "AM215": _error(
        "Containers wait for envoy to be healthy, and it has no health check",
        "Give it a HealthCheck, or set WaitForEnvoy: []",
    ),
    "AM216": _error("A proxyinit container beside a ProxyConfiguration", "Take it out"),
    "AM217": _error("The containers reserve more memory than the task has", "Set a larger Memory of the task"),
    "AM218": _error(
        "An image outside the allowed registries",
        "Use an image of a registry that the message names, or have AllowedRegistries of the macro's stack changed",
    ),
    "AM219": _error(
        "A container that may be the proxy, by a variable alone",
        "Say what the proxy is called: ContainerName of the ProxyConfiguration, or Envoy: {Name: ...} in the mark",
    ),
    "AM251": _warning(
        "An agent whose traffic goes through the proxy", "Let it run as IgnoredUID, or in the group IgnoredGID"
    ),
    "AM252": _warning("An app that runs as the ignored user leaves the mesh unseen", "Let it run as another user"),
    "AM253": _warning("The task's memory leaves no room for an envoy", "Set a larger Memory of the task"),
    "AM301": _error(
        "A value that decides the mesh's structure is not known", "Write the value, or a Ref to a parameter"
    ),
    "AM302": _error("A mesh property has a value that it cannot have", "Correct the value"),
    "AM303": _error("A mesh property that is required is missing", "Add it"),
    "AM304": _error("A mesh resource has a property that App Mesh does not have", "Correct the name"),
    "AM305": _error("Of properties that exclude each other, several or none are given", "Give exactly one"),
    "AM306": _error("A mesh resource refers to one that is not in the template", "Define it in the same template"),
    "AM307": _error("Two mesh resources of a kind have the same name", "Rename one"),
    "AM308": _error("The virtual node or gateway of a task is not in the template", "Define it, or correct the name"),
    "AM309": _error("Whether a mesh resource exists is not known", "Take its condition or loop away"),
    "AM310": _error("TLS uses ACM, whose keys only App Mesh could deliver", "Use files or SDS"),
    "AM311": _error("A Cloud Map service cannot be found by DNS", "Give it A records and no attributes"),
    "AM312": _error("Services that Envoy cannot tell apart share a port", "Give one of them another port"),
    "AM313": _error("Protocols of router, route and node differ", "Use one protocol"),
    "AM314": _error("All weights of a route are 0", "Give one target a weight"),
    "AM315": _error("A target node has no listener or no service discovery", "Add it"),
    "AM316": _error("A port has to be named where there are several listeners", "Name the port"),
    "AM317": _error("A port is named that no listener has", "Name a listener's port"),
    "AM318": _error("The port of a virtual router is not known", "Give the router a listener"),
    "AM319": _error(
        "A task definition is larger than ECS takes", "Have fewer backends, or put less text into its containers"
    ),
    "AM320": _error("TLS uses SDS, and there is no socket for it", "Set APPMESH_SDS_SOCKET_PATH"),
    "AM321": _error("A virtual service is named twice", "Keep one"),
    "AM322": _error("A text cannot stand in Envoy's configuration", "Write it without such characters"),
    "AM323": _error("A regular expression is none of RE2's", "Rewrite it"),
    "AM324": _error("A variable of the envoy container cannot be used", "Correct it"),
    "AM325": _error("A reference to a mesh resource that leaves the template", "Take it out, or refer to the name"),
    "AM326": _error("A value of the mesh's template cannot be resolved here", "Write the value itself"),
    "AM327": _error("Two listeners of Envoy would have one port", "Change a port"),
    "AM328": _error(
        "A template with standalone tasks and with others: the mesh cannot stay and leave",
        "Use one profile for the whole template",
    ),
    "AM329": _error("The processed template is larger than CloudFormation takes", "Split the template"),
    "AM330": _error("The mesh of another stack cannot be read", "See the message; render --mesh reads a file instead"),
    "AM331": _error(
        f"The processed template has more than {RESOURCES_OF_A_TEMPLATE} resources",
        "Split the template: move some of its resources to another stack, or to a nested one",
    ),
    "AM351": _warning("Outlier detection has no effect on a single address", "Use ResponseType ENDPOINTS"),
    "AM352": _warning("Nothing consumes the health check of a virtual gateway", "Check it from the load balancer"),
    "AM353": _warning("A variable of the envoy container has no effect any more", "Take it out"),
    "AM354": _warning("A Cloud Map namespace is not in the template", "Make sure that it is a DNS namespace"),
    "AM355": _warning("DNS gives at most eight addresses of a Cloud Map service", "See CloudMapDns"),
    "AM356": _warning("Weights are fixed in the task definitions", "Redeploy the callers to change them"),
    "AM357": _warning("ALLOW_ALL lets hosts through that App Mesh answered with 404", "Use DROP_ALL to refuse them"),
    "AM358": _warning("The mesh itself is not in the template", "Define it to set its egress filter"),
    "AM359": _warning("A virtual service has no provider", "Give it one, or it answers 404"),
    "AM360": _warning("An exported output goes with the mesh resource that it pointed at", "See who imports it"),
    "AM361": _warning("A listener's port is not among the app ports, so its traffic bypasses envoy", "Set AppPorts"),
    "AM362": _warning(
        "Envoy reads files, and nothing is mounted in its container", "Mount them: Envoy: {MountPoints: [...]}"
    ),
    "AM363": _warning("The envoy container has App Mesh's image, which waits for App Mesh", "Use envoyproxy/envoy"),
    "AM364": _warning(
        "The envoy container's health check calls curl, which Envoy's own image does not have",
        "Take HealthCheck out of the fragment, or use an image that has curl",
    ),
    "AM501": _error(
        "The pod uses the network of its host, whose traffic proxyinit would redirect", "Take hostNetwork out"
    ),
    "AM551": _warning(
        "A job that never ends, since its envoy does not",
        "End the envoy when the app ends, or take the job out of the mesh",
    ),
    "AM601": _error(
        "Containers under an Fn::If cannot be adopted", "Write them out, or give the task definition a mark by hand"
    ),
    "AM602": _error("Traffic is redirected with proxyinit, and there is no envoy to adopt", "Take proxyinit out"),
    "AM603": _error(
        "The envoy to adopt names no virtual node or gateway", "Give it APPMESH_RESOURCE_ARN, or take it out"
    ),
    "AM604": _error("The redirect is not there whenever its envoy is", "Write it out"),
    "AM605": _error(
        "No mark renders the task definition as it is",
        "Take out what no profile and no fragment can say there, such as a name that is there twice",
    ),
    "AM606": _error(
        "The file cannot be edited: an anchor, an alias or a merge of YAML stands in the way",
        "Write the value out there",
    ),
    "AM607": _error(
        "Without its sidecars nothing would be left of the task", "Take the task definition out, and what runs it"
    ),
    "AM901": _warning(
        "Marks without a Transform: CloudFormation would not call the macro", "Add Transform: AppMeshInject"
    ),
    "AM902": _warning("The sidecars wait for App Mesh, which AWS switched off on 2026-09-30", "Use profile standalone"),
    "AM903": _warning(
        "CloudFormation takes the template, or what becomes of it, only from S3", "Deploy it by way of a bucket"
    ),
}
