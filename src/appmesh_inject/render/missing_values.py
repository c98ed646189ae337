"""Values that are not known offline alone: CloudFormation calls the macro with a value of every parameter, and with the
Region and the account."""

from collections.abc import Iterable, Iterator, Mapping

from appmesh_inject.cfn.document import Json, value_if_there
from appmesh_inject.cfn.intrinsics import TOLD_BY_THE_EVENT, function, missing_parameters
from appmesh_inject.findings import Finding
from appmesh_inject.render.parameters import declarations

NOT_KNOWN = "AM103"


def naming_options(
    findings: Iterable[Finding], template: Mapping[str, Json], values: Mapping[str, Json]
) -> Iterator[Finding]:
    """The findings; where a parameter has no value, the hint is the option that gives it one. values: those that the
    parameters have."""
    missing = missing_parameters(values, declarations(template))
    for finding in findings:
        value = value_if_there(template, finding.path) if finding.code == NOT_KNOWN else None
        name = value["Ref"] if isinstance(value, dict) and function(value) == "Ref" else None
        is_open = name in missing or name in TOLD_BY_THE_EVENT
        yield finding._replace(hint=f"Give its value: --parameter {name}=...") if is_open else finding
