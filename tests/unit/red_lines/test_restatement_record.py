"""Restatements as an alert: which count, what is kept, what is told, and how often."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Publish, Settings, Source, Sources
from dagster_project.red_lines import record_restatements
from dagster_project.red_lines.naming import key_of
from dagster_project.red_lines.outbox import pending_alerts
from dagster_project.red_lines.wording import wording
from dagster_project.warehouse.code_version import code_version
from dagster_project.warehouse.publication_record import COLUMN_LIST, published_settings
from dagster_project.warehouse.schema import bring_up_to_date

NOW = FixedClock(datetime(2026, 5, 2, 3, tzinfo=UTC))
TOLD = [("churn_rate", 0.031), ("mrr_closing", 1000.0), ("mrr_new", 50.0), ("ndr", None)]


def settings_with(threshold: float | None = 0.05, dunning_days: int = 30) -> Settings:
    made = Settings(
        sources=Sources(billing=Source(path="x")), publish=Publish(restatement_threshold=threshold)
    )
    billing = made.billing.model_copy(update={"dunning_days": dunning_days})
    return made.model_copy(update={"billing": billing})


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose publication 1 covered April, with the same numbers in the marts."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute("create schema marts")
        bring_up_to_date(con)
        con.execute(
            "create table marts.metrics (metric varchar, grain varchar, period_start date,"
            " dimension varchar, member varchar, value double)"
        )
        for metric, value in TOLD:
            for member in ("all", "DE"):
                dimension = "all" if member == "all" else "country"
                con.execute(
                    "insert into marts.metrics values (?, 'month', date '2026-03-01', ?, ?, ?)",
                    [metric, dimension, member, value],
                )
        con.execute(
            "insert into ops.metric_versions select metric, grain, period_start, dimension,"
            " member, 1, timestamptz '2026-04-04 03:00:00Z', value, null, null, false"
            " from marts.metrics"
        )
        publish(con, 1)
        yield con


def publish(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Enter a publication into the ledger, made with the settings and the code of now."""
    code = code_version()
    con.execute(
        f"insert into ops.publications ({COLUMN_LIST}) values"
        " (?, timestamptz '2026-05-01 03:00:00Z', null, date '2026-04-30', ?, ?, '[]', 'i', 1,"
        " ?, ?, '{}', '{}')",
        [
            number,
            json.dumps(published_settings(settings_with())),
            settings_with().fingerprint(),
            code.fingerprint,
            json.dumps(code.files),
        ],
    )


def change(con: duckdb.DuckDBPyConnection, metric: str, value: float) -> None:
    con.execute("update marts.metrics set value = ? where metric = ?", [value, metric])


def record(con: duckdb.DuckDBPyConnection, settings: Settings | None = None) -> list[str]:
    """Record for publication 2; return what counts."""
    found = record_restatements(con, settings or settings_with(), NOW, publication_id=2)
    return [one.metric for one in found]


