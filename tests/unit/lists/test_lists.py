"""Every list over a hand-made publication: who is on it, in which order, why, and what to do."""

from collections.abc import Iterator
from csv import DictReader
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.lists import available_lists, customer_list
from dagster_project.screens.lists import list_csv, list_json, write_parquet

MARTS = """
create table publication as select date '2026-06-20' as until;

create table dim_customers (
    customer_id varchar, name varchar, email varchar, account_owner varchar, mrr decimal(18, 2), first_active_on date
);
insert into dim_customers values
('ada', 'Ada', 'ada@example.com', '=owner()', 60, '2024-07-01'),
('bob', null, null, null, 40, '2026-06-25'),
('cleo', null, null, null, 20, '2020-07-20'),
('dan', null, null, null, 0, '2023-07-01');

create table mart_risk_list (
    customer_id varchar, score double, mrr_at_stake decimal(18, 2), reasons varchar, days_since_use integer,
    days_since_contact integer, unanswered_requests integer, days_unanswered integer
);
insert into mart_risk_list values
('ada', 10, 60, 'no use for 20 days', 20, 100, 0, null),
('bob', 90, 40, 'a payment failed in the last 35 days', 1, 5, 2, 30),
('cleo', 0, 20, 'no sign', 1, 5, 1, 99);

create table mart_win_back (
    win_back_rank integer, customer_id varchar, lost_on date, mrr_lost decimal(18, 2), months_since_lost integer,
    reactivation_rate_from_here double
);
insert into mart_win_back values (1, 'dan', '2026-05-10', 80, 1, 0.25), (2, 'eve', '2025-01-31', 5, 16, null);

create table fct_lost_customers (
    grain varchar, period_start date, customer_id varchar, mrr_lost decimal(18, 2), plan_id varchar, reason varchar,
    is_involuntary boolean
);
insert into fct_lost_customers values
('month', '2026-05-01', 'dan', 80, 'pro', 'too_expensive', false),
('month', '2026-05-01', 'fay', 90, 'pro', 'involuntary', true),
('year', '2026-01-01', 'gus', 900, 'pro', '(none)', false),
('month', '2026-06-01', 'hal', 900, 'pro', '(none)', false);

create table mart_revenue_periods (grain varchar, period_start date, dimension varchar, is_complete boolean);
insert into mart_revenue_periods values
('month', '2026-04-01', 'all', true), ('month', '2026-05-01', 'all', true), ('month', '2026-06-01', 'all', false);

create table mart_renewals (
    customer_id varchar, subscription_id varchar, plan_id varchar, renews_on date, days_ahead integer,
    mrr decimal(18, 2), has_asked_to_cancel boolean
);
insert into mart_renewals values
('ada', 's1', 'yearly', '2026-07-01', 11, 60, false), ('bob', 's2', 'monthly', '2026-06-25', 5, 40, false),
('cleo', 's3', 'monthly', '2026-08-30', 71, 20, true), ('cleo', 's4', 'monthly', '2026-08-30', 71, 20, false);
create table dim_plans (plan_id varchar, billing_interval varchar);
insert into dim_plans values ('yearly', 'year'), ('monthly', 'month');

create table mart_seasonal_buyers (season_start date, season_end date, season varchar);
insert into mart_seasonal_buyers values
('2026-03-01', '2026-06-01', 'march to may'), ('2026-06-01', '2026-09-01', 'june to august');

create table fct_purchase_lines (
    customer_id varchar, purchased_on date, purchase_number integer, amount decimal(18, 2)
);
insert into fct_purchase_lines values
('ada', '2025-06-01', 1, 10), ('ada', '2025-08-31', 2, 5), ('bob', '2025-07-01', 1, 99), ('bob', '2026-06-19', 2, 1),
('cleo', '2025-09-01', 4, 50), ('cleo', '2026-06-01', 5, 1),
('ida', '2026-01-01', 1, 5), ('ida', '2026-01-11', 2, 5), ('ida', '2026-02-10', 3, 15), ('ida', '2026-02-10', 3, 2),
('jo', '2026-01-01', 1, 5), ('jo', '2026-02-10', 2, 500), ('jo', '2026-05-31', 3, 3);
"""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(MARTS)
        yield con


def _listed(con: duckdb.DuckDBPyConnection, name: str, *columns: str) -> list[tuple[Any, ...]]:
    listed = customer_list(con, name)
    places = [listed.columns.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in listed.rows]


