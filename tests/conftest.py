"""What all tests share: the flag that rewrites expected outputs."""

import os

import pytest
from hypothesis import settings

# The time that one example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected outputs of golden cases")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--update-golden"))
    if wanted and os.environ.get("CI"):
        pytest.fail("expected outputs are rewritten by people, who read the difference, and never in CI")
    return wanted
