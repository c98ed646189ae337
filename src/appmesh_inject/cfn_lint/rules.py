"""Our findings as rules of cfn-lint's own kind. The E9xxx and W9xxx are for rules that are not its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from appmesh_inject.cfn.document import Json, existing
from appmesh_inject.findings import DOCS, Finding, with_full_stop
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.parameters import declarations, parameter_values
from appmesh_inject.render.rendering import RenderOptions
from appmesh_inject.workloads.detect import is_template

_FOUND: WeakKeyDictionary[Any, tuple[Finding, ...]] = WeakKeyDictionary()
"""What was found in each template: three rules ask, and one answer serves them all."""


class E9701(CloudFormationLintRule):  # type: ignore[misc]  # cfn-lint is not typed
    """What is wrong in a mark: Metadata.AppMesh, a tag, or the parameters of the transform."""

    id: ClassVar[str] = "E9701"
    shortdesc: ClassVar[str] = "A mark of AppMeshInject is wrong"
    description: ClassVar[str] = "Settings in Metadata.AppMesh, in AppMesh: tags and in the Transform's Parameters"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The findings at the marks."""
        return _matches(cfn, lambda finding: finding.is_error and _is_at_a_mark(finding))


class E9702(CloudFormationLintRule):  # type: ignore[misc]
    """What else the macro refuses: the task definition, its containers, the mesh."""

    id: ClassVar[str] = "E9702"
    shortdesc: ClassVar[str] = "AppMeshInject refuses the template"
    description: ClassVar[str] = "Task definitions and mesh resources that cannot be injected"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The errors that are not at a mark."""
        return _matches(cfn, lambda finding: finding.is_error and not _is_at_a_mark(finding))


class W9703(CloudFormationLintRule):  # type: ignore[misc]
    """What the macro warns of."""

    id: ClassVar[str] = "W9703"
    shortdesc: ClassVar[str] = "AppMeshInject warns"
    description: ClassVar[str] = "What is injected and may not do what was meant"
    source_url: ClassVar[str] = DOCS
    tags: ClassVar[list[str]] = ["appmesh"]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """The warnings."""
        return _matches(cfn, lambda finding: not finding.is_error)


def _matches(cfn: Any, is_meant: Callable[[Finding], bool]) -> list[RuleMatch]:
    return [
        RuleMatch(
            list(existing(cfn.template, finding.path)),
            f"{finding.code}: {with_full_stop(finding.message)} {with_full_stop(finding.hint)}",
        )
        for finding in _findings(cfn)
        if is_meant(finding)
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
    yield from rendered(template, RenderOptions(values)).findings


def _plain(value: Any) -> Json:
    """The value without cfn-lint's nodes, which know their places and are slow."""
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
