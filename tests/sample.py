"""The committed sample, run once as a user runs it, for all tests that only read what comes of it.

Its settings are written here, not read from ``ebbline.yml``, which belongs to the user.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.paths import WarehousePaths
from tests.end_to_end.command import Ebbline, Ended, run_ebbline
from tests.shared import SharedFolder

SAMPLE = PROJECT_ROOT / "data" / "sample"
RUN_AT = "2026-11-04T03:00:00+00:00"
SETTINGS = f"""
sources:
  billing: {{format: stripe, path: {SAMPLE / "billing"}}}
  support: {{format: zendesk, path: {SAMPLE / "support"}}}
  usage: {{format: segment, path: {SAMPLE / "usage"}}}
warehouse: warehouse
calendar: {{timezone: UTC, until: 2026-10-31}}
currency: {{reporting: USD, rates: {{EUR: 1.08, GBP: 1.27}}}}
"""


@dataclass(frozen=True)
class WholeRun:
    """Where a run's settings and warehouse lie, and how it ended."""

    root: Path

    @property
    def config(self) -> Path:
        """The settings."""
        return self.root / "ebbline.yml"

    @property
    def paths(self) -> WarehousePaths:
        """The warehouse."""
        return WarehousePaths(self.root / "warehouse")

    @property
    def ended(self) -> Ended:
        """How the run ended and what it said."""
        code, _, screen = (self.root / "ended.txt").read_text(encoding="utf-8").partition("\n")
        return Ended(int(code), screen)

    def copied_to(self, folder: Path) -> "WholeRun":
        """Return a run with settings and a warehouse of its own that are as these are now."""
        shutil.copytree(self.root, folder, dirs_exist_ok=True)
        return WholeRun(folder)


def run_once(root: Path, settings: str, ebbline: Ebbline = run_ebbline) -> None:
    """Write the settings and run the command, at ``RUN_AT``; whoever reads the run asks how it ended."""
    run = WholeRun(root)
    run.config.write_text(settings, encoding="utf-8")
    ended = ebbline("run", "--config", run.config, EBBLINE_NOW=RUN_AT)
    (root / "ended.txt").write_text(f"{ended.code}\n{ended.screen}", encoding="utf-8")


def sample_run(shared: SharedFolder) -> WholeRun:
    """Return the run of the sample. Only to be read."""
    return WholeRun(shared.made("sample", lambda root: run_once(root, SETTINGS)))