def test_who_is_at_risk_comes_by_score_and_mrr_with_a_step(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "risk", "customer_id", "reason", "next_step") == [
        (
            "bob",
            "a payment failed in the last 35 days",
            "answer the open request, then call",
        ),
        ("ada", "no use for 20 days", "call and ask what has changed"),
    ]


def test_who_can_be_won_back_comes_with_the_reason_of_the_loss(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert _listed(con, "win-back", "customer_id", "reason", "next_step") == [
        ("dan", "too expensive", "offer a smaller plan or a discount"),
        ("eve", "(none)", "write about what is new"),
    ]


def test_the_lost_are_those_of_the_newest_complete_month(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "lost", "customer_id", "mrr_lost", "next_step") == [
        ("fay", 90, "ask for a new means of payment"),
        ("dan", 80, "thank, and ask what would bring them back"),
    ]


def test_the_most_valuable_pay_half_of_the_mrr(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "most-valuable", "customer_id", "share_of_mrr", "next_step") == [
        ("ada", 0.5, "call: no contact for a quarter")
    ]


def test_the_longest_wait_for_an_answer_comes_first(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "unanswered", "customer_id", "days_unanswered", "reason") == [
        ("cleo", 99, "a request waits for an answer"),
        ("bob", 30, "2 requests wait for an answer"),
    ]


def test_a_buyer_is_quiet_who_was_never_silent_for_so_long(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "quiet-buyers", "customer_id", "amount_to_date", "reason") == [
        ("ida", 27, "nothing bought for 130 days, never more than 30 before")
    ]


def test_the_best_buyers_paid_half_of_the_year(con: duckdb.DuckDBPyConnection) -> None:
    assert _listed(con, "best-buyers", "customer_id", "amount_of_year", "next_step") == [
        ("jo", 508, "thank")
    ]


def test_who_bought_in_this_season_last_year_and_not_yet_this_year(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert _listed(con, "seasonal", "customer_id", "amount_last_year", "reason") == [
        ("ada", 15, "bought in June to August last year, not yet this year")
    ]


def test_renewals_are_those_of_a_month_and_those_known_to_end(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert _listed(con, "renewals", "customer_id", "days_ahead", "next_step") == [
        ("bob", 5, "call before it renews"),
        ("ada", 11, "remind of the renewal"),
        ("cleo", 71, "call before it ends"),
    ]


def test_milestones_are_anniversaries_ahead_and_round_purchases_behind(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert _listed(con, "milestones", "customer_id", "reason") == [
        ("ada", "customer for 2 years"),
        ("cleo", "purchase number 5"),
        ("cleo", "customer for 6 years"),
    ]


@pytest.mark.parametrize("name", available_lists())
def test_every_row_says_who_why_and_what_next(con: duckdb.DuckDBPyConnection, name: str) -> None:
    rows = _listed(con, name, "customer_id", "reason", "next_step")
    assert rows and all(all(row) for row in rows)


def test_persons_stand_beside_their_id_and_no_cell_is_a_formula(
    con: duckdb.DuckDBPyConnection,
) -> None:
    first = list_csv(customer_list(con, "most-valuable")).splitlines()[1]
    assert first.startswith("ada,Ada,ada@example.com,'=owner(),60.00")


def test_a_truth_in_csv_is_written_as_crms_read_it(con: duckdb.DuckDBPyConnection) -> None:
    (row,) = list(DictReader(StringIO(list_csv(customer_list(con, "lost")))))[:1]
    assert row["is_involuntary"] in ("true", "false")


def test_parquet_keeps_the_types_of_the_marts(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_parquet(customer_list(con, "lost"), tmp_path / "lost.parquet")
    found = duckdb.sql(f"describe from '{tmp_path / 'lost.parquet'}'").fetchall()
    types = {name: kind for name, kind, *_ in found}
    assert (types["mrr_lost"].startswith("DECIMAL"), types["lost_in"]) == (True, "DATE")


def test_json_names_the_list(con: duckdb.DuckDBPyConnection) -> None:
    assert '"list": "lost"' in list_json(customer_list(con, "lost"))


def test_an_unknown_list_is_answered_with_the_likeliest(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(EbblineError) as refused:
        customer_list(con, "winback")
    assert refused.value.fix == "did you mean 'win-back'?"


def test_a_publication_without_the_mart_is_told(con: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect() as empty, pytest.raises(EbblineError, match="has not what the list"):
        customer_list(empty, "lost")
