"""Transform at size: dbt beside a plain DuckDB load of the same files, and a night beside a full run.

Makes a company with the simulator (kept under ``benchmarks/data``, so that the next run need not), loads
its files with plain DuckDB and with ebbline, runs dbt over all of it, then gives it one more day (that
day's events, invoice lines and tickets, a few changed invoices) and runs dbt again. Every step is a
process of its own; seconds of the clock and of the processor, and peak memory, are those of the process.

    python benchmarks/transform.py                                          # small
    python benchmarks/transform.py --customers 200000 --accounts 670000 --events 50000000
    python benchmarks/transform.py --models                                 # and the slowest models

``--accounts`` folds that many simulated accounts onto the customers, so that one has several subscriptions:
670,000 accounts are the 7 million invoice lines of a company ten times as busy.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import rmtree

import duckdb

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "benchmarks" / "data"
DBT = ROOT / "dbt"
UNTIL = date(2026, 10, 31)
NIGHT = UNTIL + timedelta(days=1)
LOAD_MEMORY_LIMIT = "1200MB"
SHOWN_MODELS = 15
# Seeds and models, as `dbt run` after `dbt seed`: tests are measured apart.
MODELS_ONLY = ("--resource-type", "seed", "--resource-type", "model")

# The last day of each table again, a day later and under new keys.
_NEXT_DAY = {
    "events": ("usage", "event_id", "occurred_at"),
    "invoice_lines": ("billing", "line_id", "issued_at"),
    "tickets": ("support", "ticket_id", "created_at"),
}
_CHANGED_INVOICES = """
select * replace ('paid' as invoice_status, timestamptz '2026-11-01 09:00:00+00' as paid_at)
from files
where invoice_id in (select invoice_id from files where invoice_status = 'open'
    order by issued_at desc, invoice_id limit 200)
