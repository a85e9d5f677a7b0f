"""DuckDB looks partners up by a key; where a condition gives it none, it compares every row with every other.

That is no different on a sample, and never ends on a company. An inner join keeps its keys whatever else is asked; an
outer one loses them to a condition that speaks of one side alone, or that has an `or` in it.
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from tests.sample import WholeRun


def _joins_without_a_key(plan: dict[str, Any]) -> Iterator[str]:
    said = plan["extra_info"]
    condition = str(said.get("Condition", ""))
    if plan["name"] == "BLOCKWISE_NL_JOIN" and said["Join Type"] != "INNER" and "=" in condition:
        yield condition
    for part in plan["children"]:
        yield from _joins_without_a_key(part)


def _found(con: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    (_, plans), *_ = con.execute(f"explain (format json) {query}").fetchall()
    return [found for plan in json.loads(plans) for found in _joins_without_a_key(plan)]


def test_no_model_compares_every_row_with_every_other(whole_sample: WholeRun) -> None:
    results = json.loads(
        (whole_sample.paths.dbt_target / "run" / "run_results.json").read_text(encoding="utf-8")
    )["results"]
    queries = {
        result["unique_id"].rpartition(".")[2]: result["compiled_code"]
        for result in results
        if result["unique_id"].startswith("model.")
    }
    with duckdb.connect(str(whole_sample.paths.warehouse_db), read_only=True) as con:
        found = {name: _found(con, query) for name, query in queries.items()}
    assert len(found) > 150
    assert {name: conditions for name, conditions in found.items() if conditions} == {}


def test_such_a_join_is_found() -> None:
    with duckdb.connect() as con:
        con.execute("create table days as select 1 as one, 2 as other from range(3000)")
        query = (
            "select * from days left join days as later on days.one = later.one and days.other = 2"
        )
        assert _found(con, query)
