"""Switches Service Connect off, in words, in the ECS services of a mesh: the state that a deployment can roll back to.

The API of ECS reads a missing configuration as "no change". So a rollback of the deployment that brings Service Connect
needs one that says `Enabled: false`. The template is the one that is deployed now: with sidecars by hand, or with marks
of another profile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from appmesh_inject.cfn.document import Json, replace
from appmesh_inject.files import documents
from appmesh_inject.files.document_editing import edited_text
from appmesh_inject.files.documents import Document
from appmesh_inject.findings import CODES, Finding
from appmesh_inject.migrate.handwritten_sidecars import handwritten
from appmesh_inject.migrate.marks import in_metadata, resources_with_calls
from appmesh_inject.profiles.connecting.ecs_services import running_services
from appmesh_inject.profiles.connecting.service_edits import MEMBER, OFF
from appmesh_inject.profiles.context import setting_path
from appmesh_inject.profiles.sidecar.containers import ENVOY, GATEWAY, PROXY_INIT
from appmesh_inject.profiles.sidecar.identity import represented
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.render.transforms import SNIPPET, TRANSFORM, entries
from appmesh_inject.settings.layers import RequestedSettings, gather, settle
from appmesh_inject.settings.table import SERVICE_CONNECT
from appmesh_inject.workloads.model import Found, Workload

_GATEWAY = "a virtual gateway has no counterpart in Service Connect"
_PREPARED = "it has a ServiceConnectConfiguration"
_NO_SERVICE = "no ECS service of this template runs it"


class _Member(NamedTuple):
    """A task of the mesh. requested: the settings of its mark; None if it has none that can be read here."""

    workload: Workload
    is_gateway: bool
    requested: RequestedSettings | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """text: the new text; None if a finding prevents it. services: the logical IDs of those that change. left: of tasks
    and services of the mesh that do not, each with the reason."""

    text: str | None
    services: Sequence[str] = ()
    left: Sequence[tuple[str, str]] = ()
    findings: Sequence[Finding] = ()


def prepared(document: Document, options: RenderOptions) -> Preparation:
    """Writes `Enabled: false` into each ECS service of the template that runs a task of the mesh. Raises UserError if
    the text cannot be edited."""
    template = documents.template(document)
    marking = in_metadata(template, options)
    found = marking.kind({}).find(marking.fragment(template))
    members = list(_members(template, options, found))
    problems = [each for each in found.findings if each.is_error] + list(_converted_at_once(template, options, members))
    if problems:
        return Preparation(None, findings=problems)
    services: dict[str, str] = {}
    left: list[tuple[str, str]] = []
    for member in members:
        run = running_services(found.scope.resources, member.workload.name, member.workload.scope)
        if member.is_gateway or not run:
            left.append((member.workload.name, _GATEWAY if member.is_gateway else _NO_SERVICE))
            continue
        for service in run:
            services[service.logical_id] = _PREPARED if MEMBER in service.properties else ""
    left += [(service, reason) for service, reason in services.items() if reason]
    changed = [service for service, reason in services.items() if not reason]
    changes = [replace(("Resources", service, "Properties", MEMBER), dict(OFF)) for service in changed]
    return Preparation(edited_text(document, changes), changed, left)


def _members(template: Mapping[str, Json], options: RenderOptions, found: Found) -> Iterator[_Member]:
    """The tasks of the template that are in a mesh: marked, or with sidecars by hand."""
    marking = in_metadata(template, options)
    fragment, kind = marking.fragment(template), marking.kind({})
    called = resources_with_calls(template, options.macro)
    shared = gather((options.deployment.level, *found.levels), found.scope)
    for workload in found.workloads:
        if workload.is_marked:
            requested = settle(gather(workload.levels, workload.scope, shared), workload.name)
            if requested.settings.enabled is not False:
                yield _Member(workload, represented(requested, workload.scope) == GATEWAY, requested)
        elif any(place[: len(workload.path)] == workload.path for place in called):
            yield _Member(workload, is_gateway=False)
        else:
            hand = handwritten(kind.task(fragment, workload, workload.scope), kind.containers)
            if hand.entries[ENVOY] or hand.entries[PROXY_INIT]:
                redirects = hand.entries[PROXY_INIT] or hand.task.proxy_configuration is not None
                yield _Member(workload, is_gateway=not redirects)


def _converted_at_once(
    template: Mapping[str, Json], options: RenderOptions, members: Sequence[_Member]
) -> Iterator[Finding]:
    """Findings about tasks that the macro would convert when the prepared template is deployed."""
    if not any(entry for key in (TRANSFORM, SNIPPET) for entry in entries(template, key, (), options.macro)):
        return
    for workload, _, requested in members:
        if requested is not None and requested.settings.profile == SERVICE_CONNECT:
            path = setting_path(workload, requested, "Profile")
            message = "is marked for profile service-connect, so the macro would convert it when this is deployed"
            yield Finding("AM610", workload.name, path, message, CODES["AM610"].cure)
