"""Files as relations: DuckDB's own readers, every value as text, every record numbered.

What a reader gives for one file is a relation of text columns, the fields that rules can ask for, and
the rows that the reader could not parse. Casting and checking is ``staging.py``; nothing is loaded here.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_project.errors import InputRefusedError
from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.header import MOST_COLUMNS, Dialect, normal, read_dialect
from dagster_project.exports.profile import Form, Profile
from dagster_project.warehouse.quoting import quote_identifier

_NULLS = ["", "\\N", "NULL", "null"]
_MAX_LINE = 2_000_000
# A separator that JSON text cannot hold unescaped, so that each line is one cell.
_UNIT_SEPARATOR = "\x1f"
_SAMPLED_RECORDS = 200
# A field that a mapping names lies a few levels deep; DuckDB itself overruns its stack far beyond the second.
_SAMPLED_DEPTH = 32
_MOST_BRACKETS = 20_000
# Past a line of this length DuckDB's reader leaves the line out without saying so.
_LONGEST_LINE = 16 << 20
_FAMILIES = {
    "VARCHAR": "text", "JSON": "text", "UUID": "text", "ENUM": "text",
    "TINYINT": "integer", "SMALLINT": "integer", "INTEGER": "integer", "BIGINT": "integer",
    "UTINYINT": "integer", "USMALLINT": "integer", "UINTEGER": "integer", "UBIGINT": "integer",
    "HUGEINT": "integer", "UHUGEINT": "integer",
    "FLOAT": "float", "DOUBLE": "float", "BOOLEAN": "boolean", "DATE": "date",
    "TIMESTAMP": "timestamp", "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A file ready to be read.

    :param relation: a FROM item; its parameters are in ``parameters``.
    :param names: the vendor's field names that the file is known to have, as written.
    :param columns: for CSV and Parquet, the field by normal name.
    :param paths: for JSON, the pointers that are extracted, in order.
    :param path: where the bytes lie.
    :param numbered: for Parquet, the relation with a column ``file_row_number`` (from 0) beside the
        file's own; empty where the file has a column of that name.
    :param lines: for JSON, a FROM item whose column ``line`` is one record.
    :param record_offset: what is added to the 0-based row position to get the record's line.
    """

    form: Form
    file_name: str
    profile: Profile
    relation: str
    parameters: Parameters
    names: tuple[str, ...]
    columns: dict[str, Field] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    dialect: Dialect | None = None
    paths: tuple[str, ...] = ()
    lines: str = ""
    record_offset: int = 1
    path: Path = Path()
    numbered: str = ""

    @property
    def is_json(self) -> bool:
        """Whether records are JSON documents."""
        return self.form in (Form.JSON, Form.JSON_LINES)


