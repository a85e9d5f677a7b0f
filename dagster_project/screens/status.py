"""What ``ebbline status`` adds: open incidents, and who is writing."""

from collections.abc import Iterator

from dagster_project.clock import Clock
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.warehouse.lock import LockHolder
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts


def incident_lines(paths: WarehousePaths) -> Iterator[Line]:
    """Yield one line per unresolved incident of the published marts."""
    if not paths.marts_db.exists():
        return
    with open_marts(paths.marts_db) as con:
        found = con.execute(
            "select incident_id, state, detail from alert_incidents where state <> 'resolved'"
            " order by opened_at"
        ).fetchall()
    for incident, state, detail in found:
        yield f"incident {incident} ({state}): {detail}", "red"


def lock_lines(holder: LockHolder | None, clock: Clock) -> Iterator[Line]:
    """Yield who holds the warehouse, and for how long."""
    if holder is None:
        yield "nobody is writing", None
    else:
        minutes = round(holder.age(clock).total_seconds() / 60)
        yield f"writing now: {holder}, for {counted(minutes, 'minute')}", "yellow"
