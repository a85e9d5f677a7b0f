"""One run of the whole graph in this process, and how it ended.

The same job that the Dagster UI shows and the daemon starts; nothing is printed here.
"""

import logging
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import datetime

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from dagster_project import red_lines, report
from dagster_project.config import Settings
from dagster_project.defs import run_history
from dagster_project.defs.forgetful_instance import forgetful_instance
from dagster_project.defs.graph import build_definitions
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.run_failure import failures_of
from dagster_project.errors import EbblineError, ExitCode
from dagster_project.runs import RunOutcome, RunReports, outcome_of
from dagster_project.runs.outcome import run_end
from dagster_project.warehouse.connection import for_owner_only
from dagster_project.warehouse.lock import warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths

JOB = "retention_pipeline"


def run_pipeline(warehouse: Warehouse, *, definitions: dg.Definitions | None = None) -> RunOutcome:
    """Execute the job in this process.

    What Dagster and dbt say meanwhile is in ``logs/run.log`` of the warehouse folder.

    :param definitions: the graph to run; default the real one around ``warehouse``.
    :returns: the outcome; errors of the pipeline are in it, not raised.
    """
    graph = definitions or build_definitions(warehouse=warehouse)
    for noisy in ("dagster", "great_expectations", "py.warnings"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    warehouse.paths.create()
    started_at = warehouse.clock.now()
    log_file = warehouse.paths.logs / "run.log"
    with for_owner_only():
        log_file.unlink(missing_ok=True)
        log_file.touch()
    with (
        forgetful_instance() as instance,
        log_file.open("w", encoding="utf-8") as log,
        redirect_stdout(log),
        redirect_stderr(log),
    ):
        result = graph.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}},
        )
    outcome = outcome_of(
        RunReports(warehouse.paths, result.run_id).read(),
        success=result.success,
        unforeseen=failures_of(result.all_events),
    )
    unseen = _shown_in_the_ui(result, started_at, warehouse.clock.now())
    if unseen:
        outcome = replace(outcome, file_warnings=(unseen, *outcome.file_warnings))
    return _told(warehouse, outcome, started_at)


def _shown_in_the_ui(
    result: dg.ExecuteInProcessResult, began: datetime, ended: datetime
) -> str | None:
    """Note the run where the Dagster UI looks, if there is one; return what went wrong with that, and stops nothing."""
    folder = run_history.home()
    if folder is None:
        return None
    try:
        with dg.DagsterInstance.from_config(str(folder)) as instance:
            run_history.record(instance, result, began=began, ended=ended)
            run_history.forget_old_runs(instance)
    except (dg.DagsterError, SQLAlchemyError, OSError) as error:
        return f"the Dagster UI does not show this run: {type(error).__name__}: {str(error).splitlines()[0]}"
    return None


def _told(warehouse: Warehouse, outcome: RunOutcome, started_at: datetime) -> RunOutcome:
    """Tell on-call what is wrong, also where nothing is published, and do what an earlier run left undone.

    A run that changes nothing skips report and delivery, and an earlier one may have been killed before them.

    :returns: the outcome, with the reason where nobody could be told.
    """
    paths, settings, clock = warehouse.paths, warehouse.settings, warehouse.clock
    try:
        with warehouse_lock(paths, clock, "what comes after a run"):
            red_lines.after_run(paths, settings, clock, run_end(outcome, started_at))
            if outcome.exit_code is ExitCode.PUBLISHED and outcome.publication_id is None:
                _report_if_missing(paths, settings)
    except (EbblineError, OSError) as error:
        if outcome.exit_code is ExitCode.PUBLISHED:
            raise
        # Whatever stopped the run stops this too; the heartbeat that stays away is what tells.
        if str(error) in outcome.errors:
            return outcome
        return replace(outcome, errors=(*outcome.errors, f"on-call could not be told: {error}"))
    return outcome


def _report_if_missing(paths: WarehousePaths, settings: Settings) -> None:
    if not paths.report.exists() or paths.report.stat().st_mtime < paths.marts_db.stat().st_mtime:
        report.build(paths.marts_db, paths.report, report.heading_of(settings))
