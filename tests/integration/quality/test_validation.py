"""How a validation behaves around its expectations: what it reads, shows, leaves and refuses."""

import hashlib
import shutil
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.locations import EXPECTATIONS
from dagster_project.quality import CheckResult, SuiteError, ValidationReport, validate
from dagster_project.quality.__main__ import main
from dagster_project.quality.suites import read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths


def _fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _change(paths: WarehousePaths, sql: str) -> None:
    with open_warehouse(paths) as con:
        con.execute(sql)


def _result(report: ValidationReport, table: str, name: str) -> CheckResult:
    return next(r for r in report.results if (r.spec.table, r.spec.name) == (table, name))


def test_a_validation_lets_go_of_the_database(warehouse: WarehousePaths) -> None:
    validate(warehouse, "raw", tables=["customers"])
    # A reader left open in this process would refuse a writer here.
    _change(warehouse, "create table ops.written (n integer)")


def test_a_validation_changes_nothing_in_the_database(warehouse: WarehousePaths) -> None:
    before = warehouse.warehouse_db.read_bytes()
    validate(warehouse, "raw", tables=["customers"])
    assert warehouse.warehouse_db.read_bytes() == before


def test_a_validation_never_writes_into_the_committed_folder(warehouse: WarehousePaths) -> None:
    before = _fingerprint(EXPECTATIONS)
    validate(warehouse, "marts", tables=["dim_segments"])
    assert _fingerprint(EXPECTATIONS) == before


def test_of_a_table_of_which_nothing_was_ever_read_only_what_people_wrote_is_asked(
    warehouse: WarehousePaths,
) -> None:
    _change(warehouse, "delete from raw.customers; delete from raw.loads")
    report = validate(warehouse, "raw", tables=["customers"])
    assert [r.spec.name for r in report.results if not r.passed] == ["there_are_customers"]
    assert _result(report, "customers", "rows_loaded_are_here").observed == "no row"


def test_an_emptied_table_is_asked_everything(warehouse: WarehousePaths) -> None:
    _change(warehouse, "delete from raw.customers")
    report = validate(warehouse, "raw", tables=["customers"])
    assert not _result(report, "customers", "rows_loaded_are_here").passed


def test_data_docs_have_a_front_page_and_one_per_suite(warehouse: WarehousePaths) -> None:
    report = validate(warehouse, "raw", tables=["customers", "plans"])
    pages = {result.docs_page for result in report.results}
    assert report.docs_index == (warehouse.data_docs / "index.html").resolve()
    assert len(pages) == 2
    assert all(page is not None and page.is_file() for page in pages)


def test_data_docs_keep_the_pages_of_the_other_stage(warehouse: WarehousePaths) -> None:
    validate(warehouse, "raw", tables=["customers"])
    report = validate(warehouse, "marts", tables=["dim_segments"])
    assert report.docs_index is not None
    assert "raw__customers" in report.docs_index.read_text(encoding="utf-8")


def test_data_docs_show_the_last_run_only(warehouse: WarehousePaths) -> None:
    validate(warehouse, "raw", tables=["customers"])
    validate(warehouse, "raw", tables=["customers"])
    assert len(list((warehouse.data_docs / "validations" / "raw__customers").rglob("*.html"))) == 1


def test_personal_columns_are_never_shown(warehouse: WarehousePaths) -> None:
    _change(warehouse, "update raw.customers set _loaded_at = null")
    report = validate(warehouse, "raw", tables=["customers", "ratings"])
    shown = repr(report) + "".join(
        file.read_text(encoding="utf-8") for file in warehouse.root.rglob("*.html")
    )
    assert report.critical_failures
    assert ("example.org" in shown, "Customer c1" in shown, "thank you, Eve" in shown) == (
        False,
    ) * 3


def test_at_most_twenty_failing_rows_are_shown(warehouse: WarehousePaths) -> None:
    _change(
        warehouse,
        "insert into raw.plans by name select * exclude (n) replace (-1 as unit_amount) "
        "from (select * from raw.plans limit 1), range(50) as numbers (n)",
    )
    result = _result(
        validate(warehouse, "raw", tables=["plans"]), "plans", "prices_are_not_negative"
    )
    assert (len(result.failing_rows), result.observed) == (20, "broken by 50 of 52 rows")


