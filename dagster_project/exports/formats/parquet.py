"""Parquet: a file that brings its types, which are kept where they can be what the contract wants."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_project.errors import InputRefusedError
from dagster_project.exports.contract import Kind
from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.formats.fields import first_line
from dagster_project.exports.formats.tabular import Tabular
from dagster_project.exports.header import MOST_COLUMNS, normal
from dagster_project.exports.mapping import Delivery
from dagster_project.exports.profile import Profile
from dagster_project.exports.values import EXPECTED
from dagster_project.warehouse.quoting import quote_identifier

_FAMILIES = {
    "VARCHAR": "text", "JSON": "text", "UUID": "text", "ENUM": "text",
    "TINYINT": "integer", "SMALLINT": "integer", "INTEGER": "integer", "BIGINT": "integer",
    "UTINYINT": "integer", "USMALLINT": "integer", "UINTEGER": "integer", "UBIGINT": "integer",
    "HUGEINT": "integer", "UHUGEINT": "integer",
    "FLOAT": "float", "DOUBLE": "float", "BOOLEAN": "boolean", "DATE": "date",
    "TIMESTAMP": "timestamp", "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
}  # fmt: skip
# Parquet types that can become a canonical kind without guessing; text is always welcome.
_WELCOME: dict[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"integer", "boolean", "date", "timestamp", "timestamptz", "nested"}),
    Kind.INSTANT: frozenset({"timestamp", "timestamptz", "date"}),
    Kind.DATE: frozenset({"timestamp", "timestamptz", "date"}),
    Kind.BOOLEAN: frozenset({"boolean", "integer"}),
    Kind.INTEGER: frozenset({"integer", "decimal", "float"}),
}
_NUMBERS = frozenset({"integer", "decimal", "float"})


@dataclass(frozen=True)
class ParquetFile(Tabular):
    """A Parquet file.

    :param families: the family of each column's type, by its normal name.
    :param numbered: the relation with a column ``file_row_number`` beside the file's own; empty where the file has a
        column of that name.
    """

    families: dict[str, str] = field(default_factory=dict)
    numbered: str = ""

    @property
    def rejects_records(self) -> bool:
        """A Parquet file has no line that could not be parsed."""
        return False

    def require_types(self, delivery: Delivery) -> None:
        """Check that the file's types can be what the contract wants.

        :raises InputRefusedError: they cannot; names every column.
        """
        wrong = []
        for name, rule in delivery.columns.items():
            column = delivery.canonical_table.column(name)
            for source in rule.fields:
                family = self.families.get(normal(source))
                if family is None or family == "text" or rule.translate or rule.cast is not None:
                    continue
                if family not in _WELCOME.get(column.kind, _NUMBERS):
                    wrong.append(f"{source} is {family}; {EXPECTED[column.kind]} was expected")
        if wrong:
            raise InputRefusedError(
                "the Parquet file has the wrong types: " + "; ".join(wrong), where=self.file_name
            )


def open_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, file_name: str, profile: Profile
) -> ParquetFile:
    """Open a Parquet file.

    :raises InputRefusedError: it cannot be read, or has too many columns.
    """
    parameters = Parameters()
    relation = f"read_parquet({parameters.bind(str(path))})"
    try:
        described = con.execute(
            "select column_name, column_type from (describe select * from read_parquet(?))",
            [str(path)],
        ).fetchall()
    except duckdb.Error as error:
        raise InputRefusedError(
            f"the Parquet file cannot be read: {first_line(error)}", where=file_name
        ) from error
    if len(described) > MOST_COLUMNS:
        raise InputRefusedError(
            f"the file has {len(described):,} columns; at most {MOST_COLUMNS:,} can be read",
            where=file_name,
            fix="export the columns that are needed",
        )
    columns, families = {}, {}
    for name, sql_type in described:
        family = _family(sql_type)
        families[normal(name)] = family
        columns[normal(name)] = Field(f"src.{quote_identifier(name)}", family)
    return ParquetFile(
        file_name,
        path,
        profile,
        relation,
        parameters,
        tuple(name for name, _ in described),
        columns=columns,
        families=families,
        numbered=""
        if "file_row_number" in columns
        else f"read_parquet({parameters.bind(str(path))}, file_row_number = true)",
    )


def _family(sql_type: str) -> str:
    if sql_type.startswith("DECIMAL"):
        return "decimal"
    if sql_type.startswith("ENUM"):
        return "text"
    return _FAMILIES.get(sql_type, "nested" if sql_type.endswith(("]", ")")) else "other")
