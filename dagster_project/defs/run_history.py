"""Dagster's own record of runs: what the UI shows of those of the command line, kept cheap and of a bounded size.

Of the 2,700 events of a run of the command line only what somebody looks for is noted: one materialization an asset,
the checks that failed or are well again, and how it ended.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg
from dagster._core.events import DagsterEvent

RUNS_KEPT = 200
"""Runs that the history holds, those of the command line among them; older ones are forgotten."""
_FORGOTTEN_AT_ONCE = 20
_LOCATION = "dagster_project.definitions"
STARTED_BY, COMMAND_LINE = "ebbline/started_by", "command line"
_TAGS = {
    STARTED_BY: COMMAND_LINE,
    # What the UI asks for where it lists the runs of a job.
    ".dagster/repository": f"__repository__@{_LOCATION}",
}


def home() -> Path | None:
    """Return the folder of the UI's history: ``DAGSTER_HOME``, else ``.dagster`` here; None where there is no UI."""
    named = os.environ.get("DAGSTER_HOME")
    folder = Path(named) if named else Path(".dagster")
    return folder.resolve() if (folder / "dagster.yaml").exists() else None


def record(
    instance: dg.DagsterInstance,
    result: dg.ExecuteInProcessResult,
    *,
    began: datetime,
    ended: datetime,
) -> None:
    """Note a run that was executed without an instance, as one of the UI's.

    :param result: the run, ended.
    """
    run_id, job = result.run_id, result.dagster_run.job_name
    instance.add_run(
        dg.DagsterRun(
            job_name=job, run_id=run_id, status=dg.DagsterRunStatus.NOT_STARTED, tags=_TAGS
        )
    )
    noted = [
        *result.get_asset_materialization_events(),
        *_observed(result),
        *_checks(instance, result),
    ]
    failures = [one for one in result.all_events if one.is_step_failure]
    _report(instance, run_id, "PIPELINE_STARTING", job, began)
    _report(instance, run_id, "PIPELINE_START", job, began)
    for one in (*noted, *failures):
        instance.report_dagster_event(one, run_id, timestamp=ended.timestamp())
    _report(
        instance,
        run_id,
        "PIPELINE_SUCCESS" if result.success else "PIPELINE_FAILURE",
        job,
        ended,
    )


def forget_old_runs(instance: dg.DagsterInstance, keep: int = RUNS_KEPT) -> int:
    """Delete the oldest runs beyond what is kept, some at a time; return how many."""
    beyond = instance.get_runs_count() - keep
    if beyond <= 0:
        return 0
    records = instance.get_run_records(limit=min(beyond, _FORGOTTEN_AT_ONCE), ascending=True)
    ended = [one.dagster_run.run_id for one in records if one.dagster_run.is_finished]
    for run_id in ended:
        instance.delete_run(run_id)
    return len(ended)


def said_of(
    instance: dg.DagsterInstance, checks: Iterable[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, bool]:
    """Return whether checks held when the history last heard of them; those that it never heard of are not there."""
    known = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(checks))
    return {key: one.status.value == "SUCCEEDED" for key, one in known.items()}


def _observed(result: dg.ExecuteInProcessResult) -> Iterator[DagsterEvent]:
    """Yield how many rows marts have, which came after them; one event an asset is enough for the others."""
    for one in result.get_asset_observation_events():
        if one.asset_key is not None and one.asset_key.path[0] == "marts":
            yield one


def _checks(
    instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult
) -> Iterator[DagsterEvent]:
    """Yield the checks that failed, and those that hold but had failed when the history last heard of them."""
    found = {
        one.asset_check_evaluation_data.asset_check_key: one
        for one in result.all_events
        if one.event_type_value == "ASSET_CHECK_EVALUATION"
    }
    said = said_of(instance, found)
    for key, one in found.items():
        if not (one.asset_check_evaluation_data.passed and said.get(key, True)):
            yield one


def _report(
    instance: dg.DagsterInstance, run_id: str, kind: str, job: str, happened: datetime
) -> None:
    instance.report_dagster_event(
        DagsterEvent(event_type_value=kind, job_name=job, message="a run of the command line"),
        run_id,
        timestamp=happened.timestamp(),
    )
