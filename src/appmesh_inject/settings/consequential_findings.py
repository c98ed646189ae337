"""One mistake in the settings is one finding: what only follows from it is left out.

A misspelt `MeshName` is not missing, and a task whose profile is misspelt is not judged by the default profile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from appmesh_inject.findings import Finding
from appmesh_inject.settings.table import NAMING, TABLE

UNKNOWN_SETTING, INVALID_VALUE, INVALID_MARK, OTHER_PROFILE = "AM101", "AM102", "AM112", "AM109"

PROFILE = "Profile"

MISSING: Mapping[str, Collection[str]] = {
    "AM104": ("MeshName", "ResourceArn"),
    "AM105": NAMING,
    "AM106": ("AppPorts",),
}
"""The settings whose absence a code is about."""


def mistakes_of(subject: str, findings: Iterable[Finding]) -> list[Finding]:
    """The mistakes in the settings of the workload `subject`, in its own mark or in one for all workloads."""
    codes = (UNKNOWN_SETTING, INVALID_VALUE, INVALID_MARK)
    return [finding for finding in findings if finding.code in codes and finding.subject in ("", subject)]


def is_profile_unknown(mistakes: Iterable[Finding]) -> bool:
    """Whether a mistake is about the profile, so that nothing which depends on the profile can be judged."""
    return any(PROFILE in _lost(mistake) for mistake in mistakes)


def without_consequences(
    of_settings: Sequence[Finding], of_plan: Sequence[Finding], mistakes: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings about the settings and the plan of a workload, without those that only follow from its mistakes."""
    if not mistakes:
        return (*of_settings, *of_plan)
    lost = {setting for mistake in mistakes for setting in _lost(mistake)}
    return (
        *(finding for finding in of_settings if not (finding.code == OTHER_PROFILE and PROFILE in lost)),
        *(finding for finding in of_plan if lost.isdisjoint(MISSING.get(finding.code, ()))),
    )


def _lost(mistake: Finding) -> Collection[str]:
    """The settings that may be meant by what cannot be read."""
    if mistake.code == INVALID_MARK:
        if "Tags" in mistake.path or "tags" in mistake.path:
            return [setting for settings in MISSING.values() for setting in settings]
        return list(TABLE) if mistake.path[-1:] in (("AppMesh",), ("Parameters",)) else ()
    if mistake.code == UNKNOWN_SETTING:
        # The hint of this code names the setting that is most similar.
        return (mistake.hint.removeprefix("Write "),)
    return [str(step) for step in mistake.path if step in TABLE]
