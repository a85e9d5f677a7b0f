"""The comments on what is published: every table and column says in the file what it means.

Tables that dbt makes are described beside the model; the description is read from dbt's manifest. Those
that ebbline writes itself are described here. Nothing is described twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.project import current_manifest
from dagster_project.warehouse.code_version import PROJECT
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier, quote_text
from dagster_project.warehouse.transaction import transaction


@dataclass(frozen=True)
class Described:
    """What a table is, and its columns by name.

    :ivar personal: the columns that tell of a person: published empty unless the settings say otherwise.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()


OWN_TABLES: dict[str, Described] = {
    "publication": Described(
        "One row: what this file says about itself, and what its numbers were made from.",
        {
            "id": "Number of the publication; counts up, never used again.",
            "built_at": "When it was published.",
            "as_of": "The day at whose end the exports were taken; NULL for all that had been loaded.",
            "until": "Last day covered: of no later day do these numbers know anything.",
            "settings": "The settings in force, without secrets and places.",
            "settings_fingerprint": "SHA-256 of the settings that change numbers.",
            "input_files": "The export files that counted, with table, hash, size and rows loaded.",
            "input_fingerprint": "SHA-256 of what was loaded.",
            "highest_load_id": "The last load that counted.",
            "code_version": "Version of ebbline and hash of the code that shapes numbers.",
            "code_files": "The files of that code, with their hashes.",
            "row_counts": "Rows of every table.",
            "validation": "What the validation found.",
        },
    ),
    "publication_history": Described(
        "One row per publication up to this one: when it was made, how far it went, and when exports had been read.",
        {
            "publication_id": "Number of the publication.",
            "published_at": "When it was published.",
            "until": "Last day that it covered.",
            "billing_read_at": "When a billing export had last been read; NULL where none is known.",
            "support_read_at": "When a support export had last been read; NULL where none is known.",
            "usage_read_at": "When a usage export had last been read; NULL where none is known.",
        },
    ),
    "source_coverage": Described(
        "One row per source: the last day of it that is covered. What its exports do not cover is not zero.",
        {
            "source": "billing, support or usage.",
            "covered_until": "The last day covered. Where calendar.until is a date: that; else the last whole day of"
            " which the newest export can speak, and none that is not published. NULL before the first export.",
            "exported_at": "The instant from which on that export says nothing.",
            "newest_file": "The export that goes furthest.",
            "newest_record_at": "When the newest of its records happened.",
            "is_stale": "Whether it is older than sources.*.max_age, as of the publication.",
        },
    ),
    "metric_versions": Described(
        "One row per figure of `metrics` and publication that stated it anew: every value that readers were ever told.",
        {
            "metric": "The figure, as in `metrics`.",
            "grain": "month, quarter or year.",
            "period_start": "First day of the period.",
            "dimension": "What customers are divided by; all = not at all.",
            "member": "The value of the dimension; (none) = not known.",
            "publication_id": "The publication that stated it.",
            "published_at": "When that was published.",
            "value": "The value stated.",
            "numerator": "The sum above the line.",
            "denominator": "The sum below the line; NULL for an amount or a count.",
            "withdrawn": "True where the publication no longer stated a value.",
        },
    ),
    "restatements": Described(
        "One row per publication and headline figure of a finished period that it changed by more than the threshold.",
        {
            "publication_id": "The publication that states the new value.",
            "metric": "The figure, as in `metrics`.",
            "grain": "month, quarter or year.",
            "period_start": "First day of the period.",
            "dimension": "What customers are divided by; all = not at all.",
            "member": "The value of the dimension.",
            "value_before": "What readers had been told.",
            "value_after": "What they are told now; NULL where nothing.",
            "relative_change": "|after - before| / |before|, a fraction; NULL where there is none.",
            "told_by": "The publication that had stated the value before.",
            "told_at": "When that was published.",
            "also_changed": "What else differs: nothing, settings, code, settings and code.",
        },
    ),
    "red_line_status": Described(
        "One row per red line, complete period and segment: whether the line is crossed.",
        {
            "rule": "Name of the red line.",
            "period": "First day of the period.",
            "segment": "all, or dimension=member.",
            "value": "The figure judged; NULL where there is none.",
            "line": "What it was held against.",
            "breached": "Whether the line is crossed; NULL where that is unknown.",
            "status": "crossed, clear or unknown.",
            "grain": "month, quarter or year.",
            "severity": "warning or page.",
            "metric": "The figure, as in `metrics`.",
            "sentence": "The red line in words.",
            "running": "Crossed periods in a row, up to this one.",
            "is_latest": "True for the newest complete period.",
            "detail": "The comparison in words.",
        },
    ),
    "alert_incidents": Described(
        "One row per incident: a red line crossed in one segment, from the first to the last period of it, or a"
        " condition of the pipeline.",
        {
            "incident_id": "Readable and unique: rule/segment/first period.",
            "rule": "Name of the red line.",
            "segment": "all, or dimension=member.",
            "grain": "month, quarter or year.",
            "severity": "warning or page.",
            "state": "open, acknowledged or resolved.",
            "opened_at": "When it was opened.",
            "since": "First day of the first period of the unbroken run.",
            "opened_period": "First day of the newest complete period when it was opened.",
            "last_period": "First day of the newest period in which the line was seen crossed.",
            "periods": "Crossed periods in a row, up to last_period.",
            "value": "The figure in last_period.",
            "line": "What it was held against.",
            "detail": "That comparison in words.",
            "resolved_at": "When it ended; NULL while it lasts.",
            "resolved_period": "First day of the period that ended it.",
            "acknowledged_at": "When somebody took it; NULL where nobody did.",
            "acknowledged_by": "Who took it.",
            "publication_id": "The publication that first spoke of it.",
            "kind": "red_line, or pipeline for a condition of the pipeline itself.",
            "next_step": "What to do about a condition of the pipeline; else NULL.",
            "silenced_until": "First day on which it may speak again; NULL where it is not silenced.",
            "silenced_by": "Who silenced it.",
            "escalated_at": "When it was told again because nobody had taken it.",
            "cause": "The incident whose message tells of this one too; NULL where it has its own.",
            "resolved_by": "Who ended it by hand; NULL where it ended by itself or lasts.",
        },
    ),
}


