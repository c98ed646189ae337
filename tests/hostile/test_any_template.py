"""Templates, bent, as the command line plays them: what would be lost in silence is looked for in every place."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appmesh_inject.render import cloudformation
from appmesh_inject.render.render_result import RenderOptions
from tests.hostile.test_any_event import bent

transforms = st.sampled_from(
    [
        "AppMeshInject",
        "AppMeshInjekt",
        ["AWS::LanguageExtensions", "AppMeshInject"],
        ["AppMeshInject", "AWS::LanguageExtensions"],
        {"Name": "AppMeshInject", "Parameters": {"AppPorts": [80], "MeshName": {"Fn::ImportValue": "a"}}},
        [{"Name": "AppMeshInject"}, 7, None, ["AppMeshInject"]],
        None,
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(bent(), transforms)
def test_a_bent_template(event: Any, transform: Any) -> None:
    fragment = event.get("fragment")
    if not isinstance(fragment, dict) or not isinstance(fragment.get("Resources"), dict):
        return
    template = {**fragment, "Transform": transform} if transform is not None else fragment
    before = repr(template)
    rendered = cloudformation.rendered(template, RenderOptions())
    assert repr(template) == before, "what is given is never changed"
    assert all(str(finding).isprintable() for finding in rendered.findings)
    if any(finding.is_error for finding in rendered.findings):
        assert rendered.document is template
