"""Whether on-call has something to do, as checks of the UI: red while an incident of a red line is not resolved.

A run asks when it has judged the red lines, and the daemon in between, since people resolve incidents too.
"""

from collections.abc import Iterator, Sequence

import dagster as dg
import duckdb

from dagster_project import red_lines
from dagster_project.red_lines import Incident

INCIDENTS = dg.AssetKey(["marts", "alert_incidents"])
# By severity of an incident.
_NAMES = {"page": "no_page_is_unresolved", "warning": "no_warning_is_unresolved"}


def specs() -> list[dg.AssetCheckSpec]:
    """Return a check for each severity."""
    return [
        dg.AssetCheckSpec(
            name=name,
            asset=INCIDENTS,
            description=f"No red line of severity {severity} is crossed without having been resolved.",
        )
        for severity, name in _NAMES.items()
    ]


def evaluations(con: duckdb.DuckDBPyConnection) -> Iterator[dg.AssetCheckEvaluation]:
    """Yield how incidents of red lines stand, with those that are not resolved.

    :param con: the working database.
    """
    active = [one for one in red_lines.incidents(con) if one.is_active and one.kind == "red_line"]
    for severity, name in _NAMES.items():
        unresolved = [one for one in active if one.severity == severity]
        yield dg.AssetCheckEvaluation(
            asset_key=INCIDENTS,
            check_name=name,
            passed=not unresolved,
            severity=dg.AssetCheckSeverity.ERROR
            if severity == "page"
            else dg.AssetCheckSeverity.WARN,
            metadata={"unresolved": dg.MetadataValue.md(_listed(unresolved))},
        )


def _listed(incidents: Sequence[Incident]) -> str:
    """Return a line for each incident: what a person pastes after ``ebbline alerts ack``, and what it says."""
    return "\n".join(
        f"- `{one.incident_id}` ({one.state.value}, since {one.since}): {one.detail}"
        for one in incidents
    )