"""


@dataclass(frozen=True)
class Measured:
    """One step: seconds of the clock and of the processor, peak memory in MiB."""

    seconds: float
    cpu: float
    peak_mib: float


def main() -> None:
    """Run every step and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_a_company(parser)
    parser.add_argument(
        "--tests", action="store_true", help="also measure dbt build, with its tests"
    )
    parser.add_argument(
        "--models", action="store_true", help="print the slowest models of each dbt run"
    )
    parser.add_argument("--csv", action="store_true", help="also load the same rows from CSV files")
    parser.add_argument(
        "--keep-loaded", action="store_true", help="begin from the last run's loaded files"
    )
    parser.add_argument("--step", choices=["plain", "csv", "load", "night"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = folder_of(arguments)
    if arguments.step:
        show(json.dumps(_load(folder, arguments.step)))
        return
    simulated(folder, arguments)
    show(f"load of the machine before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    show(f"rows: {json.dumps(_rows(folder))}")
    show(f"{'step':<28}{'seconds':>9}{'cpu s':>9}{'peak MiB':>10}   ratio")
    for name, measured, ratio in _steps(folder, arguments):
        show(
            f"{name:<28}{measured.seconds:>9.1f}{measured.cpu:>9.1f}{measured.peak_mib:>10.0f}   {ratio}"
        )


def ask_for_a_company(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say how large the simulated company is."""
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--accounts", type=int, help="default: one a customer")
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--months", type=int, default=36)


def folder_of(arguments: argparse.Namespace) -> Path:
    """Return where such a company's files are kept."""
    arguments.accounts = arguments.accounts or arguments.customers
    size = (arguments.customers, arguments.accounts, arguments.events, arguments.months)
    return DATA / "-".join(("transform", *map(str, size)))


def _steps(folder: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, Measured, str]]:
    work = folder / "work"
    loaded, warehouse = work / "loaded.duckdb", work / "warehouse.duckdb"
    if not (arguments.keep_loaded and loaded.exists()):
        rmtree(work, ignore_errors=True)
        work.mkdir()
        plain = loaded_by(arguments, "plain")
        (work / "plain.json").write_text(json.dumps(vars(plain)))
        yield "plain DuckDB load", plain, ""
        ours = loaded_by(arguments, "load")
        warehouse.rename(loaded)
        yield "ebbline load_source", ours, f"{_ratio(ours, plain)} of the plain load"
    plain = Measured(**json.loads((work / "plain.json").read_text()))
    if arguments.csv:
        as_csv = loaded_by(arguments, "csv")
        yield "plain DuckDB load, CSV", as_csv, f"{_ratio(as_csv, plain)} of the plain load"
    subprocess.run(["cp", "--reflink=auto", str(loaded), str(warehouse)], check=True)
    full = run_dbt(work, UNTIL, *MODELS_ONLY, "--full-refresh")
    compared = f"{_ratio(full, plain)} of the plain load"
    if arguments.csv:
        compared += f", {_ratio(full, as_csv)} of that from CSV"
    yield "dbt models, full", full, compared
    yield from _slowest(work, arguments)
    more = loaded_by(arguments, "night")
    yield "ebbline load_source, a night", more, ""
    night = run_dbt(work, NIGHT, *MODELS_ONLY)
    yield "dbt models, a night", night, f"{_ratio(night, full)} of the full run"
    yield from _slowest(work, arguments)
    if arguments.tests:
        build = run_dbt(work, NIGHT, "--exclude-resource-type", "unit_test")
        yield "dbt build with tests, night", build, f"{_ratio(build, full)} of the full run"


def _ratio(one: Measured, other: Measured) -> str:
    return f"{one.seconds / other.seconds:.2f} (cpu {one.cpu / other.cpu:.2f})"


def _slowest(work: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, Measured, str]]:
    if not arguments.models:
        return
    results = json.loads((work / "dbt_target" / "run_results.json").read_text())["results"]
    results.sort(key=lambda result: -float(result["execution_time"]))
    for result in results[:SHOWN_MODELS]:
        model = result["unique_id"].rsplit(".", 1)[-1]
        yield "  " + model[:26], Measured(result["execution_time"], 0, 0), model


def loaded_by(arguments: argparse.Namespace, step: str) -> Measured:
    """Run one loading step in a process of its own."""
    command = [
        sys.executable, str(Path(__file__).resolve()), "--step", step,
        "--customers", str(arguments.customers), "--accounts", str(arguments.accounts),
        "--events", str(arguments.events), "--months", str(arguments.months),
    ]  # fmt: skip
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def run_dbt(work: Path, until: date, *options: str) -> Measured:
    """Run `dbt build` on the warehouse in ``work``."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("dbt")), *dbt_arguments(work, until, *options)],
        env={**os.environ, "EBBLINE_WAREHOUSE_DB": str(work / "warehouse.duckdb")},
        stdout=(work / "dbt.log").open("w"),
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit((work / "dbt.log").read_text()[-4000:])
    return Measured(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def dbt_arguments(work: Path, until: date, *options: str) -> list[str]:
    """Return the arguments of `dbt build` for the company in ``work``."""
    variables = {
        "until": until.isoformat(),
        "recurring_from": "invoice_lines",
        "currency_rates": [
            {"currency": currency, "valid_from": None, "rate": rate}
            for currency, rate in (("USD", "1"), ("EUR", "1.08"), ("GBP", "1.27"))
        ],
    }
    return [
        "build", *options,
        "--project-dir", str(DBT), "--profiles-dir", str(DBT),
        "--target-path", str(work / "dbt_target"), "--log-path", str(work / "dbt_logs"),
        "--vars", json.dumps(variables),
    ]  # fmt: skip


def simulated(folder: Path, arguments: argparse.Namespace) -> None:
    """Make the company's files, unless an earlier run did."""
    if (folder / "ebbline.yml").exists():
        return
    from dagster_project import simulate

    rmtree(folder, ignore_errors=True)
    making = folder.with_name(f"{folder.name}.making")
    rmtree(making, ignore_errors=True)
    simulate.run(
        arguments.accounts, arguments.months, 20261031, "canonical", making,
        file_format="parquet", shape="invoice_lines", events=arguments.events, end=UNTIL,
    )  # fmt: skip
    if arguments.accounts > arguments.customers:
        _fold(making, arguments.customers)
    making.rename(folder)


def _fold(folder: Path, customers: int) -> None:
    """Rewrite every file so that account n belongs to customer n modulo ``customers``."""
    number = "cast(substr(customer_id, 5) as bigint)"
    folded = f"printf('cus_%06d', 1 + ({number} - 1) % {customers})"
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("set memory_limit = '1GB'")
        con.execute("set preserve_insertion_order = false")
        for (_, table), files in _files(folder).items():
            for file in files:
                con.execute("create or replace view files as " + _reading([file]))
                columns = con.execute("select column_name from (describe files)").fetchall()
                if ("customer_id",) not in columns:
                    continue
                kept = f"where {number} <= {customers}" if table == "customers" else ""
                rewritten = Path(file).with_suffix(".folded")
                con.execute(
                    f"copy (select * replace ({folded} as customer_id) from files {kept})"
                    f" to '{rewritten}' (format parquet)"
                )
                rewritten.rename(file)


def _files(folder: Path) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted(folder.glob("*/*.parquet")):
        if file.parent.name in {"billing", "support", "usage"}:
            found.setdefault((file.parent.name, file.stem.split("-")[0]), []).append(str(file))
    return found


def _rows(folder: Path) -> dict[str, int]:
    with duckdb.connect() as con:
        return {
            table: int(con.read_parquet(files).count("*").fetchall()[0][0])
            for (_, table), files in _files(folder).items()
        }


def _load(folder: Path, step: str) -> dict[str, float]:
    """Run one loading step; its figures leave out the start of Python and the making of files."""
    work = folder / "work"
    is_plain = step in {"plain", "csv"}
    database = work / ("plain.duckdb" if is_plain else "warehouse.duckdb")
    if step == "night":
        _make_night(folder, work / "night")
    if step == "csv":
        _make_csv(folder, work / "csv")
    con = duckdb.connect(str(database))
    con.execute("set threads = 2")
    con.execute("set memory_limit = ?", [LOAD_MEMORY_LIMIT])
    con.execute("set temp_directory = ?", [str(work / "spill")])
    con.execute("set timezone = 'UTC'")
    begun, cpu = time.monotonic(), time.process_time()
    if is_plain:
        for (_, table), files in _files(folder).items():
            query = f'create table "{table}" as select * from read_parquet(?)'
            con.execute(query + (" limit 0" if step == "csv" else ""), [files])
            # There are such files in the step of that name only.
            for file in sorted((work / "csv").glob(f"{table}-*.csv")):
                con.execute(f"copy \"{table}\" from '{file}' (header)")
    else:
        _load_with_ebbline(con, folder if step == "load" else work / "night")
    con.execute("checkpoint")
    seconds, used = time.monotonic() - begun, time.process_time() - cpu
    con.close()
    if is_plain:
        database.unlink()
        rmtree(work / "csv", ignore_errors=True)
    from resource import RUSAGE_SELF, getrusage

    return {"seconds": seconds, "cpu": used, "peak_mib": getrusage(RUSAGE_SELF).ru_maxrss / 1024}


def _load_with_ebbline(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    from dagster_project.clock import FixedClock
    from dagster_project.config import Settings
    from dagster_project.exports import ensure_raw_tables, load_source

    settings = Settings.model_validate({"sources": {"billing": {"path": str(folder / "billing")}}})
    clock = FixedClock(datetime(2026, 11, 2, 3, tzinfo=UTC))
    ensure_raw_tables(con)
    for source in ("billing", "support", "usage"):
        load_source(
            con, source=source, format="canonical", path=folder / source,
            settings=settings, clock=clock,
        )  # fmt: skip


def _make_night(folder: Path, night: Path) -> None:
    files = _files(folder)
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("set memory_limit = '1GB'")
        for table, (source, key, instant) in _NEXT_DAY.items():
            (night / source).mkdir(parents=True, exist_ok=True)
            con.execute("create or replace view files as " + _reading(files[source, table]))
            moved = ", ".join(
                f'"{name}" + interval 1 day as "{name}"'
                for name, kind in con.execute(
                    "select column_name, column_type from (describe files)"
                ).fetchall()
                if kind == "TIMESTAMP WITH TIME ZONE"
            )
            query = (
                f"select * replace ('next_' || {key} as {key}, {moved}) from files"
                f" where {instant} >= timestamptz '{UNTIL.isoformat()} 00:00:00+00'"
            )
            if table == "invoice_lines":
                query += " union all by name " + _CHANGED_INVOICES
            target = night / source / f"{table}-{NIGHT.isoformat()}.parquet"
            con.execute(f"copy ({query}) to '{target}' (format parquet)")


def _make_csv(folder: Path, target: Path) -> None:
    target.mkdir()
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("set memory_limit = '1GB'")
        for (_, table), files in _files(folder).items():
            for number, file in enumerate(files):
                con.execute(
                    f"copy ({_reading([file])}) to '{target / f'{table}-{number}.csv'}' (header)"
                )


def _reading(files: list[str]) -> str:
    listed = ", ".join(f"'{file}'" for file in files)
    return f"select * from read_parquet([{listed}])"


def show(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
