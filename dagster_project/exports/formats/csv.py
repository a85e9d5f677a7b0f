"""CSV: DuckDB's reader with nothing left to guess, every value as text, what it cannot parse in a table of rejects."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.errors import InputRefusedError
from dagster_project.exports.blank_lines import blank_lines
from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.formats.tabular import Tabular
from dagster_project.exports.header import normal, read_dialect
from dagster_project.exports.profile import Profile

_NULLS = ["", "\\N", "NULL", "null"]
_MAX_LINE = 2_000_000
# Past a line of this length DuckDB's reader leaves the line out without saying so.
_LONGEST_LINE = 16 << 20


@dataclass(frozen=True)
class CsvFile(Tabular):
    """A CSV file, and how it is written.

    :param quote: the character around values that hold a delimiter.
    """

    quote: str = '"'

    @property
    def rejects_records(self) -> bool:
        """The reader leaves out lines with too few or too many values, and quotes out of place."""
        return True

    @property
    def numbered(self) -> str:
        """The reader gives no numbers."""
        return ""

    def blank_lines(self, records: int) -> tuple[tuple[int, ...], bool]:
        """Return the empty lines, and whether lines remain that are neither records nor empty."""
        lines = self.profile.newlines + (not self.profile.ends_in_newline)
        missing = lines - (records + self.lines_before)
        blanks = blank_lines(self.path, self.profile, self.quote) if missing else ()
        return blanks, missing != len(blanks)


def open_csv(path: Path, file_name: str, profile: Profile, fields: Sequence[str]) -> CsvFile:
    """Open a CSV file.

    :param fields: the columns that some mapping may ask for; they tell the delimiter.
    :raises InputRefusedError: there is no header, a name stands in it twice, or a line is endless.
    """
    refuse_endless_line(profile, file_name)
    dialect = read_dialect(profile, file_name, fields)
    parameters = Parameters()
    # DuckDB takes no NULL that begins with the escape character: then the column itself says it.
    backslash = dialect.escape == "\\"
    columns = {f"c{i}": "VARCHAR" for i in range(len(dialect.names))}
    relation = read_csv(
        path,
        parameters,
        columns=columns,
        header=True,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        escape=dialect.escape,
        nulls=[null for null in _NULLS if not (backslash and null.startswith("\\"))],
        profile=profile,
        skipped=dialect.skipped,
    )
    found: dict[str, Field] = {}
    for i, name in enumerate(dialect.names):
        found.setdefault(normal(name), Field(f"nullif(c{i}, '\\N')" if backslash else f"c{i}"))
    return CsvFile(
        file_name,
        path,
        profile,
        relation,
        parameters,
        dialect.names,
        columns=found,
        lines_before=dialect.lines,
        quote=dialect.quote,
    )


def refuse_endless_line(profile: Profile, file_name: str) -> None:
    """Refuse a file with a line that the reader would leave out without a word.

    :raises InputRefusedError: with the number of the line.
    """
    if profile.longest_line > _LONGEST_LINE:
        raise InputRefusedError(
            f"the line is {profile.longest_line:,} bytes long; at most {_LONGEST_LINE:,} can be read",
            where=f"{file_name}:{profile.longest_line_number}",
            fix="correct the line, or export the file again",
        )


def read_csv(
    path: Path,
    parameters: Parameters,
    *,
    columns: dict[str, str],
    header: bool,
    delimiter: str,
    quote: str,
    escape: str,
    nulls: list[str],
    profile: Profile,
    skipped: int = 0,
) -> str:
    """Return a FROM item that reads a text of one dialect, all columns as given in ``columns``."""
    bind = parameters.bind
    skip = f", skip = {bind(skipped)}" if skipped else ""
    encoding = f", encoding = {bind(profile.encoding)}" if profile.encoding != "utf-8" else ""
    compression = "gzip" if profile.compressed else "none"
    return (
        f"read_csv({bind(str(path))}, columns = {bind(columns)}, auto_detect = false, "
        f"header = {bind(header)}, delim = {bind(delimiter)}, quote = {bind(quote)}, "
        f"escape = {bind(escape)}, nullstr = {bind(nulls)}, compression = {bind(compression)}, "
        f"max_line_size = {bind(_MAX_LINE)}, "
        "store_rejects = true, rejects_table = 'ebb_rejects', rejects_scan = 'ebb_reject_scans'"
        f"{encoding}{skip})"
    )
