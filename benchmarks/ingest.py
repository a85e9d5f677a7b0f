"""Ingest against DuckDB itself: ``load_source`` beside ``CREATE TABLE AS SELECT * FROM read_...``.

Makes canonical invoice lines and events of the sizes asked for, loads each once with plain DuckDB and
once with ebbline, each in a process of its own, and prints seconds, their ratio, the ratio of the
processor time (which other work on the machine disturbs less) and peak memory.

    python benchmarks/ingest.py                                       # small
    python benchmarks/ingest.py --lines 5000000 --events 20000000     # the sizes that are promised
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

MEMORY_LIMIT = "1200MB"

_LINES = """
select 'il_' || i as line_id, 'in_' || (i // 3) as invoice_id,
    case i % 50 when 0 then 'open' else 'paid' end as invoice_status,
    'cus_' || (i % 200000) as customer_id, 'sub_' || (i % 210000) as subscription_id,
    'price_' || (i % 40) as plan_id, 'recurring' as kind, 1 + i % 9 as quantity,
    cast((i * 37 % 90000) as decimal(18,2)) / 100 as amount, 'USD' as currency,
    timestamptz '2023-01-01 00:00:00+00' + to_minutes(i % 1300000) as period_start_at,
    timestamptz '2023-02-01 00:00:00+00' + to_minutes(i % 1300000) as period_end_at,
    false as is_proration,
    timestamptz '2023-01-01 00:00:00+00' + to_minutes(i % 1300000) as issued_at,
    timestamptz '2023-01-02 00:00:00+00' + to_minutes(i % 1300000) as paid_at
from range(?) as r(i)
"""
_EVENTS = """
select 'evt_' || md5(cast(i as varchar)) as event_id, 'cus_' || (i % 200000) as customer_id,
    'usr_' || (i % 700000) as user_id, 'event ' || (i % 17) as event_name,
    timestamptz '2024-01-01 00:00:00+00' + to_seconds(i * 3) as occurred_at,
    'ses_' || (i // 20) as session_id, 'feature ' || (i % 9) as feature
from range(?) as r(i)
"""


def main() -> None:
    """Run every case and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(_measure(json.loads(arguments.case))))
        return
    print(
        f"{'case':<24}{'rows':>12}{'ctas s':>9}{'ingest s':>10}{'ratio':>7}{'cpu ratio':>11}{'peak MiB':>10}"
    )
    for table, source, query, rows in (
        ("invoice_lines", "billing", _LINES, arguments.lines),
        ("events", "usage", _EVENTS, arguments.events),
    ):
        for form in ("csv", "parquet"):
            with TemporaryDirectory(prefix="ebbline-bench-") as folder:
                file = Path(folder, "landing", f"{table}.{form}")
                file.parent.mkdir()
                option = "format csv, header" if form == "csv" else "format parquet"
                con = duckdb.connect()
                con.execute("set memory_limit = '1GB'")
                con.execute(f"copy ({query.replace('?', str(rows))}) to '{file}' ({option})")
                con.close()
                case = {"file": str(file), "source": source, "threads": arguments.threads}
                plain = _in_process({**case, "how": "ctas"})
                ours = _in_process({**case, "how": "ingest"})
                assert ours["rows"] == rows == plain["rows"]
                print(
                    f"{table + ' ' + form:<24}{rows:>12,}{plain['seconds']:>9.2f}"
                    f"{ours['seconds']:>10.2f}{ours['seconds'] / plain['seconds']:>7.2f}"
                    f"{ours['cpu'] / plain['cpu']:>11.2f}"
                    f"{ours['peak_mib']:>10.0f}",
                    flush=True,
                )


def _in_process(case: dict[str, object]) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--case", json.dumps(case)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _measure(case: dict[str, object]) -> dict[str, float]:
    from dagster_project.clock import FixedClock
    from dagster_project.config import Settings
    from dagster_project.exports import ensure_raw_tables, load_source

    file = Path(str(case["file"]))
    database = file.parent.parent / f"{case['how']}.duckdb"
    con = duckdb.connect(str(database))
    con.execute(f"set threads = {int(str(case['threads']))}")
    con.execute("set memory_limit = ?", [MEMORY_LIMIT])
    con.execute("set temp_directory = ?", [str(file.parent.parent / "spill")])
    con.execute("set timezone = 'UTC'")
    if case["how"] == "ctas":
        reader = f"read_{file.suffix[1:]}"
        begun, cpu = time.monotonic(), time.process_time()
        con.execute(f"create table loaded as select * from {reader}('{file}')")
        con.execute("checkpoint")
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        counted = con.execute("select count(*) from loaded").fetchone()
    else:
        settings = Settings.model_validate({"sources": {"billing": {"path": str(file.parent)}}})
        ensure_raw_tables(con)
        begun, cpu = time.monotonic(), time.process_time()
        load_source(
            con,
            source=str(case["source"]),
            format="canonical",
            path=file.parent,
            settings=settings,
            clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        )
        con.execute("checkpoint")
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        counted = con.execute(f"select count(*) from raw.{file.stem}").fetchone()
    assert counted is not None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": cpu, "rows": counted[0], "peak_mib": peak}


if __name__ == "__main__":
    main()