def test_an_empty_column_breaks_nothing(warehouse: WarehousePaths) -> None:
    _change(warehouse, "delete from raw.plans")
    result = _result(
        validate(warehouse, "raw", tables=["plans"]), "plans", "prices_are_not_negative"
    )
    assert (result.passed, result.observed) == (True, "no value to look at")


def test_failing_rows_come_in_the_order_of_their_keys(warehouse: WarehousePaths) -> None:
    _change(
        warehouse,
        "insert into raw.plans by name select * exclude (n) replace (-1 as unit_amount, "
        "format('q{:02d}', (n * 7) % 50) as plan_id) "
        "from (select * from raw.plans limit 1), range(50) as numbers (n)",
    )
    result = _result(
        validate(warehouse, "raw", tables=["plans"]), "plans", "prices_are_not_negative"
    )
    assert [row["plan_id"] for row in result.failing_rows] == [f"q{n:02d}" for n in range(20)]


def test_a_failing_row_names_its_key(warehouse: WarehousePaths) -> None:
    _change(warehouse, "update raw.plans set unit_amount = -1 where plan_id = 'p2'")
    result = _result(
        validate(warehouse, "raw", tables=["plans"]), "plans", "prices_are_not_negative"
    )
    assert [row["plan_id"] for row in result.failing_rows] == ["p2"]


def test_a_missing_table_fails_what_guards_it(warehouse: WarehousePaths) -> None:
    _change(warehouse, "drop table marts.metrics")
    report = validate(warehouse, "marts", tables=["metrics", "dim_segments"])
    assert {r.spec.table for r in report.critical_failures} == {"metrics"}
    assert "marts.metrics does not exist" in report.critical_failures[0].message


def test_a_query_that_cannot_run_is_a_failure_in_words(warehouse: WarehousePaths) -> None:
    _change(warehouse, "alter table marts.mart_benchmarks drop column retention_rate")
    result = _result(
        validate(warehouse, "marts", tables=["mart_benchmarks"]),
        "mart_benchmarks",
        "retention_follows_from_the_counts",
    )
    assert not result.passed
    assert "could not be evaluated" in result.observed


def test_before_the_first_publication_nothing_is_compared_with_it(
    warehouse: WarehousePaths,
) -> None:
    _change(warehouse, "drop table ops.publications")
    result = _result(
        validate(warehouse, "marts", tables=["metrics"]),
        "metrics",
        "row_count_is_near_the_last_publication",
    )
    assert (result.passed, result.observed) == (True, "nothing to compare with")


def test_exports_that_hold_nothing_are_not_refused(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with open_warehouse(paths) as con:
        ensure_raw_tables(con)
    assert validate(paths, "raw").critical_failures == ()


def test_customers_without_a_plan_are_not_refused_where_there_is_no_plan(
    warehouse: WarehousePaths,
) -> None:
    # In SQL, NULL is "not in" a list that is empty.
    _change(warehouse, "delete from marts.dim_plans; update marts.dim_customers set plan_id = null")
    report = validate(warehouse, "marts", tables=["dim_customers"])
    assert _result(report, "dim_customers", "plans_are_known").passed


def test_a_line_that_the_newest_load_took_away_takes_nothing_back(
    warehouse: WarehousePaths,
) -> None:
    # As after a full dump without it: its older version counts no more, and no row of staging is as new.
    _change(
        warehouse,
        """
        insert into raw.orders
        select * replace ('b' as line_id, -amount as amount) from raw.orders where order_id = 'o1';
        insert into raw.orders
        select * replace (999 as _load_id, true as _deleted) from raw.orders where line_id = 'b'
        """,
    )
    assert validate(warehouse, "marts", tables=["fct_purchase_lines"]).critical_failures == ()


def test_only_the_tables_asked_for_are_checked(warehouse: WarehousePaths) -> None:
    report = validate(warehouse, "raw", tables=["plans"])
    assert {result.spec.table for result in report.results} == {"plans"}


def test_a_table_without_a_suite_is_named(warehouse: WarehousePaths) -> None:
    with pytest.raises(SuiteError, match="without a suite") as refused:
        validate(warehouse, "raw", tables=["hats"])
    assert refused.value.evidence == ("hats",)


def test_a_suite_added_as_a_file_is_run(warehouse: WarehousePaths, tmp_path: Path) -> None:
    folder = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, folder)
    (folder / "raw" / "loads.yml").write_text(
        """
        key: [load_id]
        checks:
          loads_have_a_message:
            description: Every load has something to say.
            severity: warning
            sql: select load_id from {batch} where message is null
        """,
        encoding="utf-8",
    )
    report = validate(warehouse, "raw", tables=["loads"], suites=read_suites(folder))
    assert [r.spec.name for r in report.warnings] == ["loads_have_a_message"]


