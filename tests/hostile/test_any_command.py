"""Templates, bent, as a user's files: each command answers with a result or an error, and never with a stack trace."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.command import run
from tests.hostile.test_any_event import bent

COMMANDS = (
    ("render",),
    ("render", "--profile", "standalone"),
    ("render", "--profile", "service-connect"),
    ("diff",),
    ("event",),
    ("graph",),
    ("exits",),
    ("exits", "--format", "json"),
    ("adopt",),
    ("adopt", "--profile", "standalone"),
    ("adopt", "--profile", "service-connect"),
    ("adopt", "--retain"),
    ("convert",),
    ("convert", "--prepare"),
    ("remove",),
)
"""All that read templates, but lint, whose findings are those of render and of cfn-lint."""


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(bent(), st.sampled_from(COMMANDS))
def test_a_command_on_a_bent_template(event: Any, command: tuple[str, ...]) -> None:
    fragment = event.get("fragment")
    template = {**fragment, "Transform": "AppMeshInject"} if isinstance(fragment, dict) else fragment
    with TemporaryDirectory() as folder:
        file = Path(folder, "template.json")
        file.write_text(json.dumps(template), encoding="utf-8")
        ran = run(*command, str(file))
    assert ran.code in (0, 1, 2)
    assert ran.code == 0 or command == ("diff",) or ran.err
