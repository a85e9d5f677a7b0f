"""When the pipeline runs: the job, the nightly schedule, and the sensor for new files.

What a run does is in the other files of this folder.
"""

import hashlib
import json
from pathlib import Path

import dagster as dg

from dagster_project.clock import clock_from_environment
from dagster_project.config import Settings, load_settings

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


def definitions() -> dg.Definitions:
    """Return the job, the schedule and the sensor."""
    return dg.Definitions(jobs=[retention_pipeline], schedules=[nightly], sensors=[new_exports])