def outbox(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return con.execute("select message_key, severity, state from ops.outbox").fetchall()


def message(con: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """Publish number 2 and return the title and the lines of the message about it."""
    publish(con, 2)
    (waiting,) = pending_alerts(con)
    alert = waiting.alert
    words = wording(alert, publication_id="2", report="report/index.html", currency="USD")
    return words.title, words.body.splitlines()


def test_a_publication_that_restates_nothing_tells_nothing(con: duckdb.DuckDBPyConnection) -> None:
    assert (record(con), outbox(con)) == ([], [])


def test_a_headline_number_beyond_the_threshold_is_one_warning(
    con: duckdb.DuckDBPyConnection,
) -> None:
    change(con, "churn_rate", 0.034)
    change(con, "mrr_closing", 1100)
    assert record(con) == ["mrr_closing", "churn_rate"]
    assert outbox(con) == [(key_of("restatement/2#restated"), "warning", "pending")]


@pytest.mark.parametrize(
    ("value", "restated"),
    [
        (1249.99, []),
        (1250, []),  # a quarter exactly: not above it
        (1250.01, ["mrr_closing"]),
        (750, []),
        (749.99, ["mrr_closing"]),
    ],
)
def test_a_change_counts_above_the_threshold_and_not_at_it(
    con: duckdb.DuckDBPyConnection, value: float, restated: list[str]
) -> None:
    change(con, "mrr_closing", value)
    assert record(con, settings_with(0.25)) == restated


def test_what_headline_numbers_are_made_of_counts_with_them_and_not_beside_them(
    con: duckdb.DuckDBPyConnection,
) -> None:
    change(con, "mrr_new", 500)
    assert record(con) == []


def test_the_message_names_number_period_values_publications_and_the_next_step(
    con: duckdb.DuckDBPyConnection,
) -> None:
    change(con, "churn_rate", 0.034)
    record(con)
    assert message(con) == (
        "[WARNING] a published number is restated: churn rate in 2026-03: 3.1 % -> 3.4 %",
        [
            "Finished periods are published with other numbers than readers were told, "
            "by more than 5 %.",
            "churn rate in 2026-03: 3.1 % -> 3.4 % (told since publication 1, 2026-04-04)",
            "Neither settings nor code changed: rows of the exports came late, were corrected "
            "or deleted.",
            "Publication: 2, compared with publication 1",
            f"Key: {key_of('restatement/2#restated')}",
            "Report: report/index.html",
            "To see why: ebbline why churn_rate 2026-03",
        ],
    )


def test_a_changed_setting_is_named(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "churn_rate", 0.034)
    record(con, settings_with(dunning_days=10))
    assert "Settings changed too: billing.dunning_days 30 -> 10" in message(con)[1]


def test_a_changed_model_is_named(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """update ops.publications set code_version = '0+x', code_files = '{"a.sql": "1"}'"""
    )
    change(con, "churn_rate", 0.034)
    record(con)
    assert con.execute("select also_changed from marts.restatements").fetchall() == [("code",)]
    assert any(line.startswith("Code changed too: ") for line in message(con)[1])


def test_the_threshold_itself_is_no_setting_that_changes_numbers(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert settings_with(0.5).fingerprint() == settings_with(0.01).fingerprint()
    change(con, "churn_rate", 0.034)
    record(con, settings_with(0.01))
    assert con.execute("select also_changed from marts.restatements").fetchall() == [("nothing",)]


def test_recording_twice_is_recording_once(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "churn_rate", 0.034)
    record(con)
    before = (con.execute("from marts.restatements").fetchall(), outbox(con))
    record(con)
    assert (con.execute("from marts.restatements").fetchall(), outbox(con)) == before


def test_what_is_put_right_before_it_was_published_is_forgotten(
    con: duckdb.DuckDBPyConnection,
) -> None:
    change(con, "churn_rate", 0.034)
    record(con)
    change(con, "churn_rate", 0.031)
    record(con)
    assert (con.execute("from marts.restatements").fetchall(), outbox(con)) == ([], [])


def test_nobody_is_told_before_it_is_published(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "churn_rate", 0.034)
    record(con)
    assert pending_alerts(con) == ()


def test_an_earlier_restatement_stays_in_the_table(con: duckdb.DuckDBPyConnection) -> None:
    change(con, "churn_rate", 0.034)
    record(con)
    publish(con, 2)
    record_restatements(con, settings_with(None), NOW, publication_id=3)
    assert con.execute(
        "select publication_id, metric, period_start, value_before, value_after, told_by"
        " from marts.restatements"
    ).fetchall() == [(2, "churn_rate", date(2026, 3, 1), 0.031, 0.034, 1)]


@pytest.mark.parametrize(("threshold", "speak"), [(None, True), (0.05, False)])
def test_no_threshold_and_the_past_restate_nothing(
    con: duckdb.DuckDBPyConnection, threshold: float | None, speak: bool
) -> None:
    change(con, "churn_rate", 0.5)
    found = record_restatements(con, settings_with(threshold), NOW, publication_id=2, speak=speak)
    assert (found, outbox(con)) == ((), [])


def test_the_first_publication_restates_nothing() -> None:
    with duckdb.connect() as con:
        bring_up_to_date(con)
        assert record_restatements(con, settings_with(), NOW, publication_id=1) == ()
        assert con.execute("select count(*) from marts.restatements").fetchall() == [(0,)]


def test_a_new_list_price_is_named_as_what_values_the_past_anew(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(
        """
        create table raw.plans as
        from (values
            ('pro', 10.0, 'USD', 1, null::timestamptz), ('pro', 12.5, 'USD', 2, null),
            ('basic', 5.0, 'USD', 1, null), ('basic', 5.0, 'USD', 2, null), ('new', 9.0, 'USD', 2, null)
        ) as given (plan_id, unit_amount, currency, _load_id, _version_at)
        cross join (select timestamptz '2026-04-01 03:00:00Z' as _loaded_at, 1 as _source_row)
        """
    )
    change(con, "mrr_closing", 1250)
    record(con)
    stored = con.execute("select also_changed from marts.restatements").fetchall()
    (said,) = [line for line in message(con)[1] if "List prices" in line]
    assert (stored, said.split(". ")[0]) == (
        [("list prices",)],
        "List prices changed: pro 10.00 -> 12.50 USD",
    )
