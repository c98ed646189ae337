"""For any document, a command ends with a result or with findings, never with a stack trace."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.command import run

NAMES = """
Fn::Transform Transform Resources Fn::ForEach::L Web Properties Name Parameters Type Default NoEcho Metadata AppMesh
MeshName VirtualNodeName ContainerDefinitions Tags Key Value NetworkMode Fn::If Ref AppPorts Envoy
"""
KEYS = st.sampled_from(NAMES.split())
WORDS = st.sampled_from(
    [
        "AppMeshInject",
        "1::AppMeshInject",
        "Other",
        "AWS::ECS::TaskDefinition",
        "awsvpc",
        "app",
        "AppMesh:MeshName",
        "",
        "80",
    ]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 70000), WORDS, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=30,
)
RESOURCES = st.dictionaries(
    st.sampled_from(["Web", "Api", "Fn::ForEach::L", "Fn::Transform"]),
    st.one_of(
        VALUES,
        st.fixed_dictionaries(
            {"Type": st.just("AWS::ECS::TaskDefinition")},
            optional={
                "Properties": VALUES,
                "Metadata": st.one_of(VALUES, st.fixed_dictionaries({"AppMesh": VALUES})),
                "Fn::Transform": st.fixed_dictionaries({"Name": WORDS}, optional={"Parameters": VALUES}),
            },
        ),
    ),
    max_size=3,
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": RESOURCES},
    optional={
        "Transform": VALUES,
        "Parameters": st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=2)),
        "Fn::Transform": VALUES,
        "Metadata": VALUES,
    },
)


@settings(max_examples=150, deadline=None)
@given(TEMPLATES, st.booleans())
def test_render_and_event_answer_for_any_template(template: dict[str, Any], as_event: bool) -> None:
    ran = run("event" if as_event else "render", "-", stdin=json.dumps(template))
    assert ran.code in (0, 1)
    assert (ran.code == 0) == (ran.out != "")
    assert (ran.code == 1) == (": error " in ran.err)
    if ran.code == 0:
        json.loads(ran.out)


@pytest.mark.parametrize("command", ["render", "event", "invoke", "lint"])
@settings(max_examples=30, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("{}[]:,\"'!&*-? \nab#|>%@`\t", max_size=30)))
def test_any_text_is_read_or_reported(command: str, text: str) -> None:
    ran = run(command, "-", stdin=text.encode("utf-8", "surrogatepass"))
    assert ran.code == 1
    assert ran.out == ""
    assert "error: " in ran.err
    assert ran.err.count("\n") == 1
