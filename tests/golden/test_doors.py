"""One core, several doors: the macro and the command line do what the core does, for every golden case."""

from typing import Any

import pytest

from appmesh_inject import macro
from appmesh_inject.render.cloudformation import rendered
from appmesh_inject.render.render_result import RenderOptions
from appmesh_inject.settings.platform_defaults import DEPLOYMENT_PARAMETERS
from tests.golden.cases import Case, cases

CASES = cases("cloudformation")
TEMPLATES = [case for case in CASES if isinstance(case.document, dict) and "Resources" in case.document]


class Context:
    function_name = "AppMeshInjectFunction"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:AppMeshInjectFunction"
    aws_request_id = "lambda-request"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_macro_does_what_the_core_does(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    context: Any = Context()
    known = {name: value for name, value in case.deployment_parameters.items() if name in DEPLOYMENT_PARAMETERS}
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(macro, "_meshes", lambda _: case.meshes)
    event = {
        "requestId": "request",
        "fragment": case.document,
        "params": case.request,
        "templateParameterValues": case.parameters,
    }
    response = macro.handler(event, context)
    assert response["status"] == ("failed" if case.outcome.has_errors else "success")
    assert response["fragment"] == case.outcome.document


@pytest.mark.parametrize("case", TEMPLATES, ids=lambda case: case.name)
def test_the_command_line_does_what_the_core_does(case: Case) -> None:
    assert isinstance(case.document, dict)
    template = {key: value for key, value in case.document.items() if key != "Transform"}
    request: Any = {"Name": "AppMeshInject", "Parameters": case.request} if case.request else "AppMeshInject"
    given = tuple(case.stacks.values())
    options = RenderOptions(case.parameters, deployment=case.deployment, given_meshes=given)
    result = rendered({"Transform": request, **template}, options)
    assert result.has_errors == case.outcome.has_errors
    if not result.has_errors:
        assert isinstance(case.outcome.document, dict)
        expected = {key: value for key, value in case.outcome.document.items() if key != "Transform"}
        assert result.document == expected
    codes = {finding.code for finding in result.findings} - {"AM902"}
    assert codes == {finding.code for finding in case.outcome.findings}
