"""Every bad file ends in a clear message or in quarantine: no traceback, wrong number or lost row."""

# ruff: noqa: E501 - the corpus is a table, one case a line

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport
from dagster_project.locations import PROJECT_ROOT

Load = Callable[..., LoadReport]
GOOD = b"c1,2025-01-02T03:04:05Z,Ann,DE\n"
HEADER = b"customer_id,created_at,name,country\n"
LINES = b"line_id,invoice_id,invoice_status,customer_id,kind,amount,currency,issued_at\n"
PERIODS = b"subscription_id,customer_id,plan_id,mrr,currency,valid_from_on,valid_to_on\n"


def line(amount: str = "10.00", status: str = "paid", kind: str = "recurring") -> bytes:
    return f'l1,i1,{status},c1,{kind},"{amount}",USD,2025-01-02\n'.encode()


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("customers.csv", content)
    return buffer.getvalue()


def parquet(select: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.parquet")
        duckdb.sql(f"copy ({select}) to '{file}' (format parquet)")
        return file.read_bytes()


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it.

    :param refused: a part of the message, where the whole file is refused.
    :param loaded: rows in raw afterwards.
    :param reasons: a part of the reason of every row in quarantine, in order of the lines.
    :param lines: their line numbers.
    """

    name: str
    content: bytes
    file: str = "customers.csv"
    refused: str = ""
    loaded: int = 0
    reasons: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=())
    table: str = "customers"


def c(name: str, content: bytes, **expected: object) -> Case:
    return Case(name, content, **expected)  # type: ignore[arg-type]


BIG = b"x" * 10_000_000
MANY = HEADER + b"".join(b"c%d,2025-01-02,Ann,DE\n" % i for i in range(20_000))
GZ = gzip.compress(MANY)
PARQUET = parquet(
    "select 'c' || i as customer_id, timestamptz '2025-01-01' as created_at from range(9) t(i)"
)

CASES = (
    # Not what the file claims to be
    c("an empty file", b"", refused="the file is empty; a header line was expected"),
    c("only spaces", b"  \n \n", refused="holds no header line"),
    c("a header only is a table of no rows", HEADER),
    c("a header without a line feed", HEADER.strip()),
    c("rows without a header", GOOD, refused="expected customer_id; created_at"),
    c("another table's header", LINES + line(), refused="expected created_at"),
    c("a ZIP archive named csv", zipped(HEADER + GOOD), refused="a ZIP archive"),
    c("a Parquet file named csv", PARQUET, refused="this is a Parquet file"),
    c("a PDF named csv", b"%PDF-1.7 binary", refused="a PDF document"),
    c("an old Excel workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 600, refused="an old Excel workbook"),
    c("binary junk", bytes(range(256)) * 40, refused="this is binary"),
    c("an HTML error page", b"<!DOCTYPE html><html><body>403</body></html>\n", refused="expected customer_id"),
    c("a JSON error named csv", b'{"error": "forbidden"}\n', refused="expected customer_id"),
    c("text named gz", HEADER + GOOD, file="customers.csv.gz", refused="is not gzip"),
    c("a gzip file cut in half", GZ[: len(GZ) // 2], file="customers.csv.gz", refused="cut off or damaged"),
    c("a gzip file with a broken checksum", GZ[:-8] + b"\0" * 8, file="customers.csv.gz", refused="damaged"),
    c("a Parquet file cut in half", PARQUET[: len(PARQUET) // 2], file="customers.parquet", refused="cut off"),
    c("an empty Parquet file", b"", file="customers.parquet", refused="does not begin with PAR1"),
    c("text named parquet", HEADER + GOOD, file="customers.parquet", refused="not a Parquet file"),
    c("a Parquet footer that lies", b"PAR1" + b"\1" * 40 + b"PAR1", file="customers.parquet", refused="Parquet file cannot be read"),
    c("a truncated JSON array", b'[{"customer_id": "c1", "created_at": "2025-01-01"}, {"custo', file="customers.json", refused="cannot be read"),
    c("an empty JSON document", b"", file="customers.json", refused="a JSON document was expected"),
    c("an unknown ending is left alone", b"x", file="customers.xlsx"),
    c("a Zstandard file", b"\x28\xb5\x2f\xfd1234", refused="Zstandard"),
    # Headers
    c("a header with a name twice", b"customer_id,created_at,name,name\n" + GOOD, refused="names name twice"),
    c("a key column twice", b"customer_id,created_at,customer_id,x\n" + GOOD, refused="names customer_id twice"),
    c("a required column missing", b"customer_id,name\nc1,Ann\n", refused="expected created_at"),
    c("a misspelt column", b"customer_id,create_at\nc1,2025-01-01\n", refused="expected created_at"),
    c("a header in capitals", HEADER.upper() + GOOD, loaded=1),
    c("a header with spaces", b" customer_id , created_at ,name,country\n" + GOOD, loaded=1),
    c("a quoted header", b'"customer_id","created_at","name","country"\n' + GOOD, loaded=1),
    c("columns in another order", b"country,name,created_at,customer_id\nDE,Ann,2025-01-01,c1\n", loaded=1),
    # Delimiters, quotes, line ends
    c("semicolons", HEADER.replace(b",", b";") + GOOD.replace(b",", b";"), loaded=1),
    c("tabs", HEADER.replace(b",", b"\t") + GOOD.replace(b",", b"\t"), file="customers.tsv", loaded=1),
    c("pipes", HEADER.replace(b",", b"|") + GOOD.replace(b",", b"|"), loaded=1),
    c("header with commas, rows with semicolons", HEADER + GOOD.replace(b",", b";"), reasons=("too few columns",), lines=(2,)),
    c("Windows line ends", (HEADER + GOOD).replace(b"\n", b"\r\n"), loaded=1),
    c("a row too short", HEADER + b"c0,2025-01-01\n" + GOOD, loaded=1, reasons=("too few columns",), lines=(2,)),
    c("a row too long", HEADER + GOOD + b"c2,2025-01-01,A,B,C\n" + GOOD, loaded=1, reasons=("too many columns",), lines=(3,)),
    c("a comma inside an unquoted name", HEADER + b"c2,2025-01-01,Doe, Jane,DE\n" + GOOD, loaded=1, reasons=("too many columns",)),
    c("a quote that is never closed", HEADER + b'c2,2025-01-01,"Ann,DE\n' + GOOD * 3, refused="never closed"),
    c("a quote in the middle of a quoted value", HEADER + b'c2,2025-01-01,"A "b" c",DE\n' + GOOD, loaded=1, reasons=("a quote stands",)),
    c("a line feed inside quotes", HEADER + b'c2,2025-01-01,"A\nB",DE\n' + b"c3,x,A,B\n", loaded=1, reasons=("not an instant",), lines=(4,)),
    c("the last line cut off", HEADER + GOOD + b"c2,2025-0", refused="cut off in the middle of its last line"),
    c("the last quote cut off", HEADER + GOOD + b'c2,2025-01-01,"An', refused="cut off"),
    c("blank lines", HEADER + b"\n" + GOOD + b"\n\n", loaded=1),
    c("a cell of ten megabytes", HEADER + b"c2,2025-01-01," + BIG + b",DE\n" + GOOD, loaded=1, reasons=("longer than 2 MB",)),
    # Encodings
    c("a byte order mark", b"\xef\xbb\xbf" + HEADER + GOOD, loaded=1),
    c("Windows-1252", HEADER + "c1,2025-01-01,Zo\xebs Caf\xe9\u201d \u20ac,DE\n".encode("cp1252"), loaded=1),
    c("neither UTF-8 nor Windows-1252", HEADER + b"c1,2025-01-01,Zo\x81,DE\n", refused="neither UTF-8 nor Windows-1252"),
    c("Latin-1", HEADER + "c1,2025-01-01,Zoë,DE\n".encode("latin-1"), loaded=1),
    c("UTF-16", (HEADER + GOOD).decode().encode("utf-16"), loaded=1),
    c("UTF-8 with one Latin-1 line", HEADER + "c1,2025-01-01,Zoë,DE\n".encode() + "c2,2025-01-01,Zoë,DE\n".encode("latin-1"), loaded=1, reasons=("not UTF-8",), lines=(3,)),
    c("an embedded NUL", HEADER + b"c1,2025-01-01,A\0nn,DE\n" + GOOD * 30, loaded=1, reasons=("NUL",), lines=(2,)),
    # Values
    c("a row without its key", HEADER + b",2025-01-01,A,DE\n" + GOOD, loaded=1, reasons=("customer_id is required and empty",), lines=(2,)),
    c("a key of spaces", HEADER + b"   ,2025-01-01,A,DE\n", reasons=("customer_id is required and empty",)),
    c("a key of two kilobytes", HEADER + b"k" * 2000 + b",2025-01-01,A,DE\n", reasons=("longer than an id",)),
    c("swapped columns", HEADER + b"2025-01-01,c1,A,DE\n", reasons=("not an instant",)),
    c("day first", HEADER + b"c1,31/12/2025,A,DE\n", reasons=("'31/12/2025'",)),
    c("month first", HEADER + b"c1,12/31/2025,A,DE\n", reasons=("'12/31/2025'",)),
    c("an impossible day", HEADER + b"c1,2025-02-30,A,DE\n", reasons=("'2025-02-30'",)),
    c("an epoch where text is expected", HEADER + b"c1,1764547200,A,DE\n", reasons=("not an instant",)),
    c("the year one", HEADER + b"c1,0001-01-01,A,DE\n", reasons=("outside the years",)),
    c("an infinite instant", HEADER + b"c1,infinity,A,DE\n", reasons=("outside the years",)),
    c("a date with words", HEADER + b"c1,yesterday,A,DE\n", reasons=("not an instant",)),
    c("SQL in a cell", HEADER + b"c1,2025-01-01,'); drop table raw.customers; --,DE\n", loaded=1),
    c("a formula in a cell", HEADER + b"c1,2025-01-01,=1+1,DE\n", loaded=1),
    c("a decimal comma", LINES + line("1.234,56"), file="invoice_lines.csv", table="invoice_lines", reasons=("'1.234,56'",)),
    c("a thousands comma", LINES + line("1,234.56"), file="invoice_lines.csv", table="invoice_lines", reasons=("amount has a comma",)),
    c("a thousands point or a decimal point", LINES + line("1.234"), file="invoice_lines.csv", table="invoice_lines", reasons=("three decimals",)),
    c("a currency sign", LINES + line("$10"), file="invoice_lines.csv", table="invoice_lines", reasons=("not an amount",)),
    c("not a number", LINES + line("NaN"), file="invoice_lines.csv", table="invoice_lines", reasons=("not an amount",)),
    c("an infinite amount", LINES + line("Infinity"), file="invoice_lines.csv", table="invoice_lines", reasons=("not an amount",)),
    c("an amount in parentheses", LINES + line("(10.00)"), file="invoice_lines.csv", table="invoice_lines", reasons=("not an amount",)),
    c("an amount too large", LINES + line("1" * 25), file="invoice_lines.csv", table="invoice_lines", reasons=("amount is too large",)),
    c("a status nobody knows", LINES + line(status="payed"), file="invoice_lines.csv", table="invoice_lines", reasons=("invoice_status is not one of draft, open",)),
    c("a currency in words", LINES + line().replace(b"USD", b"Dollar"), file="invoice_lines.csv", table="invoice_lines", reasons=("ISO 4217",)),
    c("a date that is none", PERIODS + b"s1,c1,p1,10,USD,soon,\n", file="subscription_periods.csv", table="subscription_periods", reasons=("not a date",)),
    c("half a tier", b"plan_id,tier\np1,1.5\n", file="plans.csv", table="plans", reasons=("not a whole number",)),
    c("a hexadecimal tier", b"plan_id,tier\np1,0x10\n", file="plans.csv", table="plans", reasons=("not a whole number",)),
    c("a maybe", b"subscription_id,customer_id,started_at,cancel_at_period_end\ns,c,2025-01-01,maybe\n", file="subscriptions.csv", table="subscriptions", reasons=("not true or false",)),
    # JSON
    c("a broken JSON line", b'{"customer_id":"c1","created_at":"2025-01-01"}\n{"customer_id":\n', file="customers.jsonl", loaded=1, reasons=("not a JSON object",), lines=(2,)),
    c("a JSON line cut off at the end", b'{"customer_id":"c1","created_at":"2025-01-01"}\n{"custom', file="customers.jsonl", loaded=1, reasons=("not a JSON object",)),
    c("a JSON line that is a list", b'{"customer_id":"c1","created_at":"2025-01-01"}\n[1]\n', file="customers.jsonl", loaded=1, reasons=("required and empty",)),
    c("no JSON lines at all", b"", file="customers.jsonl"),
    c("CSV named jsonl", HEADER + GOOD, file="customers.jsonl", reasons=("not a JSON object", "not a JSON object")),
    c("a JSON number beyond bounds", b'{"line_id":"l","invoice_id":"i","invoice_status":"paid","customer_id":"c","kind":"recurring","amount":1e400,"currency":"USD","issued_at":"2025-01-01"}\n', file="invoice_lines.jsonl", table="invoice_lines", reasons=("amount",)),
    # Parquet types
    c("Parquet: an epoch for an instant", parquet("select 'c1' as customer_id, 1764547200 as created_at"), file="customers.parquet", refused="created_at is integer"),
    c("Parquet: a double for an id", parquet("select 1.0::double as customer_id, now() as created_at"), file="customers.parquet", refused="customer_id is float"),
    c("Parquet: a blob for an id", parquet("select 'x'::blob as customer_id, now() as created_at"), file="customers.parquet", refused="customer_id is other"),
    c("Parquet: dates as text", parquet("select 'c1' as customer_id, '31/12/2025' as created_at"), file="customers.parquet", reasons=("may begin with the day or the month",), lines=(1,)),
    # File names
    c("quotes in the file name", HEADER + GOOD, file="customers 'a' \"b\".csv", loaded=1),
    c("semicolons in the file name", HEADER + GOOD, file="customers; drop table raw.loads;--.csv", loaded=1),
    c("wildcards in the file name", HEADER + GOOD, file="customers*[x]?.csv", loaded=1),
    c("dots that lead upwards", HEADER + GOOD, file="customers..%2F..csv", loaded=1),
    c("a line feed in the file name", HEADER + GOOD, file="customers\n1.csv", loaded=1),
)  # fmt: skip


def test_the_corpus_holds_at_least_sixty_bad_files() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_bad_file_ends_in_a_message_or_in_quarantine(
    case: Case, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / case.file).write_bytes(case.content)

    report = load()

    refused = [file.message for file in report.refused]
    assert bool(refused) == bool(case.refused), refused
    if case.refused:
        assert case.refused in refused[0]
        assert case.file in refused[0]
    assert _count(con, f'select count(*) from raw."{case.table}"') == case.loaded
    found = con.execute(
        "select reason, line_number from raw.quarantine order by line_number"
    ).fetchall()
    assert len(found) == len(case.reasons), found
    for (reason, _), expected in zip(found, case.reasons, strict=True):
        assert expected in reason
    if case.lines:
        assert tuple(number for _, number in found) == case.lines
    assert _unaccounted(con) == 0


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    found = con.execute(query).fetchone()
    assert found is not None
    return int(found[0])


def _unaccounted(con: duckdb.DuckDBPyConnection) -> int:
    return _count(
        con,
        "select count(*) from raw.loads "
        "where rows_read <> rows_loaded + rows_unchanged + rows_quarantined",
    )


def test_the_readme_shows_a_refusal_as_it_is(load: Load, landing: Path) -> None:
    readme = PROJECT_ROOT.joinpath("README.md").read_text(encoding="utf-8")
    (landing / "invoices-2026-11-01.csv").write_text("name,total\nAnn,3\n", encoding="utf-8")

    said = {file.message for file in load(format_name="stripe").refused}

    assert [one for one in said if f"\nrefused: {one}\n" in readme], said
