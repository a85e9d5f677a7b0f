"""Tables whose cells hold JSON: a list of records in a column, or the record that a connector wraps.

A row is then read as a record of JSON would be, with what its cells hold inside it.
"""

import json
from collections.abc import Sequence

import duckdb

from dagster_project.exports.expressions import Field
from dagster_project.exports.formats.fields import json_pointer
from dagster_project.exports.formats.json import JsonFile, unwrapped
from dagster_project.exports.formats.json_layout import SAMPLED_RECORDS, names_in
from dagster_project.exports.formats.tabular import Tabular


def as_records(
    con: duckdb.DuckDBPyConnection,
    table: Tabular,
    *,
    fields: Sequence[str],
    within: tuple[str, ...] = (),
) -> JsonFile:
    """Return the same file with each row as a record.

    :param fields: every field that some mapping may ask for.
    :param within: columns of which one may hold the whole record.
    """
    bind = table.parameters.bind
    cells = ", ".join(
        f"{bind(name)}, {_as_json(cell)}"
        for name, cell in zip(table.names, table.cells(), strict=True)
    )
    lines = f"(select cast(json_object({cells}) as varchar) as line from {table.relation} as src)"
    for key in within:
        lines = unwrapped(lines, key, table.parameters)
    return JsonFile(
        table.file_name,
        table.path,
        table.profile,
        lines,
        table.parameters,
        _names(con, table, lines),
        paths=tuple(dict.fromkeys(json_pointer(name) for name in fields)),
    )


def _as_json(cell: Field) -> str:
    """A cell of text that begins like JSON is what it says, if it is JSON."""
    if cell.family != "text":
        return f"to_json({cell.sql})"
    begins = f"prefix(ltrim({cell.sql}), '[') or prefix(ltrim({cell.sql}), '{{')"
    return (
        f"case when ({begins}) and json_valid({cell.sql}) then cast({cell.sql} as json) "
        f"else to_json({cell.sql}) end"
    )


def _names(con: duckdb.DuckDBPyConnection, table: Tabular, lines: str) -> tuple[str, ...]:
    """Return the fields of the first records; the header alone where they cannot be read, which is told later."""
    try:
        found = con.execute(
            f"select line from {lines} as l limit {SAMPLED_RECORDS}", table.parameters.values
        ).fetchall()
    except duckdb.Error:
        return table.names
    return tuple(dict.fromkeys([*names_in(json.loads(line) for (line,) in found), *table.names]))
