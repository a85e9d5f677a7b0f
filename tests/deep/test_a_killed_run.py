"""The whole run, killed with signal 9 at moments spread over its length, and started again each time.

Every second time only the run itself is killed and not what it started: dbt must die with it. The seed of the
moments is printed.
"""

import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from dagster_project import simulate
from dagster_project.warehouse.paths import WarehousePaths
from tests.end_to_end.command import Ebbline
from tests.end_to_end.killed_runs import WarmRuns, end_state, kill, look, no_orphan_of
from tests.end_to_end.warm_runs import Order

# On average half a run for each kill: minutes on a quiet machine, an hour or more on a busy one.
pytestmark = pytest.mark.timeout(3 * 3600)
KILLS = 50
SEED = 20260402
LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Exports:
    """A company whose usage export arrives in many files, one with every run."""

    settings: Path
    waiting: Path

    @property
    def _landing(self) -> Path:
        return self.settings.parent / "usage"

    def deliver(self, files: int) -> None:
        """Move the first files that have not arrived yet into the landing folder."""
        for file in sorted(self.waiting.iterdir())[:files]:
            file.rename(self._landing / file.name)

    @classmethod
    def simulated(cls, folder: Path, files: int) -> "Exports":
        """Make the company and cut its usage export into ``files`` files that wait."""
        simulate.run(12, 4, 7, "canonical", folder, end=LAST_DAY, flawed=False)
        (whole,) = (folder / "usage").iterdir()
        header, *rows = whole.read_text(encoding="utf-8").splitlines(keepends=True)
        whole.unlink()
        waiting = folder / "waiting"
        waiting.mkdir()
        for number in range(files):
            part = waiting / f"events-{number + 1:04}.csv"
            part.write_text(header + "".join(rows[number::files]), encoding="utf-8")
        return cls(folder / "ebbline.yml", waiting)


def _moments(longest: float, kills: int, chance: random.Random) -> list[float]:
    """Return seconds after the start: one in each of ``kills`` equal parts, in random order."""
    moments = [longest * (part + chance.random()) / kills for part in range(kills)]
    chance.shuffle(moments)
    return moments


def test_kills_over_the_whole_run_end_where_an_undisturbed_run_ends(
    tmp_path: Path, warm_runs: WarmRuns, ebbline: Ebbline
) -> None:
    exports = Exports.simulated(tmp_path / "company", files=KILLS + 2)
    disturbed = WarehousePaths(tmp_path / "disturbed")
    order = Order(str(exports.settings), str(disturbed.root), LAST_DAY.isoformat(), forks_dbt=False)
    chance = random.Random(SEED)

    # Two runs are let through: the first has more to do than any other, the second says how long one takes.
    longest = 0.0
    for _ in range(2):
        exports.deliver(1)
        began = time.monotonic()
        warm_runs.start(order)
        assert warm_runs.ended() == 0, (tmp_path / "errors").read_text()
        longest = time.monotonic() - began
    sys.stdout.write(f"seed {SEED}; one run takes {longest:.1f} s; {KILLS} kills\n")

    killed, publications = 0, [look(disturbed)]
    for number, moment in enumerate(_moments(longest, KILLS, chance)):
        exports.deliver(1)
        run = warm_runs.start(order)
        time.sleep(moment)
        kill(run, whole_group=bool(number % 2))  # it may have been quicker than the first
        code = warm_runs.ended()
        assert code in (0, -signal.SIGKILL), (tmp_path / "errors").read_text()
        killed += code != 0
        no_orphan_of(run)
        publications.append(look(disturbed))
    assert publications == sorted(publications), "readers are never taken back"
    assert killed > KILLS / 2, f"only {killed} runs were still there when their time came"

    ended = ebbline("run", "--config", exports.settings, "--warehouse", disturbed.root)
    assert ended.code == 0, ended.screen
    undisturbed = WarehousePaths(tmp_path / "undisturbed")
    warm_runs.start(Order(str(exports.settings), str(undisturbed.root), LAST_DAY.isoformat()))
    assert warm_runs.ended() == 0, (tmp_path / "errors").read_text()
    assert look(disturbed) > publications[0]
    assert disturbed.report.exists()
    one, other = end_state(disturbed), end_state(undisturbed)
    assert one.keys() == other.keys()
    assert [table for table in one if one[table] != other[table]] == []
