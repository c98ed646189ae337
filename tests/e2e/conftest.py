"""One LocalEmu and one deployed macro for all tests here; and what was deployed, and how long it took, at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import gaps
from tests.e2e.engine import Engine, started
from tests.e2e.sam import sam

_times: list[tuple[str, float]] = []


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    _times.append((what, time.monotonic() - start))


@pytest.fixture(scope="session")
def artefact() -> None:
    """`sam validate --lint` and `sam build`, with what samconfig.toml says."""
    with timed("sam validate --lint"):
        assert "is a valid SAM Template" in sam("validate", "--lint")
    with timed("sam build"):
        sam("build")


@pytest.fixture(scope="session")
def engine(artefact: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    start = time.monotonic()
    with started(tmp_path_factory.mktemp("localemu")) as engine:
        _times.append(("start of LocalEmu", time.monotonic() - start))
        yield engine


@pytest.fixture(scope="session")
def macro(engine: Engine) -> Engine:
    """The engine with the macro in it, deployed by `sam deploy` without a flag."""
    with timed("sam deploy"):
        assert "Successfully created/updated stack - appmesh-inject" in sam("deploy", engine=engine)
    return engine


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and Path(report.location[0]).name == "test_examples.py" and report.passed:
        _times.append((report.location[2], report.duration))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("deployed to LocalEmu")
    for what, seconds in _times:
        terminalreporter.line(f"{seconds:6.1f} s  {what}")
    counts = f"{len(gaps.LACKING_TYPES)} types passed over, {len(gaps.SUBSTITUTED)} parts of our own"
    terminalreporter.line(f"LocalEmu's gaps, by name in tests/e2e/gaps.py: {counts}, {len(gaps.DIFFERENT)} differences")
