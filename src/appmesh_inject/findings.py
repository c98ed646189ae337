"""Findings: the mistakes of the user, as values. Exceptions are for bugs.

`CODES` is the table of all of them. A code never changes its meaning and is never reused.
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
    INVOKING_ROLES,
    RESOURCES_OF_A_TEMPLATE,
)

BASE = "docs/"
"""Start of links to the docs: the folder in the repository, or the address of your own site, such as
`https://docs.example.com/appmesh-inject/`."""

DOCS = f"{BASE}reference/findings.md"
"""The page that explains all findings."""


def page(code: str) -> str:
    """The link to the explanation of `code`: its cause, its cure and an example."""
    return f"{DOCS}#{code.lower()}"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(NamedTuple):
    """The meaning of a code: the mistake, and what to do instead."""

    severity: Severity
    mistake: str
    cure: str


class Finding(NamedTuple):
    """One mistake in a document.

    subject: name of the workload, such as its logical ID; empty for the whole document. path: of the mistake. message:
    what is wrong. hint: what to do instead.
    """

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
    """The text with line breaks and control characters escaped, since it can contain any text of a document."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def with_full_stop(text: str) -> str:
    """The text with a full stop at its end, unless it already ends a sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without duplicates, errors first, then by workload, path, code and message."""
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
        "The document is neither a template nor a task definition nor the Properties of one",
        "Use the macro in the template's Transform, in a task definition, or in its Properties",
    ),
    "AM002": _error("The template is nested too deeply", "Use at most 200 levels of maps, lists and functions"),
    "AM003": _error(
        "The result is larger than the response of a Lambda function can be",
        "Split the template, or shorten the settings that all its tasks share",
    ),
    "AM004": _error(
        "A text contains half a character, a lone surrogate, which a Lambda function cannot return",
        "Write the whole character, or remove it",
    ),
    "AM005": _error("A number that JSON cannot express", "Write a number that is in range"),
    "AM101": _error("A setting or deployment parameter does not exist", "Write the name that the message suggests"),
    "AM102": _error("Invalid value of a setting", "Write a value as the message says"),
    "AM103": _error(
        "A value that decides what is injected is not known when the macro runs",
        "Write it out, or use a Ref to a parameter that is neither NoEcho nor SSM-typed; for ports, set AppPorts",
    ),
    "AM104": _error("The name of the mesh is missing", "Set MeshName at any level"),
    "AM105": _error(
        "None or several of VirtualNodeName, VirtualGatewayName and ResourceArn are set",
        "Set exactly one of them at a level",
    ),
    "AM106": _error("There is no app port", "Set AppPorts, or add PortMappings to the app's container"),
    "AM107": _error("Invalid port or address", "Correct it: a port is a number from 1 to 65535"),
    "AM108": _error(
        "More ports than the redirect supports",
        f"List at most {APP_PORTS} app ports, and at most {IGNORED_PORTS_OF_PROXY_INIT} ignored ones",
    ),
    "AM109": _error(
        "A setting that the profile does not support", "Remove it, or use the profile that the message names"
    ),
    "AM111": _error("A tag cannot hold the setting", "Use spaces in lists; put maps into Metadata.AppMesh"),
    "AM112": _error("Invalid mark", "Write Metadata.AppMesh as a map, and each tag once, without Fn::If"),
    "AM113": _error("A port is mapped only under a condition", "List the app ports in AppPorts"),
    "AM114": _error("A Ref gives an ARN where a name is needed", "Use Fn::GetAtt with the name's attribute"),
    "AM115": _error("Two ports that must differ are the same", "Change the app's port, or set the proxy's"),
    "AM116": _error("The Region of a pod's envoy is missing", "Set Region"),
    "AM117": _error(
        "A mark that has no effect, because its key is misspelt or it is not on a task definition",
        "Write Metadata.AppMesh, or tags AppMesh:..., on the AWS::ECS::TaskDefinition",
    ),
    "AM118": _error(
        "CloudFormation does not pass such a value as a parameter of a transform",
        "Set it in Metadata.AppMesh; a fragment may also be JSON text",
    ),
    "AM119": _error("A resource calls the macro by Transform, which is only for templates", "Write Fn::Transform"),
    "AM201": _error("NetworkMode is not awsvpc", "Set NetworkMode: awsvpc"),
    "AM202": _error(
        "proxyinit cannot run on Fargate",
        "Use profile standalone, which runs today, or ga, which waits for App Mesh; or run on EC2",
    ),
    "AM203": _error(
        "The containers cannot be read when the macro runs", "Write ContainerDefinitions out in the template"
    ),
    "AM204": _error(f"More than {CONTAINERS_OF_A_TASK} containers", "Move containers to another task"),
    "AM205": _error(
        "Neither the task nor a container has a memory setting",
        "Set Memory of the task, or Memory or MemoryReservation of each container",
    ),
    "AM206": _error(
        "The task already has such a container, and it differs from the one to inject",
        "Remove it, or set OnExisting to Keep or Replace",
    ),
    "AM207": _error(
        "The task already has a different ProxyConfiguration, or one that it must not have",
        "Remove it, or set OnExisting to Keep or Replace",
    ),
    "AM208": _error("Two sidecars have the same name", "Give each a name of its own"),
    "AM210": _error("Several containers are the same sidecar", "Keep only one of them"),
    "AM211": _error(
        "An existing sidecar differs or is missing in some branches of an Fn::If",
        "Move it out of the Fn::If, or remove it",
    ),
    "AM212": _error(
        "A sidecar's own traffic would be redirected to the proxy", "Run the sidecar as IgnoredUID, or set IgnoredUID"
    ),
    "AM213": _error("A container that envoy waits for cannot wait for envoy", "Remove it from WaitForEnvoy"),
    "AM214": _error("WaitForEnvoy names a container that does not exist", "Correct the name"),
    "AM215": _error(
        "Containers wait until envoy is healthy, but it has no health check",
        "Give it a HealthCheck, or set WaitForEnvoy: []",
    ),
    "AM216": _error("The task has a proxyinit container and a ProxyConfiguration", "Remove the container"),
    "AM217": _error(
        "The containers reserve more memory than the task has, or one may use more", "Set a larger Memory of the task"
    ),
    "AM218": _error(
        "An image is not from an allowed registry",
        "Use an image from a registry that the message names, or change AllowedRegistries in the macro's stack",
    ),
    "AM219": _error(
        "A container has a variable of the proxy, and nothing else shows whether it is the proxy",
        "Name the proxy: in ContainerName of the ProxyConfiguration, or with Envoy: {Name: ...} in the mark",
    ),
    "AM251": _warning(
        "An agent's traffic goes through the proxy", "Run the agent as IgnoredUID, or in the group IgnoredGID"
    ),
    "AM252": _warning("An app runs as the ignored user, so its traffic bypasses the proxy", "Run it as another user"),
    "AM253": _warning("The task's memory leaves no room for an envoy", "Set a larger Memory of the task"),
    "AM301": _error(
        "A value that decides the structure of the mesh is not known", "Write the value, or a Ref to a parameter"
    ),
    "AM302": _error("Invalid value of a mesh property", "Correct the value"),
    "AM303": _error("A mesh property that is required is missing", "Add it"),
    "AM304": _error("A mesh resource has a property that App Mesh does not know", "Correct the name"),
    "AM305": _error("None or several of properties that exclude each other are given", "Give exactly one"),
    "AM306": _error(
        "A mesh resource refers to one that is not in the mesh", "Define it, or name the stack that has it in MeshStack"
    ),
    "AM307": _error("Two mesh resources of a kind have the same name", "Rename one"),
    "AM308": _error(
        "The virtual node or gateway of a task is not in the mesh",
        "Define it, correct the name, or name the stack that has it in MeshStack",
    ),
    "AM309": _error("It is not known whether a mesh resource exists", "Remove its condition or loop"),
    "AM310": _error("TLS uses ACM, whose keys and authorities only App Mesh could deliver", "Use files or SDS"),
    "AM311": _error("A Cloud Map service cannot be found by DNS", "Give it A records and no attributes"),
    "AM312": _error("Services that Envoy cannot tell apart share a port", "Give one of them another port"),
    "AM313": _error("The protocols of router, route and node differ", "Use one protocol"),
    "AM314": _error("All weights of a route are 0", "Give one target a weight"),
    "AM315": _error("A target node has no listener or no service discovery", "Add it"),
    "AM316": _error("A port is missing, and there are several listeners", "Give the port"),
    "AM317": _error("No listener has the given port", "Give the port of a listener"),
    "AM318": _error("The port of a virtual router is not known", "Give the router a listener"),
    "AM319": _error(
        "A task definition is larger than ECS accepts", "Use fewer backends, or shorten the texts of its containers"
    ),
    "AM320": _error("TLS uses SDS, and there is no socket for it", "Set APPMESH_SDS_SOCKET_PATH"),
    "AM321": _error("A virtual service is given twice", "Keep only one"),
    "AM322": _error("A text has characters that Envoy's configuration cannot contain", "Remove these characters"),
    "AM323": _error("A regular expression is not valid in RE2", "Rewrite it"),
    "AM324": _error("A variable of the envoy container cannot be used", "Correct it"),
    "AM325": _error(
        "A reference to a mesh resource that is removed from the template", "Remove it, or write the name instead"
    ),
    "AM326": _error(
        "A value of another template cannot be resolved here", "Write the value itself, or do as the message says"
    ),
    "AM327": _error("Two listeners of Envoy would have one port", "Change a port"),
    "AM328": _error(
        "A task needs the mesh, which the profile of another task removes from the template",
        "Use one profile for the whole template, or two templates",
    ),
    "AM329": _error("The processed template is larger than CloudFormation accepts", "Split the template"),
    "AM330": _error("The mesh of another stack cannot be read", "See the message; render --mesh reads a file instead"),
    "AM331": _error(
        f"The processed template has more than {RESOURCES_OF_A_TEMPLATE} resources",
        "Split the template: move some of its resources to another stack, or to a nested one",
    ),
    "AM332": _error(
        "Something outside of the task uses Envoy's admin port, where only the task itself gets an answer",
        "Use a listener's port, or set StatsPort",
    ),
    "AM336": _error(
        "A compressed configuration cannot be unpacked in the envoy container",
        "Use the entrypoint of an image that has bash and gzip, or a configuration that fits as plain text",
    ),
    "AM340": _error(
        "Two templates of one mesh define the same resource differently",
        "Keep one of the two; leave a stack out of its own MeshStack",
    ),
    "AM341": _error("A resource has the logical ID of one that the macro adds", "Rename it"),
    "AM343": _error(
        "LiveWeights is set where there is no template that its function could be added to",
        "Set it in a whole template, or take it out",
    ),
    "AM344": _error(
        "A task with live weights has no TaskRoleArn, so its envoy may not ask for them",
        "Give it a TaskRoleArn, or set LiveWeights: false there",
    ),
    "AM345": _error(
        "It is not known which role a task with live weights has", "Write the role's ARN, or a Ref to the role"
    ),
    "AM346": _error(
        f"More than {INVOKING_ROLES} task roles would have to be let in to the function of live weights",
        "Let tasks share a role, or set LiveWeights: false at some of them",
    ),
    "AM347": _error(
        "Live weights of a task come from two templates, and Envoy asks one function",
        "Keep the routes with live weights in one of them, or set LiveWeights: false",
    ),
    "AM349": _error(
        "A route of an exported mesh has live weights, and its virtual service is in another stack",
        "Name that stack in MeshStack, or set LiveWeights: false",
    ),
    "AM348": _error(
        "A mesh of another template has live weights, and it is not known which function tells them",
        "Set LiveWeights: true beside its ExportMesh, or give --live-weights-arn",
    ),
    "AM351": _warning("Outlier detection has no effect on a single address", "Use ResponseType ENDPOINTS"),
    "AM352": _warning("The health check of a virtual gateway has no effect", "Check its health from the load balancer"),
    "AM353": _warning("A variable of the envoy container no longer has an effect", "Remove it"),
    "AM354": _warning("A Cloud Map namespace is not in the template", "Make sure that it is a DNS namespace"),
    "AM355": _warning("DNS returns at most eight addresses of a Cloud Map service", "See CloudMapDns"),
    "AM356": _warning("Weights are fixed in the task definitions", "Redeploy the callers to change them"),
    "AM357": _warning("ALLOW_ALL lets hosts through that App Mesh answered with 404", "Use DROP_ALL to refuse them"),
    "AM358": _warning(
        "The mesh itself is in none of its templates",
        "Define it to set its egress filter, or name the stack that has it in MeshStack",
    ),
    "AM359": _warning("A virtual service has no provider, so it answers 404", "Give it a provider"),
    "AM360": _warning(
        "An exported output is removed with the mesh resource that it refers to", "Check which stacks import it"
    ),
    "AM361": _warning("A listener's port is not among the app ports, so its traffic bypasses envoy", "Set AppPorts"),
    "AM362": _warning(
        "Envoy reads files, but nothing is mounted in its container", "Mount them: Envoy: {MountPoints: [...]}"
    ),
    "AM363": _warning("The envoy container has App Mesh's image, which waits for App Mesh", "Use envoyproxy/envoy"),
    "AM364": _warning(
        "The envoy container's health check calls curl, which Envoy's stock image lacks",
        "Remove HealthCheck from the fragment, or use an image that has curl",
    ),
    "AM365": _warning(
        "Mesh resources leave the stack, and CloudFormation tries to delete them in App Mesh, which no longer answers",
        "First deploy the template as it is with DeletionPolicy: Retain at each of them: adopt --retain writes it",
    ),
    "AM367": _warning("Two task definitions run the same virtual node", "Correct the name of the node in one of them"),
    "AM368": _warning(
        "No task of the template runs a virtual node or gateway of its mesh",
        "Mark the task definition that runs it; if something else serves it, leave the warning out",
    ),
    "AM369": _warning(
        "Callers cannot resolve the name of a virtual service, because no record of the template makes it",
        "Add a record or a Cloud Map service of that name; any address will do",
    ),
    "AM370": _warning(
        "A resource of another template refers to a mesh resource that is in none of them",
        "Deploy its callers without it first, then take it out",
    ),
    "AM371": _warning(
        "With LiveWeights, some weights of the mesh still change only with a deployment of the callers",
        "Write a Ref to a String or Number parameter with a Default from 0 to 100, which nothing else uses",
    ),
    "AM372": _warning(
        "OnExisting keeps an envoy, which does not follow live weights",
        "Set OnExisting: Replace, or LiveWeights: false",
    ),
    "AM373": _warning(
        "LiveWeights adds a role for its function to the template", "Deploy the template with CAPABILITY_IAM"
    ),
    "AM374": _warning(
        "A route belongs to a virtual router or gateway that is not in the mesh, so no Envoy follows it",
        "Correct the name, or name the stack that has it in MeshStack",
    ),
    "AM401": _error(
        "No ECS service in the template runs the task, and Service Connect is configured there",
        "Put task definition and service into one template, or write the configuration there by hand",
    ),
    "AM402": _error(
        "Two ECS services run one virtual node, and the names in a namespace are unique",
        "Give one of them a virtual node of its own, or run both as one service",
    ),
    "AM403": _error(
        "The ECS service is deployed in a way that Service Connect does not support",
        "Use the deployment controller ECS, whose strategies include BLUE_GREEN, LINEAR and CANARY",
    ),
    "AM404": _error(
        "The task runs where Service Connect does not", "Run it on Fargate for Linux from 1.4.0, or on EC2 for Linux"
    ),
    "AM405": _error(
        "The task has no memory limit that leaves room for the proxy of Service Connect",
        "Set Memory of the task, larger than the sum of its containers'",
    ),
    "AM406": _error(
        "It is not clear which port mapping a listener means",
        "Map the listener's port once, in one container and in every branch",
    ),
    "AM407": _error(
        "Weights split a virtual service between several virtual nodes, which Service Connect cannot do",
        "Set all weights but one to 0; release by the canary of ECS; or leave the callers standalone",
    ),
    "AM408": _error(
        "Routes lead to different virtual nodes, and Service Connect does not route",
        "Leave the callers standalone, or route at a load balancer or in VPC Lattice",
    ),
    "AM409": _error(
        "A route turns requests away, and Service Connect would pass them on",
        "Take the match out if it was no protection, or leave the callers standalone",
    ),
    "AM410": _error(
        "The mesh encrypts, and Service Connect would not",
        "Give the entry Tls in the ServiceConnect fragment, take TLS out of the mesh, or use profile standalone",
    ),
    "AM411": _error("The mesh authenticates clients by TLS, which Service Connect cannot", "Use profile standalone"),
    "AM412": _error(
        "A route must not be retried, and Service Connect always retries",
        "Leave the callers standalone, or make the requests repeatable and take MaxRetries 0 out",
    ),
    "AM413": _error(
        "A virtual gateway has no counterpart in Service Connect",
        "Mark its task Profile: standalone, or let the load balancer call the services",
    ),
    "AM414": _error(
        "A name cannot be one of Service Connect, or is given twice with the same port",
        "Use lower-case letters, digits, hyphens and underscores; in names that callers use also dots",
    ),
    "AM415": _error(
        "Two names in the namespace are the same", "Set another DiscoveryName in the ServiceConnect fragment"
    ),
    "AM416": _error(
        "The namespace of Service Connect is not known, or not usable", "Set Namespace to a name or an ARN"
    ),
    "AM417": _error(
        "A task calls a virtual node that stays standalone, which has no name in Service Connect",
        "Convert the called task as well, or leave the caller standalone",
    ),
    "AM418": _error(
        "The ECS service already has a different ServiceConnectConfiguration",
        "Remove it, or set OnExisting to Keep or Replace",
    ),
    "AM419": _error(
        "Service Connect is configured at the ECS service, which the macro cannot see here",
        "Mark the task definition in its Metadata, outside of Fn::ForEach",
    ),
    "AM421": _error(
        "The configuration breaks a limit of Service Connect",
        "Correct the ServiceConnect fragment, or the value where it stands",
    ),
    "AM451": _warning(
        "A retry policy is replaced by the fixed one of Service Connect",
        "Nothing, if two retries on connection failure and 503 are right",
    ),
    "AM452": _warning("Outlier detection is replaced by the fixed one of Service Connect", "Nothing needs to be done"),
    "AM453": _warning("Limits of connections and requests end", "Limit them in the app"),
    "AM454": _warning("Active health checks end", "Give the container a HealthCheck"),
    "AM455": _warning("A timeout is rounded, merged with others, or was never effective", "Check the value"),
    "AM456": _warning(
        "Egress filter and backends no longer limit what a task may call", "Limit it with security groups"
    ),
    "AM457": _warning(
        "Tracing, statistics or a member of the Envoy fragment ends", "Use CloudWatch metrics, or an SDK in the app"
    ),
    "AM458": _warning(
        "The access log changes its format or place, or ends", "Set LogConfiguration in the ServiceConnect fragment"
    ),
    "AM459": _warning(
        "IpPreference ends: ECS decides by the subnets", "Listen on ::1 as well in subnets of IPv6 alone"
    ),
    "AM460": _warning("Services call each other in a circle", "Deploy the service that the message names twice"),
    "AM461": _warning(
        "A name still resolves by DNS as well", "Remove the record after all callers are converted, if it is a dummy"
    ),
    "AM462": _warning(
        "A container has another port, which callers no longer reach by the name", "Call it by another name"
    ),
    "AM463": _warning("A virtual service or node takes no part in Service Connect", "Check that nobody calls it"),
    "AM464": _warning(
        "A virtual node with weight 0 cannot be reached", "Remove its task, or give it a name of its own"
    ),
    "AM465": _warning(
        "The task has the smallest size of Fargate, and the proxy wants 256 CPU units and 64 MiB", "Set a larger size"
    ),
    "AM466": _warning("Nothing in this template serves a virtual service", "Check that another template does"),
    "AM501": _error(
        "The pod uses its host's network, so proxyinit would redirect all traffic of the host", "Remove hostNetwork"
    ),
    "AM551": _warning(
        "A job never ends, because its envoy keeps running",
        "End the envoy when the app ends, or leave the job out of the mesh",
    ),
    "AM601": _error(
        "Containers under an Fn::If cannot be adopted", "Write them out, or give the task definition a mark by hand"
    ),
    "AM602": _error("The task has a proxyinit container, but no envoy to adopt", "Remove proxyinit"),
    "AM603": _error(
        "The envoy to adopt names no virtual node or gateway", "Give it APPMESH_RESOURCE_ARN, or remove it"
    ),
    "AM604": _error("The redirect and its envoy are under different conditions", "Write the redirect out"),
    "AM605": _error(
        "No mark renders the task definition as it is",
        "Remove what no profile and no fragment can express, such as a name that is given twice",
    ),
    "AM606": _error("The file cannot be edited because of a YAML anchor, alias or merge", "Write the value out there"),
    "AM607": _error(
        "The task has no containers besides its sidecars", "Remove the task definition, and the service that runs it"
    ),
    "AM608": _error(
        "Converting the template would leave a marked task behind",
        "Give the parameters under which the task exists, or write out what another macro makes of it",
    ),
    "AM609": _error(
        "The converted template would not be what the macro makes of it",
        "Let the macro convert it at deployment, or split the template",
    ),
    "AM610": _error(
        "The macro would convert the prepared template at once", "Prepare the template as it is deployed now"
    ),
    "AM651": _warning(
        "The template still names App Mesh's image, which no task uses any more",
        "Take it out: a parameter of SSM fails the deployment once AWS removes it",
    ),
    "AM652": _warning(
        "A managed policy of App Mesh stays in the template",
        "Take it out: a deployment fails once AWS removes the policy",
    ),
    "AM653": _warning("Permissions for App Mesh stay in the template", "Take them out"),
    "AM654": _warning(
        "The template still names an account of App Mesh's images", "Take out the permission or policy that names it"
    ),
    "AM655": _warning(
        "A variable of App Mesh's image goes, since a stock Envoy does not read it",
        "Check that nothing depends on its effect",
    ),
    "AM901": _warning(
        "The template does not call the macro: it has marks but no Transform, or a misspelt one (an error of `lint`)",
        "Add Transform: AppMeshInject, or correct its name",
    ),
    "AM902": _warning("The sidecars wait for App Mesh, which AWS switched off on 2026-09-30", "Use profile standalone"),
    "AM903": _warning(
        "CloudFormation takes the template, or what becomes of it, only from S3", "Deploy it by way of a bucket"
    ),
    "AM904": _warning(
        "The command line cannot look into another macro, which CloudFormation runs first",
        "Nothing needs to be done; to render it here, write out what that macro returns",
    ),
    "AM905": _warning(
        "AWS::LanguageExtensions runs after the macro, and is reported to fail on containers with DependsOn",
        "List AWS::LanguageExtensions before the macro, or set WaitForEnvoy: []",
    ),
    "AM906": _warning(
        "A function has no short form, so CloudFormation refuses the template (an error of `lint`)",
        "Write the long form: Fn::Length",
    ),
    "AM907": _warning("Ignore names something that is no warning", "Write the code of a warning, such as AM355"),
    "AM908": _warning(
        "A compressed configuration shows no routes in change sets",
        "Look at the routes with graph or diff, or set Configuration: plain if that fits",
    ),
}
