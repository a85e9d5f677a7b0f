"""The canonical tables: what every export is turned into, column by column.

Only the contract itself belongs here (names, kinds, keys, enumerations, companions), no SQL that loads
and no vendor's name. A vendor's shape is a mapping in ``mappings/``; the DDL made from this contract is
in ``raw_tables.py``.
"""

from dagster_project.exports.contract.billing import BILLING
from dagster_project.exports.contract.support import SUPPORT
from dagster_project.exports.contract.table import (
    SOURCES,
    UPDATED_AT,
    Column,
    Kind,
    Source,
    Table,
)
from dagster_project.exports.contract.usage import USAGE
from dagster_project.exports.contract.without import WITHOUT

__all__ = [
    "LINEAGE",
    "NEWEST_FIRST",
    "SOURCES",
    "TABLES",
    "UPDATED_AT",
    "WITHOUT",
    "Column",
    "Kind",
    "Source",
    "Table",
    "tables_of",
]

_ALL = (*BILLING, *SUPPORT, *USAGE)
TABLES: dict[str, Table] = {table.name: table for table in _ALL}

LINEAGE: tuple[tuple[str, str], ...] = (
    ("_load_id", "BIGINT"),
    ("_source_file", "VARCHAR"),
    ("_source_row", "BIGINT"),
    ("_loaded_at", "TIMESTAMP WITH TIME ZONE"),
    ("_deleted", "BOOLEAN"),
    ("_extra", "JSON"),
    ("_may_supersede", "BOOLEAN DEFAULT true"),
    ("_version_at", "TIMESTAMP WITH TIME ZONE"),
)
"""The columns that every raw row carries beside the canonical ones, with their types.

``_version_at`` tells the newest of the rows with one key: the record's own ``updated_at`` where it has one,
else the time of the export; empty in rows of an earlier version of ebbline, which go by ``_loaded_at``.

``_may_supersede`` is false where the load knew that no other row had this key; whoever looks for the newest
version of each row need not compare those. A row of which nothing is known may be a newer version.
"""

NEWEST_FIRST = "coalesce(_version_at, _loaded_at) desc, _load_id desc, _source_row desc"
"""The order of the versions of one key; ``dbt/macros/newest_version.sql`` says the same to the models."""


def tables_of(source: str) -> tuple[Table, ...]:
    """Return the tables that exports of ``source`` (billing, support, usage) can feed."""
    return tuple(table for table in _ALL if table.source == source)
