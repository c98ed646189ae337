"""The whole injection: find the workloads, settle the settings of each, plan, edit, report.

The document is JSON. It is never mutated, and unchanged parts stay the same objects. If any finding is an error,
nothing is changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from appmesh_inject.cfn.document import MOST_LEVELS, Changes, Json, Path, edited, is_deeper, value_if_there
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.source import LiveWeightsUse, Meshes, has_mesh
from appmesh_inject.profiles.context import Context, setting_path
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.registry import Profile, profile
from appmesh_inject.profiles.sidecar.build import Draft
from appmesh_inject.settings.consequences import is_profile_unknown, mistakes_of
from appmesh_inject.settings.layers import gather, settle
from appmesh_inject.settings.platform_defaults import BUILT_IN, PlatformDefaults
from appmesh_inject.settings.table import PREVIEW, STANDALONE
from appmesh_inject.workloads import quotas
from appmesh_inject.workloads.model import DocumentKind, Workload

NOT_MARKED = "not marked"
HELD_BACK = "another finding stops the injection"


class Action(StrEnum):
    INJECTED = "injected"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Report(NamedTuple):
    """What happened to one workload, and why."""

    name: str
    path: Path
    action: Action
    reason: str = ""
    profile: str = ""


class Outcome(NamedTuple):
    """The resulting document, what happened to each workload, and the findings in order.

    document: the object that was given, if nothing was changed.
    """

    document: Json
    reports: tuple[Report, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def inject(
    document: Json, kind: DocumentKind, platform: PlatformDefaults = BUILT_IN, meshes: Meshes | None = None
) -> Outcome:
    """Injects into every marked workload of `document`. Mistakes of the user are findings, and never raise.

    platform: the macro's deployment parameters. meshes: of other templates.
    """
    try:
        return _injected(document, kind, platform, meshes or Meshes())
    except RecursionError:
        # The depth is checked only after a failure, since checking costs a walk through the document.
        if not any(is_deeper(value, MOST_LEVELS) for value in (document, dict(kind.request.given))):
            raise
        return Outcome(document, findings=(too_deep(),))


def too_deep() -> Finding:
    """The finding about a document that is nested too deeply."""
    message = f"the template is nested deeper than {MOST_LEVELS} levels, so it cannot be read"
    return Finding("AM002", "", (), message, "Reduce the nesting of maps, lists and functions")


def _injected(document: Json, kind: DocumentKind, platform: PlatformDefaults, meshes: Meshes) -> Outcome:
    found = kind.find(document)
    shared = gather((platform.level, *found.levels), found.scope)
    decided: list[Decided] = []
    drafts: dict[bytes, Draft] = {}
    for workload in found.workloads:
        if workload.levels:
            requested = settle(gather(workload.levels, workload.scope, shared), workload.name)
            of_settings = (*found.findings, *shared.findings, *workload.findings, *requested.findings)
            mistakes = mistakes_of(workload.name, of_settings) if of_settings else []
            context = Context(document, kind, workload, requested, platform, meshes, drafts)
            outcome = Plan() if is_profile_unknown(mistakes) else _planned(context)
            decided.append(Decided.of(workload, requested, outcome, mistakes))
    changed = edited(document, [edit for decision in decided for edit in _edits(decision)])
    default, export = shared.values.get("Profile", PREVIEW), bool(shared.values.get("ExportMesh"))
    profiles = _profiles(decided, [default] if export else [])
    finishes = [used.finish(changed, decided, shared) for used in profiles]
    changed = edited(changed, [edit for finish in finishes for edit in finish.changes])
    found_by_all = [finding for finish in finishes for finding in finish.findings]
    decided = [each.with_findings_about_it(found_by_all) for each in decided] if found_by_all else decided
    findings = [*platform.findings, *found.findings, *shared.findings, *found_by_all]

    exported: LiveWeightsUse | None = None
    if export and shared.values.get("LiveWeights") and has_mesh(found.scope.resources):
        exported, problems = meshes.exported_live_weights(settle(shared, "").settings, found.scope, document)
        findings += problems
    live = [plan.live for plan in _plans(decided) if plan.live is not None]
    if live or exported:
        # Imported here, as below.
        from appmesh_inject.profiles.live_weights import added

        for_live = added(changed, live, exported, platform.live_weights_role)
        changed = edited(changed, for_live.changes)
        findings += for_live.findings

    consumers = [used.name for used in profiles if used.consumes_mesh]
    if export or consumers:
        # Imported here, since few templates need it and every import prolongs a cold start.
        from appmesh_inject.mesh.removal import without_mesh

        findings += _needing_the_mesh(decided, found.scope, max(consumers, default=STANDALONE))
        changed, problems = without_mesh(changed, found.scope, export=export)
        findings += problems

    most_bytes = None if changed is document else quotas.most_bytes_of(changed)
    if most_bytes:
        decided = [_measured(each, changed, most_bytes) for each in decided]
    findings += (finding for each in decided for finding in each.findings)
    if not any(finding.is_error for finding in findings):
        findings += meshes.mismatches((it.workload.name, it.requested.settings, it.workload.scope) for it in decided)
        findings += quotas.processed_template(changed, most_bytes) if most_bytes else ()
    in_order = ordered(findings)
    summaries = {name: words for finish in finishes for name, words in finish.summaries.items()}
    reports = _reports(found.workloads, decided, default, summaries)
    if any(finding.is_error for finding in in_order):
        return Outcome(document, tuple(map(_held_back, reports)), in_order)
    return Outcome(changed, reports, in_order)


def _planned(context: Context) -> Plan | Skip:
    """The plan for one workload by its profile."""
    if context.settings.enabled is False:
        return Skip("Enabled is false")
    chosen = profile(context.settings.profile)
    if chosen.consumes_mesh and _never_exists(context):
        return Skip("its condition is false")
    if context.kind.name not in chosen.documents:
        message = f"profile '{chosen.name}' does not support this kind of document"
        path = context.setting_path("Profile")
        return Plan(findings=(context.finding("AM109", path, message, "Use profile 'preview'"),))
    return chosen.plan(context)


def _never_exists(context: Context) -> bool:
    """Whether parameters decide that the task definition does not exist. Its node may then not exist, either."""
    resource = value_if_there(context.document, context.workload.path)
    condition = resource.get("Condition") if isinstance(resource, dict) else None
    if not isinstance(condition, str):
        return False
    from appmesh_inject.mesh.value_resolution import deciding

    return deciding(context.workload.scope).assumed.get(condition) is False


def _plans(decided: Iterable[Decided]) -> Iterator[Plan]:
    """The plans that are carried out."""
    for each in decided:
        if isinstance(each.outcome, Plan) and not each.is_refused:
            yield each.outcome


def _edits(decided: Decided) -> Changes:
    return next((plan.changes for plan in _plans([decided])), ())


def _measured(decided: Decided, changed: Json, most_bytes: quotas.MostBytes) -> Decided:
    """The decision, refused where its task definition in `changed` is larger than ECS takes."""
    workload = decided.workload
    if most_bytes.is_small(workload) or not _edits(decided):
        return decided
    return decided.with_findings(quotas.task_definition(changed, workload))


def _profiles(decided: Iterable[Decided], more: Iterable[str]) -> list[Profile]:
    """The profiles of the enabled workloads, and `more`, without duplicates."""
    names = (decision.requested.settings.profile for decision in decided if decision.is_enabled)
    return [profile(name) for name in dict.fromkeys((*names, *more))]


def _needing_the_mesh(decided: Iterable[Decided], scope: Scope, consumer: str) -> Iterator[Finding]:
    """Findings about workloads whose profile needs the mesh resources, which profile `consumer` removes."""
    if not has_mesh(scope.resources):
        return
    for decision in decided:
        chosen = profile(decision.requested.settings.profile)
        if decision.is_enabled and not chosen.consumes_mesh:
            message = f"profile '{chosen.name}' needs the mesh, which profile '{consumer}' removes from the template"
            hint = "Use one profile for the whole template, or two templates"
            path = setting_path(decision.workload, decision.requested, "Profile")
            yield Finding("AM328", decision.workload.name, path, message, hint)


def _reports(
    workloads: Iterable[Workload], decided: Iterable[Decided], default: str, summaries: Mapping[str, str]
) -> tuple[Report, ...]:
    """One report for each workload. default: the profile to report for workloads that are not marked. summaries: what
    becomes of workloads, by name."""
    of_marked = (_report(each, summaries.get(each.workload.name, "")) for each in decided)
    return tuple(
        next(of_marked)
        if workload.levels
        else Report(workload.name, workload.path, Action.SKIPPED, workload.passed or NOT_MARKED, default)
        for workload in workloads
    )


def _report(decided: Decided, summary: str) -> Report:
    name, path, profile_name = decided.workload.name, decided.workload.path, decided.requested.settings.profile
    if decided.is_refused:
        return Report(name, path, Action.REFUSED, "see the findings", profile_name)
    if isinstance(decided.outcome, Skip):
        return Report(name, path, Action.SKIPPED, decided.outcome.reason, profile_name)
    return Report(name, path, Action.INJECTED, summary, profile_name)


def _held_back(report: Report) -> Report:
    """The report of a workload after an error in another one: skipped instead of injected."""
    if report.action is not Action.INJECTED:
        return report
    return Report(report.name, report.path, Action.SKIPPED, HELD_BACK, report.profile)
