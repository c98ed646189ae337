"""What cfn-lint says of a template, in a form that can be compared."""

import gc
import json
import re
from functools import cache

from cfnlint.api import lint_all

from appmesh_inject.cfn.document import Json


def lint(document: Json) -> frozenset[tuple[str, str]]:
    """cfn-lint's findings of a template, without their places: the injection moves what stands behind it. Its
    informational rules are off by default."""
    return _linted(json.dumps(document))


@cache
def _linted(text: str) -> frozenset[tuple[str, str]]:
    """Once for each text: the profiles start from the same template, and ways to mark it end in the same one."""
    # All that cfn-lint knows of AWS stays in memory, and the search for garbage among it takes half of the time.
    gc.disable()
    try:
        found = [match for match in lint_all(text) if not match.rule.id.startswith("I")]
    finally:
        gc.enable()
    return frozenset((match.rule.id, re.sub(r"\d+", "N", match.message)) for match in found)
