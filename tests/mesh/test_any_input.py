"""Any template yields findings, never an exception."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.intrinsics import Scope, function
from appmesh_inject.findings import CODES
from appmesh_inject.mesh import compiling, parsing
from appmesh_inject.mesh.envoy_command import command
from appmesh_inject.mesh.other_template import OtherTemplate, exports, resolved
from appmesh_inject.mesh.removal import mesh_removal
from tests.mesh.cases import cases
from tests.mesh.meshes import mesh

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), st.just("\0")
)
_words = st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "Fn::GetAtt", "Fn::Join", "Spec", "Caller", "${Caller.MeshName}"])
_json = st.recursive(
    _scalars | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_templates = [case.template["Resources"] for case in cases()]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a document."""
    below: list[tuple[Any, ...]] = []
    if isinstance(value, dict):
        below = [found for key, item in value.items() for found in paths(item, (*path, key))]
    elif isinstance(value, list):
        below = [found for n, item in enumerate(value) for found in paths(item, (*path, n))]
    return [path, *below] if path else below


def has_only_texts(value: Json) -> bool:
    """Whether the scalars of a configuration are strings, or intrinsics that yield strings."""
    if isinstance(value, dict) and function(value) is None:
        return all(map(has_only_texts, value.values()))
    return all(map(has_only_texts, value)) if isinstance(value, list | tuple) else isinstance(value, str | dict)


def everything(resources: Any, scope: Scope) -> None:
    """Runs everything that the package does with a template's resources."""
    parsed = parsing.parse(resources, scope)
    compiler = compiling.Compiler(parsed.model, compiling.Options(scope=scope))
    owners = [*map(compiler.node, (it.logical_id for it in parsed.model.nodes))]
    owners += map(compiler.gateway, (it.logical_id for it in parsed.model.gateways))
    for compiled in owners:
        command(compiled.bootstrap)
        assert has_only_texts(compiled.bootstrap)
        assert all(finding.code in CODES for finding in compiled.findings)
    assert all(finding.code in CODES for finding in parsed.findings)
    template = {"Resources": resources, "Outputs": {"O": {"Value": {"Ref": "Caller"}}}}
    mesh_removal(template, parsed.model.names)
    other = OtherTemplate(template, {"P": 1}, "stack", "region")
    resolved(other)
    exports(other)


@given(resources=_json)
def test_any_json_for_resources(resources: Any) -> None:
    everything(resources, Scope(parameters={"Caller": "x"}))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_json_in_any_place_of_a_mesh(data: st.DataObject) -> None:
    resources = copy.deepcopy(data.draw(st.sampled_from(_templates)))
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(paths(resources)))
        here = resources
        for step in parents:
            here = here[step]
        here[last] = data.draw(_json)
    everything(resources, Scope())


@given(st.randoms(use_true_random=False))
def test_the_order_of_resources_and_properties_decides_nothing(random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            return [shuffled(item) for item in value]
        if not isinstance(value, dict):
            return value
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    for resources in (mesh(), *_templates[:3]):
        expected, found = (parsing.parse(it, Scope()) for it in (resources, shuffled(resources)))
        for node in expected.model.nodes:
            one, other = (compiling.compile_node(it.model, node.logical_id) for it in (expected, found))
            assert json.dumps(one.bootstrap) == json.dumps(other.bootstrap)
            assert one.findings == other.findings
