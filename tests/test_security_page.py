"""What `docs/explanation/security.md` shows is what the product has: JSON, parameters, files."""

import json
import re
from typing import Any, cast

import pytest
from cfnlint.decode import decode

from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```json[^\n]*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
POLICIES = [json.loads(example) for example in EXAMPLES if '"Statement"' in example]


def _parameters(name: str) -> set[str]:
    decoded, _ = decode(str(REPOSITORY / name))
    return set(cast(dict[str, Any], decoded)["Parameters"])


def test_every_example_is_json() -> None:
    assert len(EXAMPLES) == 4
    assert all(isinstance(json.loads(example), dict) for example in EXAMPLES)


@pytest.mark.parametrize("policy", POLICIES)
def test_policies_are_whole(policy: dict[str, Any]) -> None:
    assert policy["Version"] == "2012-10-17"
    for statement in policy["Statement"]:
        assert statement.keys() - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
        assert re.fullmatch(r"[A-Za-z0-9]+", statement["Sid"])
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        services = {action.split(":")[0] for action in actions}
        assert services == {statement["Resource"].split(":")[2]}
        assert all(re.fullmatch(r"[a-z]+:[A-Z][A-Za-z]+", action) for action in actions)
        assert statement["Effect"] == "Allow" or "Condition" in statement


def test_a_service_control_policy_is_no_longer_than_aws_takes() -> None:
    assert max(len(json.dumps(policy, separators=(",", ":"))) for policy in POLICIES) <= 5120


def test_parameters_and_files_exist() -> None:
    known = {name for path in ("template.yaml", *FILES) for name in _parameters(path)}
    overrides = re.findall(r"--parameter-overrides\s+\"?(\w+)=", PAGE)
    assert overrides
    assert set(overrides) <= known
    assert {"AllowedAccounts", "AllowedOrganization", "AllowedRegistries", "MeshStacks", "ReservedConcurrency"} <= {
        name for name in re.findall(r"`(\w+)`", PAGE) if name in known
    }


FILES = sorted(set(re.findall(r"deploy/[\w-]+\.yaml", PAGE)))


@pytest.mark.parametrize("name", FILES)
def test_templates_that_the_page_names_are_there(name: str) -> None:
    assert (REPOSITORY / name).is_file()
