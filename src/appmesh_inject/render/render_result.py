"""Options and results of rendering, common to all kinds of document."""

from collections.abc import Mapping
from typing import NamedTuple

from appmesh_inject.cfn.deployed_size import json_bytes
from appmesh_inject.cfn.document import Json, at_most, value_if_there
from appmesh_inject.findings import Finding
from appmesh_inject.injection import Action, Outcome, Report
from appmesh_inject.limits import TEMPLATE_BYTES_WITHOUT_S3
from appmesh_inject.mesh.command_forms import commands, form_of
from appmesh_inject.mesh.mesh_sources import OtherMesh
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.settings.layers import Level
from appmesh_inject.settings.platform_defaults import BUILT_IN, PlatformDefaults
from appmesh_inject.settings.table import COMPRESSED, PROFILES, STANDALONE, WITH_MESH

MACRO = "AppMeshInject"


class RenderOptions(NamedTuple):
    """The options of the command line.

    settings: by name, with the precedence of the transform's parameters. flags: by setting, the flag that gave it.
    given_meshes: of the templates that --mesh gives.
    """

    parameter_values: Mapping[str, Json] = {}
    settings: Mapping[str, Json] = {}
    flags: Mapping[str, str] = {}
    deployment: PlatformDefaults = BUILT_IN
    macro: str = MACRO
    given_meshes: tuple[OtherMesh, ...] = ()

    @property
    def meshes(self) -> Meshes:
        """The available meshes. Those of stacks are not: the command line makes no calls to AWS."""
        return Meshes(self.given_meshes)

    @property
    def level(self) -> Level:
        """The flags as a level of settings."""
        return Level((), self.settings, paths={name: (self.flags[name],) for name in self.settings})


class Rendered(NamedTuple):
    """The result. All paths lead into the input document, except those of flags and deployment parameters."""

    document: Json
    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()
    unused_flags: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def of_outcome(outcome: Outcome) -> Rendered:
    """The result for a document that is rendered in one call of the core."""
    switched_off = () if outcome.has_errors else warning_of_switched_off(outcome.reports)
    return Rendered(outcome.document, outcome.reports, (*outcome.findings, *switched_off))


def warning_of_switched_off(reports: tuple[Report, ...]) -> tuple[Finding, ...]:
    """One warning, AM902, if any of the injected sidecars wait for App Mesh's control plane, which is gone."""
    waiting = [
        r for r in reports if r.action is Action.INJECTED and r.profile in PROFILES and r.profile not in WITH_MESH
    ]
    if not waiting:
        return ()
    message = (
        f"the sidecars of profile {waiting[0].profile} wait for AWS App Mesh, which AWS switched off on 2026-09-30"
    )
    hint = "Use profile standalone, which needs no control plane"
    return (Finding("AM902", waiting[0].name, waiting[0].path, message, hint),)


def warning_of_bucket(text: str, result: Rendered) -> tuple[Finding, ...]:
    """The warning that CloudFormation takes a template, or what comes out of it, only from S3. text: of its file."""
    if result.has_errors or not any(report.action is Action.INJECTED for report in result.reports):
        return ()
    size, what = len(text.encode()), "the template"
    if size <= TEMPLATE_BYTES_WITHOUT_S3 and not at_most(result.document, TEMPLATE_BYTES_WITHOUT_S3):
        size, what = json_bytes(result.document), "the processed template"
    if size <= TEMPLATE_BYTES_WITHOUT_S3:
        return ()
    message = (
        f"{what} has {size:,} bytes, and CloudFormation takes more than {TEMPLATE_BYTES_WITHOUT_S3:,} only from S3"
    )
    hint = "Deploy with sam deploy --resolve-s3, or with aws cloudformation deploy --s3-bucket BUCKET"
    return (Finding("AM903", "", (), message, hint),)


def warnings_of_compression(result: Rendered) -> tuple[Finding, ...]:
    """A warning for each task definition whose configuration of Envoy is compressed now."""
    message = "Envoy's configuration is compressed, so change sets do not show its routes"
    hint = "appmesh-inject graph and diff show them"
    return tuple(
        Finding("AM908", report.name, report.path, message, hint)
        for report in result.reports
        if report.action is Action.INJECTED and report.profile == STANDALONE
        if any(form_of(each) == COMPRESSED for each in commands(value_if_there(result.document, report.path)))
    )
