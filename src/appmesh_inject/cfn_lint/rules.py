"""Our findings as rules of cfn-lint, which reserves E9xxx and W9xxx for rules of others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from appmesh_inject.cfn.document import Json, existing
from appmesh_inject.findings import DOCS, Finding, with_full_stop
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.parameters import declarations, parameter_values
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.render.service_mistakes import mistakes_of_services
from appmesh_inject.workloads.detect import is_template

_FOUND: WeakKeyDictionary[Any, tuple[Finding, ...]] = WeakKeyDictionary()
"""The findings of each template, since all three rules need them."""


class E9701(CloudFormationLintRule):  # type: ignore[misc]  # cfn-lint is not typed
    """Errors in a mark: in Metadata.AppMesh, in a tag, or in the parameters of the transform."""

    id: ClassVar[str] = "E9701"
    shortdesc: ClassVar[str] = "Invalid mark of AppMeshInject"
    description: ClassVar[str] = "Settings in Metadata.AppMesh, in AppMesh: tags and in the Transform's Parameters"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The errors at marks."""
        return _matches(cfn, lambda finding: finding.is_error and _is_at_a_mark(finding))


class E9702(CloudFormationLintRule):  # type: ignore[misc]
    """All other errors: in the task definition, its containers, or the mesh."""

    id: ClassVar[str] = "E9702"
    shortdesc: ClassVar[str] = "AppMeshInject refuses the template"
    description: ClassVar[str] = "Task definitions and mesh resources that cannot be injected"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The errors that are not at marks."""
        return _matches(cfn, lambda finding: finding.is_error and not _is_at_a_mark(finding))


class W9703(CloudFormationLintRule):  # type: ignore[misc]
    """The warnings of the macro."""

    id: ClassVar[str] = "W9703"
    shortdesc: ClassVar[str] = "Warning of AppMeshInject"
    description: ClassVar[str] = "Workloads that are injected, and may not work as intended"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The warnings."""
        return _matches(cfn, lambda finding: not finding.is_error)


def _matches(cfn: Any, belongs: Callable[[Finding], bool]) -> list[RuleMatch]:
    return [
        RuleMatch(
            list(existing(cfn.template, finding.path)),
            f"{finding.code}: {with_full_stop(finding.message)} {with_full_stop(finding.hint)}",
        )
        for finding in _findings(cfn)
        if belongs(finding)
    ]


def _is_at_a_mark(finding: Finding) -> bool:
    path = finding.path
    return any(step in ("AppMesh", "Tags", "Transform", "Fn::Transform") for step in path)


def _findings(cfn: Any) -> tuple[Finding, ...]:
    if cfn not in _FOUND:
        _FOUND[cfn] = tuple(_of_template(_plain(cfn.template)))
    return _FOUND[cfn]


def _of_template(template: Json) -> Iterator[Finding]:
    if not isinstance(template, Mapping) or not is_template(template):
        return
    values = parameter_values(declarations(template), {})
    result = rendered(template, RenderOptions(values))
    yield from result.findings
    yield from mistakes_of_services(result, values)


def _plain(value: Any) -> Json:
    """The value as plain dicts, lists and texts, since cfn-lint's nodes, which have positions, are slow."""
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
