"""Which of the three recurring shapes the loaded billing exports have (METRICS.md, section 1)."""

from typing import get_args

import duckdb

from dagster_project.config import RecurringShape, Settings
from dagster_project.exports.mapping import mapping_for
from dagster_project.warehouse.quoting import quote_identifier


def recurring_shape(con: duckdb.DuckDBPyConnection, settings: Settings) -> RecurringShape:
    """Return the shape that recurring revenue is read from.

    ``auto`` takes the first of ``subscription_periods``, ``subscription_items``, ``invoice_lines`` (or of the
    order of the billing format, which knows what of its exports says most) that holds a row as of the settings'
    ``as_of``; where none does, ``invoice_lines``, whose models are then empty.
    """
    chosen = settings.billing.recurring_from
    if chosen != "auto":
        return chosen
    as_of = settings.as_of_at()
    shapes: tuple[RecurringShape, ...] = get_args(RecurringShape)
    preferred = mapping_for(settings.sources.billing.format, "billing").recurring
    for shape in dict.fromkeys((*preferred, *shapes)):
        found = con.execute(
            f"select 1 from raw.{quote_identifier(shape)}"
            " where not _deleted and (? is null or _loaded_at <= ?) limit 1",
            [as_of, as_of],
        ).fetchone()
        if found:
            return shape
    return shapes[-1]
