"""The ledger accounts for every row; corrections are versions; runs can be repeated and killed."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import LoadReport, load_source

Load = Callable[..., LoadReport]
HEADER = "customer_id,created_at,name\n"


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_an_unchanged_file_is_not_read_again(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(HEADER + "c1,2025-01-01,Ann\n")
    load()

    again = load()

    assert [(file.outcome, file.rows_read) for file in again.files] == [("unchanged", 0)]
    assert rows(con, "select count(*) from raw.loads") == [(1,)]


def test_a_file_replaced_under_its_name_is_read_again(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    file = landing / "customers.csv"
    file.write_text(HEADER + "c1,2025-01-01,Ann\nc2,2025-01-01,Bob\n")
    load()
    file.write_text(HEADER + "c1,2025-01-01,Anne\nc2,2025-01-01,Bob\n")

    report = load()

    assert [(f.rows_loaded, f.rows_unchanged) for f in report.files] == [(1, 1)]
    assert rows(
        con, "select name from raw.customers where customer_id = 'c1' order by _load_id"
    ) == [
        ("Ann",),
        ("Anne",),
    ]


def test_a_file_put_back_is_read_again_and_brings_the_old_content_as_the_newest(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    file = landing / "customers.csv"
    for name in ("Ann", "Anne", "Ann"):
        file.write_text(HEADER + f"c1,2025-01-01,{name}\n")
        load()

    assert rows(con, "select name from raw.customers order by _load_id") == [
        ("Ann",),
        ("Anne",),
        ("Ann",),
    ]


def test_the_same_key_twice_in_a_file_makes_versions_in_the_order_of_their_own_time(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(
        "customer_id,created_at,name,updated_at\n"
        "c1,2025-01-01,A,2025-03-04\nc1,2025-01-01,A,2025-03-02\n"
        "c1,2025-01-01,B,2025-03-03\nc1,2025-01-01,A,2025-03-01\n"
    )

    report = load()

    assert [(f.rows_loaded, f.rows_unchanged) for f in report.files] == [(3, 1)]
    assert rows(con, "select name, _source_row from raw.customers order by _version_at") == [
        ("A", 5),
        ("B", 4),
        ("A", 2),
    ]


def test_of_two_rows_with_one_key_and_nothing_that_tells_the_newer_neither_is_taken(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(
        HEADER + "c1,2025-01-01,A\nc2,2025-01-01,X\nc1,2025-01-01,B\nc2,2025-01-01,X\n"
    )

    report = load()

    assert [(f.rows_loaded, f.rows_unchanged, f.rows_quarantined) for f in report.files] == [
        (1, 1, 2)
    ]
    assert rows(con, "select line_number from raw.quarantine order by 1") == [(2,), (4,)]
    assert "nothing tells which is the newer" in report.files[0].message


def test_files_of_one_time_are_taken_in_the_natural_order_of_their_names(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    for part in (10, 9, 2):
        file = landing / f"customers-{part}.csv"
        file.write_text(HEADER + f"c1,2025-01-01,part {part}\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))

    load()

    assert rows(con, "select name from raw.customers order by _load_id") == [
        ("part 2",),
        ("part 9",),
        ("part 10",),
    ]


def test_instants_without_a_zone_are_in_the_configured_one(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(HEADER + "c1,2025-01-01 00:30:00,Ann\n")

    load(zone="Europe/Berlin")

    assert rows(con, "select cast(created_at as varchar) from raw.customers") == [
        ("2024-12-31 23:30:00+00",)
    ]


def test_unknown_columns_are_kept_and_reported_once(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    for part in (1, 2):
        (landing / f"customers-{part}.csv").write_text(
            f"customer_id,created_at,shoe size\nc{part},2025-01-01,4{part}\n"
        )

    report = load()

    assert rows(con, "select _extra ->> 'shoe size' from raw.customers order by customer_id") == [
        ("41",),
        ("42",),
    ]
    assert ["shoe size" in file.message for file in report.files] == [True, False]


def test_a_refused_file_leaves_nothing_and_the_others_are_loaded(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers-1.csv").write_text(HEADER + "c1,2025-01-01,Ann\n,2025-01-01,Bob\n")
    (landing / "customers-2.csv").write_text(HEADER + "c2,2025-01-01,Cid\n")

    report = load(limit=0.01)

    assert [file.file_name for file in report.refused] == ["customers-1.csv"]
    assert "customers-1.csv:3" in report.refused[0].message
    assert "customer_id is required and empty" in report.refused[0].message
    assert rows(con, "select customer_id from raw.customers") == [("c2",)]
    assert rows(con, "select count(*) from raw.quarantine") == [(0,)]


def test_a_refusal_says_the_same_the_next_night_wherever_the_file_was_unpacked(
    con: duckdb.DuckDBPyConnection, landing: Path, load: Load
) -> None:
    (landing / "customers.json").write_text("[" * 1000)
    load(format_name="stripe")
    load(format_name="stripe")
    assert rows(
        con, "select count(*), count(*) filter (message ilike '%/ebbline-%') from raw.loads"
    ) == [(1, 0)]


def test_a_refused_file_is_tried_again_and_the_refusal_is_written_once(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(HEADER + "c1,2025-01-01,Ann\n,2025-01-01,Bob\n")
    load(limit=0.01)
    load(limit=0.01)
    assert rows(con, "select count(*) from raw.loads") == [(1,)]

    report = load(limit=0.5)

    assert [(f.outcome, f.rows_loaded, f.rows_quarantined) for f in report.files] == [
        ("loaded", 1, 1)
    ]


DUMP = """
format: dumps
title: Nightly full dumps
source: billing
zone: UTC
deliveries:
  - table: subscriptions
    files: [subs*]
    full_dump: true
    columns: {subscription_id: id, customer_id: customer, started_at: start, status: status}