def test_an_open_reader_elsewhere_is_no_obstacle(warehouse: WarehousePaths) -> None:
    with open_warehouse(warehouse, read_only=True):
        assert validate(warehouse, "raw", tables=["plans"]).critical_failures == ()


def test_great_expectations_itself_opens_the_context(
    warehouse: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations as gx

    folder = tmp_path / "opened"
    main("context", folder)
    monkeypatch.setenv("EBBLINE_WAREHOUSE_DB", str(warehouse.warehouse_db))
    context = gx.get_context(mode="file", context_root_dir=folder)
    assert {s.name for s in context.suites.all()} == {s.name for s in read_suites()}
    assert {c.name for c in context.checkpoints.all()} == {"raw", "marts"}


def test_it_is_found_from_the_root_of_a_project_under_the_name_that_it_looks_for(
    warehouse: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations as gx

    # `project_root_dir` makes GX look for a folder called gx, and make an empty one where none is.
    main("context", tmp_path / "project" / "gx")
    monkeypatch.setenv("EBBLINE_WAREHOUSE_DB", str(warehouse.warehouse_db))
    context = gx.get_context(mode="file", project_root_dir=tmp_path / "project")
    assert {s.name for s in context.suites.all()} == {s.name for s in read_suites()}


def test_opening_a_wrong_folder_makes_no_context_there(
    warehouse: WarehousePaths, tmp_path: Path
) -> None:
    from dagster_project.quality.great_expectations_run import open_context

    wrong = tmp_path / "wrong"
    wrong.mkdir()
    with pytest.raises(SuiteError, match="no Great Expectations context is here") as refused:
        open_context(wrong, warehouse)
    assert (refused.value.where, list(wrong.iterdir())) == (str(wrong), [])


def test_great_expectations_itself_runs_the_checkpoints(
    warehouse: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import great_expectations as gx

    from dagster_project.quality import dialect

    folder = tmp_path / "opened"
    main("context", folder)
    monkeypatch.setenv("EBBLINE_WAREHOUSE_DB", str(warehouse.warehouse_db))
    dialect.register()
    try:
        result = gx.get_context(mode="file", context_root_dir=folder).checkpoints.get("marts").run()
    finally:
        dialect.close_connections()
    assert result.success


def test_the_dialect_reads_rows_after_their_connection_was_given_back(
    warehouse: WarehousePaths,
) -> None:
    import sqlalchemy as sa

    from dagster_project.quality import dialect

    dialect.register()
    engine = sa.create_engine(f"{dialect.URL_SCHEME}:///{warehouse.warehouse_db}")
    try:
        with engine.connect() as connection:
            result = connection.execute(sa.text("select plan_id from raw.plans order by plan_id"))
        rows = result.fetchall()
    finally:
        dialect.close_connections()
    assert [tuple(row) for row in rows] == [("p1",), ("p2",)]


def test_the_dialect_refuses_to_write(warehouse: WarehousePaths) -> None:
    import sqlalchemy as sa

    from dagster_project.quality import dialect

    dialect.register()
    engine = sa.create_engine(f"{dialect.URL_SCHEME}:///{warehouse.warehouse_db}")
    try:
        with (
            engine.connect() as connection,
            pytest.raises((sa.exc.DBAPIError, duckdb.Error), match="read-only"),
        ):
            connection.execute(sa.text("delete from raw.plans"))
    finally:
        dialect.close_connections()
