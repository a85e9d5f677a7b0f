"""When the pipeline runs: the job, the nightly schedule, and the sensor for new files.

What a run does is in the other files of this folder.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from dagster_project import red_lines
from dagster_project.clock import clock_from_environment
from dagster_project.config import Settings, load_settings
from dagster_project.defs import freshness, incident_checks
from dagster_project.defs.check_evaluations import changed
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.run_failure import failures_of
from dagster_project.defs.run_history import COMMAND_LINE, STARTED_BY, forget_old_runs
from dagster_project.errors import ExitCode, WarehouseLockedError
from dagster_project.runs import RunReports, outcome_of
from dagster_project.runs.outcome import run_end
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.lock import warehouse_lock

# A file whose size may still be growing is left for a later tick.
SETTLED_AFTER_SECONDS = 30

retention_pipeline = dg.define_asset_job(
    "retention_pipeline",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Exports to validated, published marts, alerts and the report.",
    run_tags={"ebbline/warehouse": "writer"},
)


@dg.schedule(
    job=retention_pipeline,
    cron_schedule="15 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run every night at 03:15 UTC, when yesterday's exports have arrived."""
    return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat())


def landing_files(settings: Settings) -> dict[str, tuple[int, int]]:
    """Return the local files below the source paths: name to size and modification time in ns."""
    found: dict[str, tuple[int, int]] = {}
    for name, source in settings.sources.named().items():
        folder = Path(source.path)
        if source.is_remote or not folder.is_dir():
            continue
        for file in folder.rglob("*"):
            if file.is_file() and not file.name.startswith((".", "_")):
                status = file.stat()
                found[f"{name}/{file.relative_to(folder)}"] = (status.st_size, status.st_mtime_ns)
    return found


@dg.sensor(
    job=retention_pipeline,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
)
def new_exports(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Run when files arrived or changed in a landing folder and have stopped growing.

    The cursor is a digest of every file's name, size and modification time at the last request.
    """
    files = landing_files(load_settings())
    if not files:
        return dg.SkipReason("no export lies in the landing folders")
    # A time of change far in the future says nothing of when a file was written, and would be new for ever.
    now = clock_from_environment().now().timestamp()
    if any(abs(now - modified / 1e9) < SETTLED_AFTER_SECONDS for _, modified in files.values()):
        return dg.SkipReason("an export is still being written; the next tick looks again")
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    if digest == context.cursor:
        return dg.SkipReason("no export is new or changed")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=digest)], cursor=digest)


@dg.sensor(minimum_interval_seconds=600, default_status=dg.DefaultSensorStatus.RUNNING)
def pipeline_watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Look every ten minutes whether a source is stale or a run did not come, tell on-call, and show it here."""
    warehouse = Warehouse()
    settings, clock = warehouse.settings, warehouse.clock
    paths = warehouse.paths
    try:
        with warehouse_lock(paths, clock, "pipeline_watch"):
            observed = red_lines.check(paths, settings, clock)
            if observed is None:
                return dg.SkipReason("nothing has been loaded yet")
            with open_warehouse(paths, read_only=True) as con:
                found = [
                    *freshness.evaluations(con, settings, clock),
                    *incident_checks.evaluations(con),
                ]
    except WarehouseLockedError:
        return dg.SkipReason("a run is writing; it tells what is wrong itself")
    active = [f"{one.incident_id} ({one.state.value})" for one in observed.active]
    return dg.SensorResult(
        skip_reason="; ".join(active) or "the pipeline is well",
        asset_events=changed(context.instance, found),
    )


def _tell_of_run(context: dg.RunStatusSensorContext) -> None:
    """Do for a run of the daemon what ``ebbline run`` does at its end; that of the command line has done so itself."""
    if context.dagster_run.tags.get(STARTED_BY) == COMMAND_LINE:
        return
    warehouse = Warehouse()
    run_id = context.dagster_run.run_id
    record = context.instance.get_run_record_by_id(run_id)
    started = record.start_time if record is not None else None
    events = [
        entry.dagster_event
        for entry in context.instance.all_logs(run_id)
        if entry.dagster_event is not None
    ]
    outcome = outcome_of(
        RunReports(warehouse.paths, run_id).read(),
        success=context.dagster_run.is_success,
        unforeseen=failures_of(events),
    )
    clock = warehouse.clock
    began = datetime.fromtimestamp(started, UTC) if started is not None else clock.now()
    with warehouse_lock(warehouse.paths, clock, "what comes after a run"):
        red_lines.after_run(warehouse.paths, warehouse.settings, clock, run_end(outcome, began))
    forget_old_runs(context.instance)
    if outcome.exit_code is ExitCode.PUBLISHED:
        failed = red_lines.beat(warehouse.settings)
        if failed:
            context.log.warning("the heartbeat could not be sent: %s", failed)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[retention_pipeline],
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def after_a_good_run(context: dg.RunStatusSensorContext) -> None:
    """End incidents of the pipeline that a run of the daemon showed to be over, and send the heartbeat."""
    _tell_of_run(context)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.FAILURE,
    monitored_jobs=[retention_pipeline],
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def after_a_failed_run(context: dg.RunStatusSensorContext) -> None:
    """Tell on-call why a run of the daemon failed, though nothing was published."""
    _tell_of_run(context)


def definitions() -> dg.Definitions:
    """Return the job, the schedule and the sensors."""
    return dg.Definitions(
        jobs=[retention_pipeline],
        schedules=[nightly],
        sensors=[new_exports, pipeline_watch, after_a_good_run, after_a_failed_run],
    )
