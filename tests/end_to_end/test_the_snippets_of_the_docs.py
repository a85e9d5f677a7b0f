"""Every Python snippet that README and docs show runs as it stands, beside the marts of the sample."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.locations import PROJECT_ROOT
from tests.documents import Snippet, not_run, snippets
from tests.sample import WholeRun

# Run where there is what they need: a server, and what a command before them made.
ELSEWHERE = {
    "docs/serve.md": "tests/integration/server/test_clients_can_only_read.py",
    "docs/validation.md": "tests/deep/test_every_command_of_the_documents.py",
}
PYTHON = [
    snippet for snippet in snippets("python") if not any(map(not_run, snippet.text.splitlines()))
]
RUN_HERE = [snippet for snippet in PYTHON if snippet.page not in ELSEWHERE]
# What a snippet leaves under one of these names has rows.
_FETCHED = (
    "\nassert all(len(found) for name, found in globals().items() if name in ('months', 'table'))\n"
)
# The files of the two data sets that are shown, as far as the snippets read them.
PURCHASES = """customer date amount dollars
 00001 19970101  1   11.77
 00002 19970112  5   77.00
 00001 19970113  2   20.76
"""
TRANSACTIONS = """
select 900 as household_id, 10 as basket_id, 1.39 as sales_value, 1.0 as quantity,
    timestamp '2017-01-01 11:53:26' as transaction_timestamp
union all select 900, 10, 0.50, 2.0, timestamp '2017-01-01 11:53:26'
union all select 901, 11, 3.00, 1.0, timestamp '2017-01-02 09:00:00'
"""


@pytest.fixture(scope="module")
def reader(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the published marts, and with what the snippets read."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "marts.duckdb").symlink_to(whole_sample.paths.marts_db)
    file = folder / "lifetimes" / "datasets" / "CDNOW_master.txt"
    file.parent.mkdir(parents=True)
    file.write_text(PURCHASES, encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(f"copy ({TRANSACTIONS}) to '{folder / 'transactions.parquet'}'")
        con.execute(
            "copy (select 900 as household_id, '35-49K' as income)"
            f" to '{folder / 'demographics.parquet'}'"
        )
    return folder


def run_in(folder: Path, snippet: Snippet) -> None:
    """Run the snippet in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", snippet.text + _FETCHED],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("snippet", RUN_HERE, ids=str)
def test_a_snippet_runs(reader: Path, snippet: Snippet) -> None:
    run_in(reader, snippet)


@pytest.mark.parametrize(
    ("dataset", "orders", "customers"),
    [
        (
            "CDNOW_master.txt",
            {("00001", "1997-01-01", "11.77"), ("00002", "1997-01-12", "77.00"), ("00001", "1997-01-13", "20.76")},
            {"00001", "00002"},
        ),
        (
            "transactions.parquet",
            {("900", "2017-01-01 11:53:26", "1.89"), ("901", "2017-01-02 09:00:00", "3.00")},
            {"900", "901"},
        ),
    ],
)  # fmt: skip
def test_purchases_become_orders_and_customers(
    reader: Path, dataset: str, orders: set[tuple[str, ...]], customers: set[str]
) -> None:
    (snippet,) = [snippet for snippet in RUN_HERE if dataset in snippet.text]
    run_in(reader, snippet)
    with duckdb.connect() as con:
        written = con.execute(
            "select customer_id, ordered_at, amount"
            f" from read_csv('{reader / 'orders.csv'}', all_varchar = true) where currency = 'USD'"
        ).fetchall()
        known = con.execute(
            "select customer_id"
            f" from read_csv('{reader / 'customers.csv'}', all_varchar = true) where created_at <> ''"
        ).fetchall()
    assert (set(written), {name for (name,) in known}) == (orders, customers)


@pytest.mark.parametrize("page", ELSEWHERE)
def test_what_is_run_elsewhere_is_shown_and_run_there(page: str) -> None:
    assert page in {snippet.page for snippet in PYTHON}
    assert page in (PROJECT_ROOT / ELSEWHERE[page]).read_text(encoding="utf-8")
