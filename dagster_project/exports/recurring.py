"""Which of the three recurring shapes the loaded billing exports have (METRICS.md, section 1)."""

from typing import get_args

import duckdb

from dagster_project.config import RecurringShape, Settings
from dagster_project.warehouse.connection import quote_identifier


def recurring_shape(con: duckdb.DuckDBPyConnection, settings: Settings) -> RecurringShape:
    """Return the shape that recurring revenue is read from.

    ``auto`` takes the first of ``subscription_periods``, ``subscription_items``, ``invoice_lines`` that
    holds a row as of the settings' ``as_of``; where none does, the last, whose models are then empty.
    """
    chosen = settings.billing.recurring_from
    if chosen != "auto":
        return chosen
    as_of = settings.as_of_at()
    shapes = get_args(RecurringShape)
    for shape in shapes:
        found = con.execute(
            f"select 1 from raw.{quote_identifier(shape)}"
            " where not _deleted and (? is null or _loaded_at <= ?) limit 1",
            [as_of, as_of],
        ).fetchone()
        if found:
            return shape  # type: ignore[no-any-return]
    return shapes[-1]  # type: ignore[no-any-return]