"""
DUMP_HEADER = "id,customer,start,status\n"


def test_rows_that_vanish_from_a_full_dump_are_marked_deleted_and_may_come_back(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    mapping = tmp_path / "dumps.yml"
    mapping.write_text(DUMP)
    s1, s2 = "s1,c1,2025-01-01,active\n", "s2,c2,2025-01-01,active\n"
    for day, content in (("01", s1 + s2), ("02", s1), ("03", s1 + s2)):
        (landing / f"subs-2025-01-{day}.csv").write_text(DUMP_HEADER + content)
        load("billing", str(mapping))

    assert rows(
        con,
        "select _deleted, _source_file from raw.subscriptions where subscription_id = 's2' "
        "order by _load_id",
    ) == [
        (False, "subs-2025-01-01.csv"),
        (True, "subs-2025-01-02.csv"),
        (False, "subs-2025-01-03.csv"),
    ]


def test_a_row_in_quarantine_has_not_vanished(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    mapping = tmp_path / "dumps.yml"
    mapping.write_text(DUMP)
    (landing / "subs-2025-01-01.csv").write_text(DUMP_HEADER + "s1,c1,2025-01-01,active\n")
    (landing / "subs-2025-01-02.csv").write_text(DUMP_HEADER + "s1,c1,soon,active\n")

    load("billing", str(mapping))

    assert rows(con, "select count(*) from raw.subscriptions where _deleted") == [(0,)]


def test_a_killed_load_leaves_ledger_and_tables_agreeing(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    for part in range(30):
        lines = "".join(f"c{part}_{i},2025-01-01,x\n" for i in range(3000))
        (landing / f"customers-{part}.csv").write_text(HEADER + lines)
    database = tmp_path / "warehouse.duckdb"
    script = textwrap.dedent(
        """
        import sys
        from datetime import UTC, datetime
        import duckdb
        from dagster_project.clock import FixedClock
        from dagster_project.config import Settings
        from dagster_project.exports import ensure_raw_tables, load_source
        con = duckdb.connect(sys.argv[1])
        ensure_raw_tables(con)
        print("ready", flush=True)
        load_source(con, source="billing", format="canonical", path=sys.argv[2],
            settings=Settings.model_validate({"sources": {"billing": {"path": sys.argv[2]}}}),
            clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(database), str(landing)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    try:
        process.wait(timeout=0.7)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    with duckdb.connect(str(database)) as con:
        written = "select coalesce(sum(rows_loaded), 0) from raw.loads"
        assert rows(con, written) == rows(con, "select count(*) from raw.customers")
        _load(con, landing)
        assert rows(con, "select count(*), count(distinct customer_id) from raw.customers") == [
            (90_000, 90_000)
        ]
        assert rows(con, "select count(*) from raw.loads") == [(30,)]


def _load(con: duckdb.DuckDBPyConnection, landing: Path) -> LoadReport:
    return load_source(
        con,
        source="billing",
        format="canonical",
        path=landing,
        settings=Settings.model_validate(
            {
                "sources": {"billing": {"path": str(landing)}},
                "ingest": {"max_quarantined_share": 1},
            }
        ),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
    )


CONTENT = "select customer_id, created_at, name, _deleted from raw.customers order by all"
PLAIN = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GOOD_ROWS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["Ann", 'B "b"', "C,c", "", "D\nd", "Zoë"])),
    max_size=30,
    unique_by=lambda row: row[0],
)