def model_descriptions(project: Path) -> dict[str, Described]:
    """Return what dbt says of each of its models, by name; nothing where ``project`` has no dbt folder."""
    # An installed package has its dbt project in a place of its own.
    dbt = DBT_PROJECT if project == PROJECT else project / "dbt"
    if not (dbt / "dbt_project.yml").exists():
        return {}
    nodes = json.loads(current_manifest(dbt).read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["name"]: Described(
            node["description"],
            {name: column["description"] for name, column in node["columns"].items()},
            frozenset(name for name, column in node["columns"].items() if _is_personal(column)),
        )
        for node in nodes
        if node["resource_type"] == "model"
    }


def _is_personal(column: Mapping[str, Any]) -> bool:
    """Tell whether a column of the manifest is marked ``config: {meta: {personal: true}}``."""
    return bool(column.get("config", {}).get("meta", {}).get("personal"))


def comments_of(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, Described]:
    """Return the comments in an attached publication, by table; empty texts where there are none.

    :param database: the name it is attached under, not quoted.
    """
    tables = con.execute(
        """
        select table_name, coalesce(comment, '') from duckdb_tables() where database_name = $database
        union all
        select view_name, coalesce(comment, '') from duckdb_views()
        where database_name = $database and not internal
        """,
        {"database": database},
    ).fetchall()
    columns = con.execute(
        """
        select table_name, column_name, comment from duckdb_columns()
        where database_name = ? and not internal and comment is not null
        """,
        [database],
    ).fetchall()
    return {
        name: Described(text, {column: said for table, column, said in columns if table == name})
        for name, text in tables
    }


def write_comments(
    con: duckdb.DuckDBPyConnection,
    table: tuple[str, str, str],
    described: Described,
    *,
    kind: Literal["table", "view"] = "table",
) -> None:
    """Comment a table or view and its columns; a description of a column that is not there is passed over.

    :param table: database, schema and name, not quoted.
    """
    database, schema, of = table
    name = ".".join(map(quote_identifier, table))
    comments = (
        [f"comment on {kind} {name} is {quote_text(described.table.strip())}"]
        if described.table
        else []
    )
    comments += [
        f"comment on column {name}.{quote_identifier(column)} is {quote_text(text.strip())}"
        for column in columns_of(con, schema, of, database=database)
        if (text := described.columns.get(column))
    ]
    # One by one, each would be a transaction of its own, written down six times as slowly.
    with transaction(con):
        con.execute(";\n".join(comments))
