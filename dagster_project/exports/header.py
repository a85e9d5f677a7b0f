"""The first record of a CSV file: delimiter, quote and column names. Nothing beyond the header."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.errors import InputRefusedError
from dagster_project.exports.profile import Profile

MOST_COLUMNS = 2_000
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written, and what its columns are called.

    :param lines: physical lines that the header takes up.
    :param skipped: empty lines before the header, which the reader would take for it.
    """

    delimiter: str
    quote: str
    escape: str
    names: tuple[str, ...]
    lines: int = 1
    skipped: int = 0


def normal(name: str) -> str:
    """Return a column name as it is compared: case, outer spaces and a BOM do not matter."""
    return name.strip().strip("\ufeff").strip().lower()


def read_dialect(profile: Profile, file_name: str, known: Iterable[str]) -> Dialect:
    """Tell the dialect by the header: the delimiter that finds most of the ``known`` names.

    :param known: the column names that some mapping would read.
    :raises InputRefusedError: there is no header, or a name stands in it twice.
    """
    wanted = {normal(name) for name in known}
    text = profile.head_text.lstrip("\r\n")
    skipped = profile.head_text[: len(profile.head_text) - len(text)].count("\n")
    if not text.strip():
        raise InputRefusedError(
            "the file holds no header line", where=f"{file_name}:1", fix="export it with its header"
        )
    first = text.splitlines()[0]
    quote = "'" if first.startswith("'") else '"'
    escape = "\\" if _escapes_by_backslash(text, quote) else quote
    best: tuple[int, int, Dialect] | None = None
    for delimiter in DELIMITERS:
        names, lines = _first_record(text, delimiter, quote)
        hits = sum(normal(name) in wanted for name in names)
        rank = (hits, len(names))
        if best is None or rank > best[:2]:
            best = (*rank, Dialect(delimiter, quote, escape, names, lines, skipped))
    assert best is not None
    dialect = best[2]
    if len(dialect.names) > MOST_COLUMNS:
        raise InputRefusedError(
            f"the header names more than {MOST_COLUMNS:,} columns, the most that can be read",
            where=f"{file_name}:1",
            fix="export the columns that are needed",
        )
    compared = [normal(name) for name in dialect.names]
    twice = sorted(
        {name for name in compared if name and compared.count(name) > 1 and name in wanted}
    )
    if twice:
        raise InputRefusedError(
            f"the header names {', '.join(twice)} twice; each column was expected once",
            where=f"{file_name}:1",
        )
    return dialect


def _escapes_by_backslash(text: str, quote: str) -> bool:
    """Tell by a quote that stands after a backslash and ends no value.

    A value that merely ends in a backslash, as a customer may write a name, is no sign: its quote
    comes before a delimiter or a line's end, and a doubled quote before its double.
    """
    ends = re.escape(quote + "".join(DELIMITERS) + "\r\n")
    return re.search(rf"\\{quote}[^{ends}]", text) is not None


def _first_record(text: str, delimiter: str, quote: str) -> tuple[tuple[str, ...], int]:
    # The whole head may be one quoted cell; a record beyond 64 KiB is no header.
    reader = csv.reader(
        io.StringIO(text[: 1 << 16], newline=""), delimiter=delimiter, quotechar=quote
    )
    try:
        names = next(reader, [])
    except csv.Error:
        return (text.splitlines()[0],), 1
    return tuple(name.strip().strip("\ufeff") for name in names), reader.line_num
