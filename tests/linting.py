"""What cfn-lint says of a template, in a form that can be compared."""

import json
import re

from cfnlint.api import lint_all

from appmesh_inject.cfn.document import Json


def lint(document: Json) -> set[tuple[str, str]]:
    """cfn-lint's findings of a template, without their places: the injection moves what stands behind it. Its
    informational rules are off by default."""
    found = [match for match in lint_all(json.dumps(document)) if not match.rule.id.startswith("I")]
    return {(match.rule.id, re.sub(r"\d+", "N", match.message)) for match in found}
