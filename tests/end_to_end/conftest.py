"""The command, and runs that tests go on from, for the tests of this folder."""

import pytest

from tests.end_to_end.command import Ebbline, Ended, of_tests
from tests.end_to_end.killed_runs import WarmRuns, warm_runs
from tests.end_to_end.small_company import small_company_run
from tests.end_to_end.warm_runs import Command
from tests.sample import WholeRun
from tests.shared import SharedFolder

__all__ = ["warm_runs"]


@pytest.fixture(scope="session")
def ebbline(warm_runs: WarmRuns, tmp_path_factory: pytest.TempPathFactory) -> Ebbline:
    """Run the command in a child of what has everything imported; the sample is run by the installed one."""
    screens = tmp_path_factory.mktemp("screens")

    def run(*arguments: object, **environment: str) -> Ended:
        screen = screens / str(len(list(screens.iterdir())))
        command = Command([*map(str, arguments)], {**of_tests(), **environment}, str(screen))
        warm_runs.start(command)
        return Ended(warm_runs.ended(), screen.read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="session")
def small_company(shared: SharedFolder, ebbline: Ebbline) -> WholeRun:
    """Return the first run of the small company. Only to be read."""
    return small_company_run(shared, ebbline)
