"""The history of the numbers: versions, restatements and the difference of two publications."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project.errors import EbblineError
from dagster_project.exports.coverage import coverage_of
from dagster_project.numbers.diff import diff
from dagster_project.numbers.restatements import restatements
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publish
from tests.integration.warehouse.hand_made import (
    NO_CODE,
    build_marts,
    clock_at,
    load,
    publish_state,
    settings_for,
)


def _change(root: Path, *statements: str, as_of: date | None = None) -> None:
    """Publish once more, after some statements on the marts of state 1."""
    paths = WarehousePaths(root)
    with open_warehouse(paths) as con:
        build_marts(con, 1)
        for statement in statements:
            con.execute(statement)
    settings = settings_for(root).model_copy(update={"as_of": as_of})
    publish(
        paths,
        settings=settings,
        clock=clock_at(2),
        coverage=coverage_of(paths, settings, clock_at(2)),
        validation_summary={},
        project=NO_CODE,
    )


def _versions(root: Path) -> list[tuple[object, ...]]:
    with open_warehouse(WarehousePaths(root)) as con:
        return con.execute(
            """
            select publication_id, period_start, value, withdrawn from ops.metric_versions
            where publication_id > 1 order by all
            """
        ).fetchall()


def test_only_a_value_that_changed_gets_a_new_version(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "update marts.metrics set value = 5 where period_start = '2025-03-01'")
    assert _versions(tmp_path) == [(2, date(2025, 3, 1), 5.0, False)]


def test_the_noise_of_adding_doubles_is_no_new_version(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "update marts.metrics set value = value * (1 + 1e-15)")
    assert _versions(tmp_path) == []


def test_a_cent_in_a_billion_is_a_new_version(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "update marts.metrics set value = 1e9")
    _change(tmp_path, "update marts.metrics set value = 1e9 + 0.01")
    assert len(_versions(tmp_path)) == 24


def test_a_value_that_is_withdrawn_and_stated_again_has_three_versions(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "delete from marts.metrics where period_start = '2025-03-01'")
    _change(tmp_path)
    assert _versions(tmp_path) == [
        (2, date(2025, 3, 1), None, True),
        (3, date(2025, 3, 1), 2120.0, False),
    ]


def test_a_value_that_stays_withdrawn_gets_no_further_version(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    for _ in range(2):
        _change(tmp_path, "delete from marts.metrics where period_start = '2025-03-01'")
    assert len(_versions(tmp_path)) == 1


def test_a_rebuild_of_a_past_state_leaves_no_version(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "update marts.metrics set value = 5", as_of=date(2026, 1, 5))
    assert _versions(tmp_path) == []
    _change(tmp_path)
    assert _versions(tmp_path) == []


def test_the_history_is_published_with_the_marts(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        ours = con.execute("from ops.metric_versions order by all").fetchall()
        con.execute(f"attach '{tmp_path / 'marts.duckdb'}' as published (read_only)")
        theirs = con.execute("from published.metric_versions order by all").fetchall()
    assert len(ours) == 24 and ours == theirs


def test_a_finished_period_that_changes_above_the_threshold_is_a_restatement(
    tmp_path: Path,
) -> None:
    publish_state(tmp_path, 1)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        con.execute("update marts.metrics set value = value * 1.05 where month(period_start) = 3")
        con.execute("update marts.metrics set value = value * 1.005 where month(period_start) = 4")
        found = restatements(con, threshold=0.01)
    assert [(one.period_start, one.before, one.publication_id) for one in found] == [
        (date(2025, 3, 1), 2120.0, 1)
    ]
    assert found[0].relative_change == pytest.approx(0.05)


def test_a_running_period_restates_nothing(tmp_path: Path) -> None:
    paths, until = WarehousePaths(tmp_path), date(2025, 12, 30)
    with open_warehouse(paths) as con:
        load(con, 1)
        build_marts(con, 1)
    settings = settings_for(tmp_path, until=until)
    publish(
        paths,
        settings=settings,
        clock=clock_at(1),
        coverage=coverage_of(paths, settings, clock_at(1)),
        validation_summary={},
        project=NO_CODE,
    )
    with open_warehouse(paths) as con:
        con.execute("update marts.metrics set value = 0 where period_start = '2025-12-01'")
        assert restatements(con, threshold=0.01) == []


def test_nothing_is_restated_before_the_first_publication(tmp_path: Path) -> None:
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        build_marts(con, 1)
        assert restatements(con, threshold=0.01) == []


def test_a_difference_counts_rows_by_key_and_names_changed_values(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(
        tmp_path,
        "delete from marts.fct_customer_months where customer_id = 'customer 7'",
        "insert into marts.fct_customer_months values ('new', '2025-01-01', 0, 1, 'new', 1)",
        "update marts.fct_customer_months set mrr_opening = 1 where customer_id = 'customer 8'",
        "update marts.metrics set value = 5 where period_start = '2025-03-01'",
    )
    found = diff(WarehousePaths(tmp_path), 1, 2)
    months = next(one for one in found.marts if one.mart == "fct_customer_months")
    assert (months.added, months.removed, months.changed) == (1, 12, 12)
    assert months.key == ("customer_id", "month")
    assert found.metrics_changed == 1
    (change,) = found.metric_changes
    assert (change.metric, change.before, change.after, change.amount) == (
        "mrr_closing",
        2120.0,
        5.0,
        -2115.0,
    )


def test_equal_publications_have_no_difference(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path)
    found = diff(WarehousePaths(tmp_path), 1, 2)
    assert all(mart.is_equal for mart in found.marts) and len(found.marts) == 4
    assert found.metrics_changed == 0
    assert not (found.settings_changed or found.files_added or found.code_changed)


def test_a_mart_without_a_unique_key_is_compared_by_whole_rows(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(tmp_path, "create table marts.tags as select 'a' as tag, 1 as n from range(2)")
    _change(
        tmp_path, "create or replace table marts.tags as select 'a' as tag, 1 as n from range(3)"
    )
    tags = next(one for one in diff(WarehousePaths(tmp_path), 2, 3).marts if one.mart == "tags")
    assert (tags.key, tags.added, tags.removed, tags.changed) == ((), 1, 0, 0)


def test_new_marts_and_columns_are_told_and_do_not_disturb(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    _change(
        tmp_path,
        "create table marts.extra as select 1 as id",
        "alter table marts.metrics add column note varchar",
    )
    marts = {one.mart: one for one in diff(WarehousePaths(tmp_path), 1, 2).marts}
    assert (marts["extra"].added, marts["extra"].columns_added) == (1, ("id",))
    assert (marts["metrics"].changed, marts["metrics"].columns_added) == (0, ("note",))


def test_a_difference_names_the_files_and_settings_between(tmp_path: Path) -> None:
    publish_state(tmp_path, 1, keep=5)
    publish_state(tmp_path, 2, keep=6)
    found = diff(WarehousePaths(tmp_path), 1, 2)
    assert found.files_added == ("billing/customers-2.csv",)
    assert [(one.name, one.before, one.after) for one in found.settings_changed] == [
        ("publish.keep", 5, 6)
    ]


def test_a_publication_that_is_not_kept_cannot_be_compared(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    with pytest.raises(EbblineError, match="publication 9 is not kept"):
        diff(WarehousePaths(tmp_path), 1, 9)