class FileFields:
    """The fields of an opened file, for the compiler of rules."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    @property
    def open_ended(self) -> bool:
        """JSON records may have fields that the beginning of the file does not show."""
        return self._opened.is_json

    def find(self, name: str) -> Field | None:
        """Return the field called ``name``; a dotted name may lead into a column that holds JSON."""
        if self._opened.is_json:
            pointer = json_pointer(name)
            return Field(trimmed(f"f[{self._opened.paths.index(pointer) + 1}]"))
        columns = self._opened.columns
        exact = columns.get(normal(name))
        if exact is not None:
            if exact.family == "text":
                return Field(trimmed(exact.sql))
            return (
                Field(f"cast(to_json({exact.sql}) as varchar)")
                if exact.family == "nested"
                else exact
            )
        head, dot, rest = name.partition(".")
        holder = columns.get(normal(head))
        if not dot or holder is None:
            return None
        document = f"to_json({holder.sql})" if holder.family == "nested" else holder.text
        pointer = self._opened.parameters.bind(json_pointer(rest))
        return Field(f"nullif(try(json_extract_string({document}, {pointer})), '')")


def trimmed(sql: str) -> str:
    """Return the text without outer spaces, NULL where nothing is left; cheap where there are none."""
    return (
        f"case when prefix({sql}, ' ') or suffix({sql}, ' ') then nullif(trim({sql}), '') "
        f"else nullif({sql}, '') end"
    )


def json_pointer(name: str) -> str:
    """Return a dotted field name as a JSON pointer; a name that begins with / is one already."""
    if name.startswith("/"):
        return name
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in name.split("."))


def json_path(name: str) -> str:
    """Return a dotted name of a list inside a record as a JSON path."""
    return "$" + "".join(f'."{part}"' for part in name.split("."))


def open_file(
    con: duckdb.DuckDBPyConnection,
    *,
    path: Path,
    file_name: str,
    profile: Profile,
    fields: Sequence[str],
    records: Iterable[str] = (),
    within: Iterable[str] = (),
) -> Opened:
    """Open a file for reading.

    :param path: where the bytes lie, under a name without wildcards whose ending tells the form.
    :param file_name: the name as given, for messages.
    :param fields: every field that some mapping may ask for.
    :param records: keys that may wrap the list of records in a JSON document.
    :param within: keys of which one may hold the record inside each of them.
    :raises InputRefusedError: header or structure are not what was expected.
    """
    if profile.form is Form.CSV:
        return _open_csv(path, file_name, profile, fields)
    if profile.form is Form.PARQUET:
        return _open_parquet(con, path, file_name, profile)
    return _open_json(path, file_name, profile, fields, tuple(records), tuple(within))


def _open_csv(path: Path, file_name: str, profile: Profile, fields: Sequence[str]) -> Opened:
    _refuse_endless_line(profile, file_name)
    dialect = read_dialect(profile, file_name, fields)
    parameters = Parameters()
    # DuckDB takes no NULL that begins with the escape character: then the column itself says it.
    backslash = dialect.escape == "\\"
    columns = {f"c{i}": "VARCHAR" for i in range(len(dialect.names))}
    relation = _read_csv(
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
    return Opened(
        Form.CSV,
        file_name,
        profile,
        relation,
        parameters,
        dialect.names,
        columns=found,
        dialect=dialect,
        record_offset=1 + dialect.lines,
        path=path,
    )


def _refuse_endless_line(profile: Profile, file_name: str) -> None:
    if profile.longest_line > _LONGEST_LINE:
        raise InputRefusedError(
            f"the line is {profile.longest_line:,} bytes long; at most {_LONGEST_LINE:,} can be read",
            where=f"{file_name}:{profile.longest_line_number}",
            fix="correct the line, or export the file again",
        )


def _read_csv(
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


def _open_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, file_name: str, profile: Profile
) -> Opened:
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
    return Opened(
        Form.PARQUET,
        file_name,
        profile,
        relation,
        parameters,
        tuple(name for name, _ in described),
        columns=columns,
        families=families,
        path=path,
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


def _open_json(
    path: Path,
    file_name: str,
    profile: Profile,
    fields: Sequence[str],
    records: tuple[str, ...],
    within: tuple[str, ...],
) -> Opened:
    if profile.encoding == "utf-16":
        raise InputRefusedError(
            "the file is UTF-16; JSON is UTF-8", where=f"{file_name}:1", fix="export it as UTF-8"
        )
    layout = _json_layout(profile)
    sample = _sample(profile, layout, records, within)
    parameters = Parameters()
    if layout == "lines":
        _refuse_endless_line(profile, file_name)
        relation = _read_csv(
            path,
            parameters,
            columns={"line": "VARCHAR"},
            header=False,
            delimiter=_UNIT_SEPARATOR,
            quote="",
            escape="",
            nulls=[""],
            profile=profile,
        )
    else:
        compression = parameters.bind("gzip" if profile.compressed else "uncompressed")
        shape = parameters.bind("array" if layout == "array" else "unstructured")
        relation = (
            f"(select cast(json as varchar) as line from read_json_objects("
            f"{parameters.bind(str(path))}, format = {shape}, compression = {compression}))"
        )
        wrapper = next(
            (key for key in records if layout == "document" and _wraps(profile, key)), None
        )
        if wrapper is not None:
            pointer = parameters.bind(f'$."{wrapper}"[*]')
            relation = (
                f"(select cast(unnest(json_extract(line, {pointer})) as varchar) as line "
                f"from {relation})"
            )
    for key in within:
        relation = _unwrapped(relation, key, parameters)
    paths = tuple(dict.fromkeys(json_pointer(name) for name in fields))
    return Opened(
        profile.form,
        file_name,
        profile,
        extracted(relation, paths, parameters),
        parameters,
        tuple(sample),
        paths=paths,
        lines=relation,
        path=path,
    )


def _unwrapped(lines: str, key: str, parameters: Parameters) -> str:
    """Return the records that lie inside a key of the given ones; one without the key stays as it is."""
    pointer = parameters.bind(json_path(key))
    inner = f"try(json_extract(line, {pointer}))"
    holds = f"contains(line, {parameters.bind(key)}) and json_type({inner}) = 'OBJECT'"
    return f"(select case when {holds} then cast({inner} as varchar) else line end as line from {lines} as w)"


def extracted(lines: str, paths: tuple[str, ...], parameters: Parameters) -> str:
    """Return a FROM item with each record and the list ``f`` of its fields, NULL where it is broken."""
    source = parameters.bind(list(paths))
    brackets = "strlen(line) - strlen(replace(replace(line, '[', ''), '{', ''))"
    # One line nested without end, which a customer can send as an event, would end the whole process.
    bottomless = f"strlen(line) > {_MOST_BRACKETS} and {brackets} > {_MOST_BRACKETS}"
    fields = f"case when {bottomless} then null else try(json_extract_string(line, {source})) end"
    return f"(select line, {fields} as f from {lines} as l)"


def _json_layout(profile: Profile) -> str:
    """Tell lines from one array and from one document, by the first characters."""
    text = profile.head_text.lstrip()
    if text.startswith("["):
        first = text.splitlines()[0]
        # A file of lines may hold arrays by mistake; each is then a broken row, not the layout.
        return (
            "lines"
            if profile.form is Form.JSON_LINES and _is_json(first) and profile.newlines > 1
            else "array"
        )
    if profile.form is Form.JSON_LINES:
        return "lines"
    first = text.splitlines()[0] if text else ""
    return "lines" if first and _is_object(first) and profile.newlines > 1 else "document"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _wraps(profile: Profile, key: str) -> bool:
    return key in _keys_of_document(profile.head_text[:65536])


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


_COLON = re.compile(r"\s*:")


def _keys_of_document(text: str) -> set[str]:
    """Return the keys of a document itself, and of nothing inside it, as far as the text goes."""
    keys: set[str] = set()
    depth = position = 0
    while position < len(text):
        letter = text[position]
        if letter == '"':
            string = _STRING.match(text, position)
            if string is None:
                break
            position = string.end()
            if depth == 1 and _COLON.match(text, position):
                keys.add(string[0][1:-1])
            continue
        depth += (letter in "{[") - (letter in "}]")
        position += 1
    return keys


def _sample(
    profile: Profile, layout: str, records: tuple[str, ...], within: tuple[str, ...]
) -> list[str]:
    """Return the dotted names of the fields in the first records; ``list[].name`` of those in a list."""
    names: dict[str, None] = {}
    text = profile.head_text
    if layout == "lines":
        found: list[object] = []
        for line in text.splitlines()[:_SAMPLED_RECORDS]:
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                continue
    else:
        found = _first_objects(text)
    for record in found:
        _collect(record, "", names, records, within)
    return list(names)


def _first_objects(text: str) -> list[object]:
    """Return the objects at the beginning of an array or document, as far as the head goes."""
    decoder = json.JSONDecoder()
    position = 0
    found: list[object] = []
    while len(found) < _SAMPLED_RECORDS:
        start = text.find("{", position)
        if start < 0:
            break
        try:
            record, position = decoder.raw_decode(text, start)
        except RecursionError:
            # Too deep to be looked at; every bracket of it would be as deep again.
            break
        except ValueError:
            # A document longer than the head: look at what it wraps.
            position = start + 1
            continue
        found.append(record)
    return found


def _collect(
    record: object,
    prefix: str,
    names: dict[str, None],
    records: tuple[str, ...],
    within: tuple[str, ...],
) -> None:
    if not isinstance(record, dict) or prefix.count(".") > _SAMPLED_DEPTH:
        return
    for key, value in record.items():
        if not prefix and key in records and isinstance(value, list):
            for inner in value[:_SAMPLED_RECORDS]:
                _collect(inner, "", names, (), within)
            continue
        if not prefix and key in within and isinstance(value, dict):
            _collect(value, "", names, (), ())
            continue
        name = f"{prefix}{key}"
        names.setdefault(name)
        if isinstance(value, dict):
            _collect(value, f"{name}.", names, records, within)
        elif isinstance(value, list):
            for inner in value[:_SAMPLED_RECORDS]:
                _collect(inner, f"{name}[].", names, records, within)


def first_line(error: BaseException) -> str:
    """Return the first line of an error of DuckDB, without the kind of error in front."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return line.split("Error: ", 1)[-1]
