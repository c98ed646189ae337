"""The Cloud Map namespace of a mesh: the one that `Namespace` names, or an HTTP namespace with the mesh's name.

The template that holds the AWS::AppMesh::Mesh makes it, and every other one names it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.cfn.intrinsics import Scope, function, known
from appmesh_inject.findings import Finding
from appmesh_inject.mesh.mesh_sources import MeshSource
from appmesh_inject.mesh.model import Mesh, VirtualNode
from appmesh_inject.mesh.names import MeshNames
from appmesh_inject.mesh.parsing.cloud_map import facts
from appmesh_inject.mesh.template_mesh import exported_mesh
from appmesh_inject.profiles.context import Context
from appmesh_inject.resource_types import DNS_NAMESPACES, HTTP_NAMESPACE
from appmesh_inject.settings.table import SERVICE_CONNECT
from appmesh_inject.settings.types import quoted
from appmesh_inject.workloads.lost_marks import TAG_PREFIX

LOGICAL_ID = "ServiceConnectNamespace"
_NAMESPACES = (*DNS_NAMESPACES, HTTP_NAMESPACE)
ARN = "Write !GetAtt {}.Arn"


class Namespace(NamedTuple):
    """The namespace of a task. written: for its configuration. outside: the same in another
    template. is_ours: it is the one of the mesh, in which only
    Service Connect has names. made_for: the logical ID of the Mesh that this template makes it for."""

    written: Json = None
    outside: Json = None
    is_ours: bool = False
    made_for: str | None = None
    findings: tuple[Finding, ...] = ()


def namespace(
    context: Context,
    node: VirtualNode,
    mesh: Mesh | None,
    own: Mapping[str, str],
    *,
    has_owner: bool,
    elsewhere: MeshSource | None = None,
) -> Namespace:
    """The namespace for one task. own: the logical IDs of the namespaces that this template makes, by that of the Mesh.
    has_owner: the mesh belongs to another account. elsewhere: the template that holds the Mesh, if not this one."""
    given, path = context.settings.namespace, context.setting_path("Namespace")
    if given is not None:
        problem = _problem(given, context.workload.scope)
        return Namespace(given, given, findings=(context.finding("AM416", path, *problem),) if problem else ())
    if has_owner:
        message = "the mesh belongs to another account, where its namespace is, too"
        hint = "Share a namespace with this account in AWS RAM, and set Namespace to its ARN"
        return Namespace(findings=(context.finding("AM416", path, message, hint),))
    if mesh is None:
        message = f"no template at hand holds the AWS::AppMesh::Mesh of {node.logical_id}, so nothing makes a namespace"
        hint = "Set Namespace, or put the Mesh into this template, or name the stack that exports it with MeshStack"
        return Namespace(findings=(context.finding("AM416", path, message, hint),))
    if mesh.logical_id in own:
        return Namespace(
            {"Fn::GetAtt": [own[mesh.logical_id], "Arn"]}, mesh.name.written, is_ours=True, made_for=mesh.logical_id
        )
    if elsewhere is not None and not _is_made_by(elsewhere, mesh, context):
        message = f"{elsewhere.place} holds the Mesh, and makes no namespace for it"
        hint = "Write Profile: service-connect beside its ExportMesh, and deploy it first; or set Namespace"
        return Namespace(findings=(context.finding("AM416", path, message, hint),))
    return Namespace(mesh.name.written, mesh.name.written, is_ours=True)


def _is_made_by(source: MeshSource, mesh: Mesh, context: Context) -> bool:
    """Whether another template has the namespace of its mesh, or will have it once the macro has processed it."""
    names = MeshNames(source.resources, Scope())
    for each in source.resources.values():
        properties = each.get("Properties") if isinstance(each, dict) else None
        if (
            _type(each) == HTTP_NAMESPACE
            and isinstance(properties, dict)
            and names.key(properties.get("Name")) == mesh.name.key
        ):
            return True
    template = source.live.template if source.live else {}
    if exported_mesh(template):
        return False
    top = value_if_there(template, ("Metadata", "AppMesh", "Namespace"))
    by_default = context.deployment.level.given.get("Profile") == SERVICE_CONNECT
    return top is None and (by_default or _has_profile(template))


def _has_profile(value: Json) -> bool:
    """Whether a template asks for this profile anywhere, or for one that is not known."""
    if isinstance(value, list):
        return any(map(_has_profile, value))
    if not isinstance(value, Mapping):
        return False
    given = value.get("Value") if value.get("Key") == f"{TAG_PREFIX}Profile" else value.get("Profile")
    return given == SERVICE_CONNECT or isinstance(given, Mapping) or any(map(_has_profile, value.values()))


def logical_ids(meshes: Sequence[str], resources: Mapping[str, Json]) -> Mapping[str, str]:
    """The logical ID of the namespace that is made for each Mesh."""
    taken, found = set(resources), {}
    for mesh in meshes:
        name, number = LOGICAL_ID, 2
        while name in taken:
            name, number = f"{LOGICAL_ID}{number}", number + 1
        taken.add(name)
        found[mesh] = name
    return found


def resource(name: Json, condition: str | None) -> Json:
    """The namespace resource. name: of the mesh, as it is written. condition: under which it exists."""
    return {
        "Type": HTTP_NAMESPACE,
        **({"Condition": condition} if condition else {}),
        "Metadata": {"AppMeshInject": {"Added": True}},
        "Properties": {"Name": name},
    }


def _problem(given: Json, scope: Scope) -> tuple[str, str] | None:
    """What is wrong with a `Namespace`, and what to do."""
    target = given.get("Ref") if isinstance(given, dict) and function(given) == "Ref" else None
    if _type(scope.resources.get(str(target))) in _NAMESPACES:
        return f"Namespace is a Ref to {target}, which gives its ID", ARN.format(target)
    name = known(given, scope)
    if isinstance(name, str) and name.startswith("ns-"):
        return f"Namespace is {quoted(given)}, an ID", "Write the namespace's ARN, or its name"
    for logical_id, other in scope.resources.items():
        own = _name(other)
        if _type(other) in DNS_NAMESPACES and (own == given or (name is not None and known(own, scope) == name)):
            message = f"Namespace is the name of {logical_id}, a DNS namespace: ECS would make another one of that name"
            return message, ARN.format(logical_id)
    return None


def _type(resource: Json) -> Json:
    return resource.get("Type") if isinstance(resource, dict) else None


def identity(namespace: Json, names: MeshNames) -> str:
    """Equal for values that mean one namespace: its name, and the ARN of the template's HTTP namespace of that name."""
    found = _of_template(namespace, names)
    return names.key(_name(found) if _type(found) == HTTP_NAMESPACE else namespace)


def in_cloud_map(namespace: Json, names: MeshNames) -> frozenset[str]:
    """The names of the Cloud Map services of the template in a namespace, as it is written."""
    called = {names.key(each).lower() for each in (namespace, _name(_of_template(namespace, names)))} - {""}
    return frozenset(service.name for service in facts(names.resources, names)[1] if service.namespace in called)


def _of_template(value: Json, names: MeshNames) -> Json:
    """The namespace of the template that `!GetAtt Namespace.Arn` means."""
    argument = value.get("Fn::GetAtt") if isinstance(value, dict) else None
    target = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
    return names.resources.get(str(target))


def _name(namespace: Json) -> Json:
    properties = namespace.get("Properties") if isinstance(namespace, dict) else None
    return properties.get("Name") if isinstance(properties, dict) else None
