"""Puts marked task definitions and pods into a service mesh: the product on one page.

Finds the workloads of a document, settles the settings of each, lets its profile plan the edits (most profiles add an
Envoy sidecar and the redirect of traffic to it), applies them, finishes the document, and reports.

The document is JSON. It is never mutated, and unchanged parts stay the same objects. If any finding is an error,
nothing is changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from appmesh_inject.cfn.document import MOST_LEVELS, Changes, Json, Path, edited, is_deeper, value_if_there
from appmesh_inject.cfn.intrinsics import Scope
from appmesh_inject.findings import Finding, ordered
from appmesh_inject.mesh.meshes import Meshes
from appmesh_inject.mesh.template_mesh import has_mesh
from appmesh_inject.profiles.context import Context, DocumentContext, setting_path
from appmesh_inject.profiles.plan import Decided, Plan, Skip
from appmesh_inject.profiles.registry import Profile, profile
from appmesh_inject.profiles.sidecar.build import Draft
from appmesh_inject.settings.consequential_findings import is_profile_unknown, mistakes_of
from appmesh_inject.settings.layers import RequestedSettings, gather, settle
from appmesh_inject.settings.platform_defaults import BUILT_IN, PlatformDefaults
from appmesh_inject.settings.table import PREVIEW, STANDALONE
from appmesh_inject.workloads import quotas
from appmesh_inject.workloads.model import DocumentKind, Workload

NOT_MARKED = "not marked"
NEVER_EXISTS = "its condition is false"
HELD_BACK = "another finding stops the injection"


class Action(StrEnum):
    INJECTED = "injected"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Report(NamedTuple):
    """What happened to one workload, and why. configurations: what its envoys run, if we compile that: bootstraps whose
    scalars are text or intrinsics."""

    name: str
    path: Path
    action: Action
    reason: str = ""
    profile: str = ""
    configurations: tuple[Mapping[str, Json], ...] = ()


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
    document: Json,
    kind: DocumentKind,
    deployment: PlatformDefaults = BUILT_IN,
    meshes: Meshes | None = None,
    *,
    whole_mesh: bool = True,
    drafts: dict[bytes, Draft] | None = None,
) -> Outcome:
    """Injects into every marked workload of `document`. Mistakes of the user are findings, and never raise.

    deployment: the macro's deployment parameters. meshes: of other templates. whole_mesh: False: mistakes in mesh
    resources that no task needs stop nothing, and are reported only together with others. drafts: of other calls, which
    this one adds to; their documents differ in no more than their workloads.
    """
    available = meshes or Meshes()
    made = {} if drafts is None else drafts
    try:
        if not whole_mesh:
            outcome = _injected(document, kind, deployment, available, made, whole_mesh=False)
            if not outcome.has_errors:
                return outcome
        return _injected(document, kind, deployment, available, made)
    except RecursionError:
        # The depth is checked only after a failure, since checking costs a walk through the document.
        if not any(is_deeper(value, MOST_LEVELS) for value in (document, dict(kind.request.given))):
            raise
        return Outcome(document, findings=(too_deep(),))


def too_deep() -> Finding:
    """The finding about a document that is nested too deeply."""
    message = f"the template is nested deeper than {MOST_LEVELS} levels, so it cannot be read"
    return Finding("AM002", "", (), message, "Reduce the nesting of maps, lists and functions")


def _injected(
    document: Json,
    kind: DocumentKind,
    deployment: PlatformDefaults,
    meshes: Meshes,
    drafts: dict[bytes, Draft],
    *,
    whole_mesh: bool = True,
) -> Outcome:
    found = kind.find(document)
    defaults = gather((deployment.level, *found.levels), found.scope)
    whole = DocumentContext(document, kind, found, defaults, deployment, meshes)
    requests = [(workload, _requested(workload, whole)) for workload in found.workloads if workload.is_marked]
    meshes.limit_to(None if whole_mesh else [(requested.settings, marked.scope) for marked, requested in requests])
    decided = [_decided(workload, requested, whole, drafts) for workload, requested in requests]
    changed = edited(document, [edit for each in decided for edit in _edits(each)])

    default_profile, export = defaults.values.get("Profile", PREVIEW), bool(defaults.values.get("ExportMesh"))
    profiles = _profiles(decided, [default_profile] if export else [])
    finishes = [used.finish(changed, decided, whole) for used in profiles]
    changed = edited(changed, [edit for finish in finishes for edit in finish.changes])
    of_finishes = [finding for finish in finishes for finding in finish.findings]
    decided = [each.with_findings_about_it(of_finishes) for each in decided] if of_finishes else decided
    findings = [*deployment.findings, *found.findings, *defaults.findings, *of_finishes]

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
        tasks = ((it.workload.name, it.requested.settings, it.workload.scope) for it in decided)
        findings += meshes.mismatches(tasks, document)
        findings += quotas.processed_template(changed, most_bytes) if most_bytes else ()
    in_order = ordered(findings)
    summaries = {name: words for finish in finishes for name, words in finish.summaries.items()}
    reports = _reports(found.workloads, decided, default_profile, summaries)
    if any(finding.is_error for finding in in_order):
        return Outcome(document, tuple(map(_held_back, reports)), in_order)
    return Outcome(changed, reports, in_order)


def _requested(workload: Workload, whole: DocumentContext) -> RequestedSettings:
    """The settings of a marked workload."""
    return settle(gather(workload.levels, workload.scope, whole.defaults), workload.name)


def _decided(
    workload: Workload, requested: RequestedSettings, whole: DocumentContext, drafts: dict[bytes, Draft]
) -> Decided:
    """What the profile of a marked workload plans to do."""
    of_settings = (*whole.found.findings, *whole.defaults.findings, *workload.findings, *requested.findings)
    mistakes = mistakes_of(workload.name, of_settings) if of_settings else []
    context = Context(whole.document, whole.kind, workload, requested, whole.deployment, whole.meshes, drafts)
    outcome = Plan() if is_profile_unknown(mistakes) else _planned(context)
    return Decided.of(workload, requested, outcome, mistakes)


def _planned(context: Context) -> Plan | Skip:
    """The plan for one workload by its profile."""
    if context.settings.enabled is False:
        return Skip("Enabled is false")
    chosen = profile(context.settings.profile)
    if chosen.consumes_mesh and _never_exists(context):
        return Skip(NEVER_EXISTS)
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


def _edits(decided: Decided) -> Changes:
    return decided.plan.changes if decided.plan else ()


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
        if workload.is_marked
        else Report(workload.name, workload.path, Action.SKIPPED, workload.passed or NOT_MARKED, default)
        for workload in workloads
    )


def _report(decided: Decided, summary: str) -> Report:
    name, path, profile_name = decided.workload.name, decided.workload.path, decided.requested.settings.profile
    if decided.is_refused:
        return Report(name, path, Action.REFUSED, "see the findings", profile_name)
    if isinstance(decided.outcome, Skip):
        return Report(name, path, Action.SKIPPED, decided.outcome.reason, profile_name)
    return Report(name, path, Action.INJECTED, summary, profile_name, decided.outcome.configurations)


def _held_back(report: Report) -> Report:
    """The report of a workload after an error in another one: skipped instead of injected."""
    if report.action is not Action.INJECTED:
        return report
    return Report(report.name, report.path, Action.SKIPPED, HELD_BACK, report.profile)
