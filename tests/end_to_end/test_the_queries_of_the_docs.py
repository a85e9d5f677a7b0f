"""Every query that README and docs show runs on what the sample's run leaves, and finds rows where it should."""

import re

import duckdb
import pytest

from tests.documents import Snippet, snippets, spans
from tests.sample import WholeRun

_ATTACHED = re.compile(r"^attach ", re.MULTILINE)
# One is a part of a model: integration/metrics/test_a_metric_is_one_entry.py puts it into one.
QUERIES = [snippet for snippet in snippets("sql") if "{{" not in snippet.text] + [
    Snippet(place, "sql", text) for place, text in spans() if text.startswith("select ")
]
# What nothing was wrong with in the sample.
_MAY_BE_EMPTY = ("ops.deliveries", "mart_invoice_differences", "metric_versions", "mrr is null")


def test_the_documents_show_queries() -> None:
    assert len(QUERIES) > 5


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_query_runs(
    whole_sample: WholeRun, query: Snippet, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = whole_sample.paths
    monkeypatch.chdir(paths.root)
    opened, *attached = _ATTACHED.split(query.text, maxsplit=1)
    of_warehouse = any(f"{schema}." in opened for schema in ("ops", "intermediate"))
    database = paths.warehouse_db if of_warehouse else paths.marts_db
    with duckdb.connect(str(database), read_only=True) as con:
        _all_find_rows(con, opened)
    for text in attached:
        statement, _, queries = text.partition(";")
        with duckdb.connect() as con:
            con.execute(f"attach {statement}")
            _all_find_rows(con, queries)


def _all_find_rows(con: duckdb.DuckDBPyConnection, text: str) -> None:
    for statement in con.extract_statements(text):
        rows = con.execute(statement).fetchall()
        assert rows or any(name in statement.query for name in _MAY_BE_EMPTY), statement.query