@PLAIN
@given(data=GOOD_ROWS, cuts=st.lists(st.integers(0, 30), max_size=3), twice=st.booleans())
def test_any_split_order_and_repetition_of_the_rows_gives_the_same_table(
    tmp_path_factory: object, data: list[tuple[int, str]], cuts: list[int], twice: bool
) -> None:
    whole, parts = _fresh(tmp_path_factory), _fresh(tmp_path_factory)
    _write(whole / "customers.csv", data)
    edges = [0, *sorted(cuts), len(data)]
    for number, (start, end) in enumerate(pairwise(edges)):
        # A later part stands under an earlier name: order must not matter for distinct keys.
        _write(parts / f"customers-{99 - number}.csv", data[start:end])
    if twice:
        _write(parts / "customers-again.csv", list(reversed(data)))

    with duckdb.connect() as one, duckdb.connect() as many:
        _load(one, whole)
        _load(many, parts)
        _load(many, parts)
        assert rows(one, CONTENT) == rows(many, CONTENT)


@PLAIN
@given(
    lines=st.lists(
        st.sampled_from(
            [
                "c1,2025-01-01,Ann",
                "c2,2025-01-01,Bob",
                "c2,2025-01-01,Bobby",
                ",2025-01-01,no key",
                "c3,31/12/2025,bad date",
                "c4,2025-01-01",
                "c5,2025-01-01,too,many",
                'c6,2025-01-01,"a ""quoted"" name"',
                'c7,2025-01-01,"two\nlines"',
            ]
        ),
        max_size=25,
    )
)
def test_every_row_of_a_dirty_file_is_accounted_for(
    tmp_path_factory: object, lines: list[str]
) -> None:
    landing = _fresh(tmp_path_factory)
    (landing / "customers.csv").write_text(HEADER + "".join(f"{line}\n" for line in lines))

    with duckdb.connect() as con:
        report = _load(con, landing)

        assert report.rows_read == len(lines)
        assert len(lines) == report.rows_loaded + report.rows_unchanged + report.rows_quarantined
        assert rows(con, "select count(*) from raw.customers") == [(report.rows_loaded,)]
        assert rows(con, "select count(*) from raw.quarantine") == [(report.rows_quarantined,)]
        bad = [
            sum(1 + before.count("\n") for before in lines[:i]) + 2
            for i, line in enumerate(lines)
            if line[0] == ","
            or line[:2] in ("c3", "c4", "c5")
            or (line[:2] == "c2" and len({one for one in lines if one[:2] == "c2"}) > 1)
        ]
        assert rows(con, "select line_number from raw.quarantine order by 1") == [(n,) for n in bad]


def _fresh(factory: object) -> Path:
    made: Path = factory.mktemp("landing")  # type: ignore[attr-defined]
    return made


def _write(file: Path, data: list[tuple[int, str]]) -> None:
    quoted = [(key, name.replace('"', '""')) for key, name in data]
    lines = "".join(f'c{key},2025-01-01,"{name}"\n' for key, name in quoted)
    file.write_text(HEADER + lines, encoding="utf-8")


MESSAGES = (
    '{"type":"track","messageId":"m1","userId":"u1","event":"Viewed","timestamp":"2025-01-01"}\n'
    '{"type":"page","messageId":"m2","userId":"u1"}\n'
    "\n"
    '{"type":"page","messageId":"m3","userId":"u1"}\n'
    '{"type":"screen","messageId":"m4","userId":"u1"}\n'
    '{"messageId":"m5"}\n'
    "[1]\n"
    '{"broken\n'
)


def test_rows_that_no_table_takes_are_counted_and_said(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "messages.jsonl").write_text(MESSAGES)

    report = load("usage", "segment")

    assert [(f.table, f.rows_read, f.rows_for_others) for f in report.files] == [("events", 2, 5)]
    assert (
        "not mapped: 5 rows (2 type page, 2 without type, 1 type screen)" in report.files[0].message
    )


def test_every_table_of_a_file_accounts_for_all_its_rows(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "messages.jsonl").write_text(
        MESSAGES + '{"type":"identify","userId":"u1","traits":{"customer_id":"c1"}}\n'
    )

    report = load("usage", "segment")

    counts = rows(
        con, "select table_name, rows_read, rows_for_others from raw.loads order by table_name"
    )
    assert counts == [("events", 2, 6), ("identities", 1, 7)]
    assert [file.table for file in report.files] == ["events", "identities"]
    assert sum("not mapped" in file.message for file in report.files) == 1


def test_a_table_without_a_row_of_the_file_stands_in_the_ledger_only(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "messages.jsonl").write_text(MESSAGES.splitlines(keepends=True)[0])

    first, again = load("usage", "segment"), load("usage", "segment")

    assert rows(con, "select table_name, rows_read from raw.loads order by 1") == [
        ("events", 1),
        ("identities", 0),
    ]
    assert [[file.table for file in report.files] for report in (first, again)] == [
        ["events"],
        ["events"],
    ]


