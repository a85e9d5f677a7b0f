"""The one resource of the graph: the warehouse, its settings and the clock.

It holds the writer's lock for as long as a run lasts, so that the UI, the daemon and ``ebbline run`` can
never write at the same time. It opens no connection: each step opens its own and closes it again.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import dagster as dg

from dagster_project.clock import Clock, clock_from_environment
from dagster_project.config import Settings, load_settings
from dagster_project.runs import RunReports, StageReport
from dagster_project.warehouse.lock import warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths


class Warehouse(dg.ConfigurableResource["Warehouse"]):
    """Where a run writes and by which settings. Empty values fall back to ``EBBLINE_*`` and the file."""

    config: str | None = None
    landing: str | None = None
    folder: str | None = None
    as_of: str | None = None
    until: str | None = None
    # `ebbline run` leaves a warehouse alone whose inputs, settings and code are those of the last
    # publication; a run from the UI rebuilds what it was asked to rebuild.
    only_if_changed: bool = False
    full_refresh: bool = False

    @property
    def settings(self) -> Settings:
        """The settings of this run, read afresh so that an edit counts at the next run."""
        return load_settings(
            Path(self.config) if self.config else None,
            landing=self.landing,
            warehouse=Path(self.folder) if self.folder else None,
            as_of=date.fromisoformat(self.as_of) if self.as_of else None,
            until=date.fromisoformat(self.until) if self.until else None,
        )

    @property
    def paths(self) -> WarehousePaths:
        """The files of this warehouse."""
        return WarehousePaths(self.settings.warehouse)

    @property
    def clock(self) -> Clock:
        """The clock of this process."""
        return clock_from_environment()

    def stage(
        self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, name: str
    ) -> AbstractContextManager[StageReport]:
        """Return what a stage of this run hands over of what it does."""
        return RunReports(self.paths, context.run.run_id).stage(name)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hold the writer's lock for the length of a run."""
        self.paths.create()
        run_id = context.run_id or "unknown"
        with (
            RunReports(self.paths, run_id).stage("run"),
            warehouse_lock(self.paths, clock=self.clock, owner=f"run {run_id}"),
        ):
            yield self
