"""The forms in which files are written: CSV, JSON and Parquet, each in a module of its own behind one protocol.

What a form gives for one file is an ``Opened``: a relation whose values are text or typed, the fields that rules can
ask for, and what tells a broken record from a sound one. Casting and checking is ``row_plan.py``; nothing is loaded.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from dagster_project.exports.formats.cells import as_records
from dagster_project.exports.formats.csv import CsvFile, open_csv
from dagster_project.exports.formats.json import open_json
from dagster_project.exports.formats.opened import Opened
from dagster_project.exports.formats.parquet import ParquetFile, open_parquet
from dagster_project.exports.header import normal
from dagster_project.exports.mapping import CONNECTOR_WRAPPERS
from dagster_project.exports.profile import Form, Profile

__all__ = ["Opened", "open_file"]


def open_file(
    con: duckdb.DuckDBPyConnection,
    *,
    path: Path,
    file_name: str,
    profile: Profile,
    fields: Sequence[str],
    records: Iterable[str] = (),
    within: Iterable[str] = (),
    lists: bool = False,
) -> Opened:
    """Open a file for reading.

    :param path: where the bytes lie, under a name without wildcards whose ending tells the form.
    :param file_name: the name as given, for messages.
    :param fields: every field that some mapping may ask for.
    :param records: keys that may wrap the list of records in a JSON document.
    :param within: keys of which one may hold the record inside each of them.
    :param lists: whether the records in a list of each record are wanted: a table is then read by its cells.
    :raises InputRefusedError: header or structure are not what was expected.
    """
    if profile.form is Form.CSV:
        table: CsvFile | ParquetFile = open_csv(path, file_name, profile, fields)
    elif profile.form is Form.PARQUET:
        table = open_parquet(con, path, file_name, profile)
    else:
        return open_json(path, file_name, profile, fields, tuple(records), tuple(within))
    wraps = any(normal(wrapper) in table.columns for wrapper in CONNECTOR_WRAPPERS)
    if not (lists or wraps):
        return table
    return as_records(con, table, fields=fields, within=tuple(within) if wraps else ())