def test_charges_of_nobody_are_counted(landing: Path, load: Load) -> None:
    header = "id,created,customer_id,invoice_id,currency,amount,amount_refunded,status\n"
    (landing / "charges.csv").write_text(
        header + "a,2025-01-01,c,i,usd,1,0,succeeded\nb,2025-01-01,,i,usd,1,0,succeeded\n"
    )

    report = load("billing", "stripe")

    assert [(f.rows_read, f.rows_for_others) for f in report.files] == [(1, 1)]
    assert "not mapped: 1 row without customer_id" in report.files[0].message


def _parquet(file: Path, select: str) -> None:
    duckdb.sql(f"copy ({select}) to '{file}' (format parquet)")


SOUND = (
    "select 'c' || i as customer_id, timestamptz '2025-01-01' as created_at, 'n' || i as name, "
    "i as shoe_size from range(2500) r(i)"
)


def test_a_parquet_file_of_new_rows_is_loaded_like_its_csv_twin(
    tmp_path_factory: object, load: Load
) -> None:
    parquet, text = _fresh(tmp_path_factory), _fresh(tmp_path_factory)
    _parquet(parquet / "customers.parquet", SOUND)
    duckdb.sql(f"copy ({SOUND}) to '{text / 'customers.csv'}' (format csv, header)")

    with duckdb.connect() as one, duckdb.connect() as other:
        told = [_load(con, at).files[0] for con, at in ((one, parquet), (other, text))]

        # A CSV file's first row stands on its second line.
        query = (
            "select * exclude (_source_file, _source_row, _extra), _extra ->> 'shoe_size', "
            "_source_row - {} from raw.customers order by customer_id"
        )
        assert rows(one, query.format(1)) == rows(other, query.format(2))
    assert [(f.rows_read, f.rows_loaded, f.message) for f in told] == [
        (2500, 2500, "columns kept in _extra: shoe_size")
    ] * 2


def test_a_parquet_file_with_faults_repeated_and_known_keys_is_accounted_for(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _parquet(landing / "customers-1.parquet", SOUND)
    _parquet(
        landing / "customers-2.parquet",
        f"select * from ({SOUND} limit 10) union all select null, now(), 'no key', 1",
    )
    _parquet(
        landing / "customers-3.parquet",
        "select 'c1' as customer_id, timestamptz '2025-01-01' as created_at, 'new' as name "
        "union all select 'x', timestamptz '2025-01-01', 'x' union all select 'x', now(), 'y'",
    )

    report = load()

    assert [
        (f.rows_read, f.rows_loaded, f.rows_unchanged, f.rows_quarantined) for f in report.files
    ] == [(2500, 2500, 0, 0), (11, 0, 10, 1), (3, 1, 0, 2)]
    assert rows(con, "select line_number, reason from raw.quarantine order by load_id limit 1") == [
        (11, "customer_id is required and empty")
    ]
    assert rows(con, "select count(*) from raw.customers") == [(2501,)]


def test_empty_lines_count_towards_the_line_of_a_row(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(
        "\n" + HEADER + "\nc1,2025-01-01,A\n\n\nc2,2025-01-01\nc3,2025-01-01,B\n\nc4,x,B\n"
    )
    load()

    assert rows(con, "select customer_id, _source_row from raw.customers order by 1") == [
        ("c1", 4),
        ("c3", 8),
    ]
    assert rows(con, "select line_number from raw.quarantine order by 1") == [(7,), (10,)]


def test_empty_lines_inside_a_value_are_part_of_it(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers.csv").write_text(
        HEADER + '\nc1,2025-01-01,"two\n\nlines"\n\nc2,2025-01-01,A\n'
    )
    load()

    assert rows(con, "select customer_id, _source_row from raw.customers order by 1") == [
        ("c1", 3),
        ("c2", 7),
    ]


def test_a_broken_record_is_accounted_for_where_records_hold_others(
    tmp_path: Path, landing: Path, load: Load
) -> None:
    mapping = tmp_path / "own.yml"
    mapping.write_text(
        "format: own\ntitle: Own\nsource: billing\ndeliveries:\n"
        "  - {table: plans, files: [x*], unnest: items, columns: {plan_id: item.id}}\n"
    )
    (landing / "x.jsonl").write_text('{"items":[{"id":"a"},{"id":"b"}]}\n{"broken\n{"items":[]}\n')

    report = load("billing", str(mapping))

    assert [(f.rows_read, f.rows_loaded, f.rows_quarantined) for f in report.files] == [(3, 2, 1)]
