"""One customer's life, over a hand-made publication."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.lists.customer import Entry, customer_life
from dagster_project.report.customer_page import life_page
from dagster_project.screens.customer import life_json, life_lines

MARTS = """
create table dim_customers as
select
    'ada' as customer_id, 'Ada' as name, null as email, null as account_owner, '(none)' as country, null as region,
    null as industry, null as company_size, 'smb' as segment, null as acquisition_channel, null as acquisition_campaign,
    date '2026-01-01' as created_on, 'lost' as status, 0.00 as mrr, null as plan_id;
create table mart_risk_list (customer_id varchar, score double, reasons varchar, mrr_at_stake decimal(18, 2));
create table fct_mrr_movements (
    customer_id varchar, movement_on date, movement_type varchar, amount decimal(18, 2), mrr_before decimal(18, 2),
    mrr_after decimal(18, 2), plan_id varchar
);
insert into fct_mrr_movements values
('ada', '2026-01-05', 'new', 10, 0, 10, 'pro'), ('ada', '2026-03-05', 'churn', -10, 10, 0, 'pro'),
('bob', '2026-01-05', 'new', 99, 0, 99, 'pro');
create table fct_lost_customers (customer_id varchar, grain varchar, period_start date, reason varchar);
insert into fct_lost_customers values
('ada', 'month', '2026-03-01', 'too_expensive'), ('ada', 'year', '2026-01-01', 'too_expensive');
create table fct_purchase_lines (
    customer_id varchar, purchase_id varchar, purchase_number integer, purchased_on date, product_id varchar,
    amount decimal(18, 2)
);
insert into fct_purchase_lines values
('ada', 'o1', 1, '2026-02-01', 'mug', 3), ('ada', 'o1', 1, '2026-02-01', 'hat', 4);
create table mart_support_experience (
    customer_id varchar, month date, tickets integer, complaints integer, unanswered integer, csat double
);
insert into mart_support_experience values ('ada', '2026-02-01', 1, 1, 1, 0.5);
create table mart_customer_health (
    customer_id varchar, week_start date, frequency_class varchar, happiness_index double
);
insert into mart_customer_health values
('ada', '2026-01-05', 'daily', 80), ('ada', '2026-01-12', 'daily', 81), ('ada', '2026-01-19', 'dormant', 9.6);
"""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(MARTS)
        yield con


def test_what_happened_comes_in_order(con: duckdb.DuckDBPyConnection) -> None:
    assert customer_life(con, "ada").entries == (
        Entry(date(2026, 1, 5), "mrr", "new: 0.00 -> 10.00 (pro)", Decimal(10)),
        Entry(date(2026, 1, 5), "use", "use is daily, happiness 80"),
        Entry(date(2026, 1, 19), "use", "use is dormant, happiness 10"),
        Entry(date(2026, 2, 1), "purchase", "purchase number 1: hat, mug", Decimal(7)),
        Entry(
            date(2026, 2, 1),
            "support",
            "1 ticket in the month, 1 of them complaints, 1 without an answer, satisfaction 50 %",
        ),
        Entry(date(2026, 3, 5), "mrr", "churn: 10.00 -> 0.00 (pro), too expensive", Decimal(-10)),
    )


def test_what_is_not_known_is_not_shown(con: duckdb.DuckDBPyConnection) -> None:
    assert list(customer_life(con, "ada").attributes) == [
        "name",
        "segment",
        "created_on",
        "status",
        "mrr",
    ]


def test_the_screen_has_a_line_for_everything(con: duckdb.DuckDBPyConnection) -> None:
    lines = [line for line, _ in life_lines(customer_life(con, "ada"))]
    assert (
        lines[-1] == "2026-03-05  mrr             -10.00  churn: 10.00 -> 0.00 (pro), too expensive"
    )


def test_json_holds_the_same(con: duckdb.DuckDBPyConnection) -> None:
    assert '"customer_id": "ada"' in life_json(customer_life(con, "ada"))


def test_somebody_unknown_is_an_error(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(EbblineError, match="no customer 'zoe' is published"):
        customer_life(con, "zoe")
    with pytest.raises(EbblineError) as mistyped:
        customer_life(con, "Adda ")
    assert mistyped.value.fix.startswith("did you mean 'ada'? ")


def test_plans_scores_as_they_were_notices_and_renewals_are_in_it_where_they_are_published() -> (
    None
):
    with duckdb.connect() as con:
        con.execute(MARTS)
        con.execute(
            """
            create table customer_plan_days as
            select
                'ada' as customer_id, 'pro' as plan_id, date '2026-01-05' as valid_from, date '2026-03-05' as valid_to;
            create table mart_known_leavers as
            select
                'ada' as customer_id, date '2026-02-10' as asked_on, date '2026-03-05' as ends_on, 10.00 as mrr_ending,
                'too_expensive' as reason;
            create table mart_renewals as
            select
                'ada' as customer_id, 'pro' as plan_id, date '2026-04-05' as renews_on, true as has_asked_to_cancel,
                10 as mrr;
            alter table mart_customer_health add column risk_score double;
            update mart_customer_health set risk_score = 5;
            insert into mart_customer_health values
            ('ada', '2026-02-02', 'dormant', 9.6, 90), ('ada', '2026-02-23', 'dormant', 9.6, 12),
            ('ada', '2026-03-02', 'dormant', 9.6, 40.4);
            """
        )
        added = [
            (one.on.isoformat(), one.kind, one.text)
            for one in customer_life(con, "ada").entries
            if one.kind in ("plan", "score", "notice", "renewal")
        ]
    assert added == [
        ("2026-01-05", "plan", "has pro until 2026-03-04"),
        ("2026-01-19", "score", "risk 5 of 100"),
        ("2026-02-10", "notice", "asked to cancel, ends on 2026-03-05: too expensive"),
        ("2026-03-02", "score", "risk 40 of 100"),
        ("2026-04-05", "renewal", "pro renews no more"),
    ]


def test_single_tickets_ratings_contacts_and_offers_take_the_place_of_the_months_of_support() -> (
    None
):
    with duckdb.connect() as con:
        con.execute(MARTS)
        con.execute(
            """
            create table fct_customer_touchpoints (
                customer_id varchar, kind varchar, touchpoint_id varchar, happened_on date, topic varchar,
                channel varchar, campaign varchar, outcome varchar, outcome_on date, is_complaint boolean,
                first_response_hours double, resolution_hours double, score double, scale_max double
            );
            insert into fct_customer_touchpoints by name
            select
                'ada' as customer_id, 'ticket' as kind, touchpoint_id, day as happened_on, topic, channel, outcome,
                complaint as is_complaint, answered as first_response_hours, solved as resolution_hours
            from (values
                ('7', date '2026-02-01', 'price', 'mail', 'solved', true, 0.5, 72),
                ('8', '2026-02-02', null, null, 'answered', false, 26, null),
                ('9', '2026-02-03', null, 'chat', 'waiting', false, null, null),
                ('10', '2026-02-04', null, null, 'answered', false, null, null),
                ('11', '2026-02-05', null, null, 'solved', false, null, 1.2)
            ) as given (touchpoint_id, day, topic, channel, outcome, complaint, answered, solved);
            insert into fct_customer_touchpoints by name
            select 'ada' as customer_id, 'rating' as kind, day as happened_on, topic, channel, score, scale_max
            from (values
                (date '2026-02-06', 'csat', 'mail', 2, 5),
                ('2026-02-07', 'nps', null, 9, 10),
                ('2026-02-08', 'ces', null, 6.5, 7)
            ) as given (day, topic, channel, score, scale_max);
            insert into fct_customer_touchpoints by name
            select 'ada' as customer_id, 'contact' as kind, day as happened_on, channel, campaign, outcome
            from (values
                (date '2026-02-09', 'phone', 'spring', 'outbound'), ('2026-02-10', null, null, 'inbound')
            ) as given (day, channel, campaign, outcome);
            insert into fct_customer_touchpoints by name
            select 'ada' as customer_id, 'offer' as kind, day as happened_on, topic, campaign, outcome, outcome_on
            from (values
                (date '2026-02-20', 'free_period', 'spring', 'accepted', date '2026-02-22'),
                ('2026-02-21', 'gift', null, 'open', null), ('2026-02-22', 'call', null, 'held back', null)
            ) as given (day, topic, campaign, outcome, outcome_on);
            insert into fct_customer_touchpoints (customer_id, kind, touchpoint_id, happened_on)
            values ('bob', 'ticket', '12', '2026-02-01');
            """
        )
        told = [
            (one.on.isoformat(), one.kind, one.text)
            for one in customer_life(con, "ada").entries
            if one.kind not in ("mrr", "purchase", "use")
        ]
    assert told == [
        (
            "2026-02-01",
            "ticket",
            "complaint 7 about price by mail, answered after 30 min, solved after 3 days",
        ),
        ("2026-02-02", "ticket", "ticket 8, answered after 26 h"),
        ("2026-02-03", "ticket", "ticket 9 by chat, waits for an answer"),
        ("2026-02-04", "ticket", "ticket 10, answered"),
        ("2026-02-05", "ticket", "ticket 11, solved after 1 h"),
        ("2026-02-06", "rating", "satisfaction 2 of 5 (mail)"),
        ("2026-02-07", "rating", "would recommend us: 9 of 10"),
        ("2026-02-08", "rating", "ease 6.5 of 7"),
        ("2026-02-09", "contact", "we contacted them by phone (spring)"),
        ("2026-02-10", "contact", "they contacted us"),
        ("2026-02-20", "offer", "free period (spring), accepted on 2026-02-22"),
        ("2026-02-21", "offer", "gift, no answer yet"),
        ("2026-02-22", "offer", "call, held back from them to compare"),
    ]


def test_the_page_has_every_entry_and_obeys_no_export(con: duckdb.DuckDBPyConnection) -> None:
    life = replace(customer_life(con, "ada"), attributes={"name": "<script>x</script>\u202e"})
    page = life_page(life)
    assert page.count('<th scope="row"') == len(life.entries)
    assert ("<script" in page, "\u202e" in page) == (False, False)
