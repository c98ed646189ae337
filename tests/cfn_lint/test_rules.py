"""cfn-lint with our rules, in process, as an editor runs it."""

from pathlib import Path

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.runner import Runner

import appmesh_inject.cfn_lint
from tests.cli.command import TEMPLATE
from tests.cli.test_lint import CONNECTED

WHERE = ("appmesh_inject.cfn_lint", str(Path(appmesh_inject.cfn_lint.__file__).parent))


def found(text: str, where: str = WHERE[0]) -> list[tuple[str, int, int, str]]:
    """Our matches: rule, line, column and message."""
    runner = Runner(ConfigMixIn(["--append-rules", where, "--"]))
    template, problems = decode_str(text)
    assert not problems
    matches = runner.validate_template(template)
    return [
        (match.rule.id, match.linenumber, match.columnnumber, match.message)
        for match in matches
        if match.rule.id in ("E9701", "E9702", "W9703")
    ]


@pytest.mark.parametrize("where", WHERE, ids=["module", "folder"])
def test_a_wrong_mark_is_underlined_at_its_line(where: str) -> None:
    (match,) = found(TEMPLATE.replace("MeshName: apps", "MeshNam: apps\n        MeshName: apps"), where)
    assert match[:3] == ("E9701", 8, 9)
    assert match[3].startswith("AM101: unknown setting 'MeshNam': did you mean 'MeshName'?")


def test_what_else_the_macro_refuses_is_another_rule() -> None:
    (match,) = found(TEMPLATE.replace("awsvpc", "bridge"))
    assert match[:3] == ("E9702", 11, 7)


def test_a_good_template_has_the_warning_of_the_time_alone() -> None:
    assert [each[0] for each in found(TEMPLATE)] == ["W9703"]


def test_a_template_without_us_has_nothing() -> None:
    assert found("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n") == []


def test_mistakes_in_service_connect_are_underlined_in_any_template() -> None:
    (match,) = found(CONNECTED.replace("PortName: http", "PortName: https"))
    assert match[:3] == ("E9702", 12, 64)
    assert match[3].startswith("AM421: ServiceConnectConfiguration/Services/0/PortName names no port mapping")
    assert not found(CONNECTED)
