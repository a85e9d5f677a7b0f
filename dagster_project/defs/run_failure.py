"""What Dagster says of a failure that no stage reported."""

from collections.abc import Iterator, Sequence

import dagster as dg


def failures_of(events: Sequence[dg.DagsterEvent]) -> Iterator[str]:
    """Yield what was raised first, in the words of the error, for each failure of a run."""
    for event in events:
        error = None
        if event.is_step_failure:
            error = event.step_failure_data.error
        elif event.event_type == dg.DagsterEventType.RUN_FAILURE:
            error = event.job_failure_data.error
        if error is None:
            continue
        while (cause := error.cause or error.context) is not None:
            error = cause
        yield error.message
