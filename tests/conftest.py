"""Options and fixtures that every test can use."""

import functools
import os
from pathlib import Path

import cfnlint.helpers
import pytest
from hypothesis import settings

# The time that one example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Each lint reads cfn-lint's own JSON anew, which takes longer than the rest. The commands of a test run share it.
cfnlint.helpers.load_resource = functools.cache(cfnlint.helpers.load_resource)

REPOSITORY = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what comes out as what is expected")
    parser.addoption("--screenshots", metavar="FOLDER", help="where tests/browser puts pictures for people to look at")


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    update = bool(pytestconfig.getoption("--update-golden"))
    if update and os.environ.get("CI"):
        pytest.fail("--update-golden is for a developer who reads the difference, not for CI")
    return update
