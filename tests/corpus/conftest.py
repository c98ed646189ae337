"""The counts at the end, of all workers together; without those that must be there, the run fails."""

from collections import Counter
from collections.abc import Iterator

import pytest

from appmesh_inject.settings.table import WITH_SIDECARS
from tests.corpus.templates import CORPUS, PUBLIC

SLOWEST = 3


def reports(config: pytest.Config) -> Iterator[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    for outcome in ("passed", "failed"):
        yield from reporter.stats.get(outcome, ())


def counts(config: pytest.Config) -> Counter[tuple[str, str]]:
    properties = [told for report in reports(config) for told in report.user_properties]
    return Counter((str(what), str(value)) for what, value in properties if what != "seconds")


def lacking(config: pytest.Config) -> list[str]:
    """What a whole run must have: a corpus that nobody reads, or that is refused as a whole, would pass in silence."""
    if config.option.keyword or config.option.collectonly:
        return []
    seen = counts(config)
    needed = {("files", "read"), ("unmarked", "unchanged")}
    for profile in WITH_SIDECARS:
        needed |= {(f"{profile}, fitted, by {way}", "injected") for way in ("metadata", "tags")}
    if PUBLIC:
        needed |= {("preview, as it is, by metadata", "refused"), ("command line", "read and written")}
    return [" ".join(what) for what in sorted(needed) if not seen[what]]


def pytest_sessionfinish(session: pytest.Session) -> None:
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and session.exitstatus == pytest.ExitCode.OK and lacking(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    terminalreporter.section("templates")
    if not PUBLIC:
        terminalreporter.line(f"No public templates at {CORPUS}: examples/ alone. CORPUS=FOLDER names another place.")
    by_what: dict[str, list[str]] = {}
    for (what, value), count in sorted(counts(config).items()):
        by_what.setdefault(what, []).append(f"{count} {value}")
    for what, values in by_what.items():
        terminalreporter.line(f"{what}: {', '.join(values)}")
    times = sorted(
        (
            (float(str(value)), report.nodeid)
            for report in reports(config)
            for what, value in report.user_properties
            if what == "seconds"
        ),
        reverse=True,
    )
    for seconds, test in times[:SLOWEST]:
        terminalreporter.line(f"slowest: {seconds * 1000:.0f} ms, {test.partition('::')[2]}")
    for what in lacking(config):
        terminalreporter.line(f"FAILED: none were {what}", red=True)
