"""A copy of the working database under another name is as good as the file itself."""

from pathlib import Path

import duckdb

from dagster_project.warehouse.quoting import quote_identifier
from tests.integration.dbt_purchases.hand_loaded import Warehouse


def test_every_view_can_be_read_in_a_copy_of_another_name(
    examples: Warehouse, tmp_path: Path
) -> None:
    copy = tmp_path / "warehouse of yesterday.duckdb"
    copy.write_bytes(examples.file.read_bytes())
    with duckdb.connect(str(copy), read_only=True) as con:
        views = con.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        assert len(views) > 20
        for schema, view in views:
            name = f"{quote_identifier(schema)}.{quote_identifier(view)}"
            con.execute(f"select * from {name} limit 1").fetchall()
