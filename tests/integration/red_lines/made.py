"""A publication that the ledger knows: what it tells may be sent."""

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths


def note_publication(paths: WarehousePaths, number: str) -> None:
    """Enter a publication into the ledger, once."""
    with open_warehouse(paths) as con:
        con.execute(
            """
            insert or ignore into ops.publications values (
                ?::bigint, timestamptz '2026-04-01 03:00:00Z', null, date '2026-03-31', '{}', 's',
                '[]', 'i', 1, 'c', '{}', '{}', '{}'
            )
            """,
            [number],
        )
