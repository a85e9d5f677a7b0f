"""What every test may use, and how the tests are spread over the workers.

Fixtures that several folders share belong here; what only one folder uses stands beside it. docs/testing.md
says how the whole is arranged.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests import durations
from tests.sample import WholeRun, sample_run
from tests.scratch import write_in_memory
from tests.shared import SharedFolder

# A developer's own settings are no business of a test.
for name in [name for name in os.environ if name.startswith("EBBLINE_")]:
    del os.environ[name]
# Nor is the history of the user's UI, which lies in the project's folder: there is none at a place without settings.
os.environ["DAGSTER_HOME"] = os.devnull
write_in_memory()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> SharedFolder:
    """Return what is made once for all workers of this session, or was made for sessions before it."""
    if given := os.environ.get("TESTS_SHARED_FOLDER"):
        return SharedFolder(Path(given))
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # a worker's folder lies in that of the session
        folder = folder.parent
    return SharedFolder(folder / "shared")


@pytest.fixture(scope="session")
def whole_sample(shared: SharedFolder) -> WholeRun:
    """Return the sample after a whole run. Only to be read."""
    return sample_run(shared)


class ByFileOrFolder(LoadScopeScheduling):  # type: ignore[misc]
    """Give each worker a file at a time, or a folder whose files stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return durations.unit_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileOrFolder | None:
    """Use it wherever ``--dist loadfile`` is asked for."""
    return ByFileOrFolder(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker ends long after the other."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = durations.longest_first(items)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say where the time went, by folder."""
    reports: Sequence[pytest.TestReport] = [
        report
        for kind in ("", "passed", "failed", "error")  # "": what sets up and tears down
        for report in terminalreporter.stats.get(kind, [])
        if isinstance(report, pytest.TestReport)
    ]
    if os.environ.get("TESTS_WRITE_DURATIONS"):
        durations.write(reports)
    seconds: dict[str, float] = {}
    for report in reports:
        folder = str(Path(report.location[0]).parent)
        seconds[folder] = seconds.get(folder, 0.0) + report.duration
    if sum(seconds.values()) > 60:
        terminalreporter.section("seconds by folder")
        for folder, spent in sorted(seconds.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{spent:8.1f}  {folder}")
