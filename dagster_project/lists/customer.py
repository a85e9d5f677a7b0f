"""One customer's life as the publication knows it: who it is, how it stands, and what happened when.

Every entry comes from a published mart; what an entry means is said there. Nothing is computed here.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from dagster_project.errors import EbblineError

ATTRIBUTES = (
    *("name", "email", "account_owner", "country", "region", "industry", "company_size", "segment"),
    *("acquisition_channel", "acquisition_campaign", "created_on", "status", "mrr", "plan_id"),
)


@dataclass(frozen=True)
class Entry:
    """Something that happened.

    :param on: the day; of what is known by week or month, its first.
    :param kind: ``plan``, ``mrr``, ``purchase``, ``ticket``, ``rating``, ``contact``, ``offer``, ``use``, ``score``,
        ``notice`` or ``renewal``; ``support`` is a month of tickets, where single ones are not published.
    :param text: in words.
    :param amount: money that changed hands or MRR that changed; None where there is none.
    """

    on: date
    kind: str
    text: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Life:
    """One customer.

    :param attributes: those of ``dim_customers`` that are known.
    :param risk: score, reasons and MRR at stake, where the customer is active.
    :param entries: what happened, in order.
    """

    customer_id: str
    attributes: dict[str, Any]
    risk: dict[str, Any]
    entries: tuple[Entry, ...]


_MOVEMENTS = """
select
    movements.movement_on,
    'mrr',
    movements.movement_type || ': ' || movements.mrr_before || ' -> ' || movements.mrr_after
    || coalesce(' (' || movements.plan_id || ')', '')
    || coalesce(', ' || replace(lost.reason, '_', ' '), ''),
    movements.amount
from fct_mrr_movements as movements
left join fct_lost_customers as lost
    on
        movements.movement_type = 'churn'
        and movements.customer_id = lost.customer_id
        and lost.grain = 'month'
        and lost.period_start = date_trunc('month', movements.movement_on)
        and lost.reason <> '(none)'
where movements.customer_id = $customer
"""
_PURCHASES = """
select
    min(purchased_on), 'purchase',
    'purchase number ' || purchase_number
    || coalesce(': ' || string_agg(distinct product_id, ', ' order by product_id), ''),
    sum(amount)
from fct_purchase_lines where customer_id = $customer group by purchase_id, purchase_number
"""
_SUPPORT = """
select
    month, 'support',
    tickets || if(tickets = 1, ' ticket', ' tickets') || ' in the month'
    || if(complaints > 0, ', ' || complaints || ' of them complaints', '')
    || if(unanswered > 0, ', ' || unanswered || ' without an answer', '')
    || coalesce(', satisfaction ' || cast(100 * csat as integer) || ' %', ''),
    null
from mart_support_experience where customer_id = $customer and tickets > 0
"""
_USE = """
select week_start, 'use', 'use is ' || frequency_class || ', happiness ' || cast(happiness_index as integer), null
from (
    select *, lag(frequency_class) over (order by week_start) as class_before
    from mart_customer_health where customer_id = $customer
)
where frequency_class is distinct from class_before
"""

_PLANS = """
select
    valid_from, 'plan',
    'has ' || coalesce(plan_id, 'a plan without a name') || coalesce(' until ' || cast(valid_to - 1 as varchar), ''),
    null
from customer_plan_days where customer_id = $customer
"""
# The score at the end of each month in which it had moved by ten points or more.
_SCORES = """
with month_ends as (
    select week_start, risk_score from mart_customer_health
    where customer_id = $customer and risk_score is not null
    qualify row_number() over (partition by date_trunc('month', week_start) order by week_start desc) = 1
)

select week_start, 'score', 'risk ' || cast(risk_score as integer) || ' of 100', null
from (select *, lag(risk_score) over (order by week_start) as score_before from month_ends)
where score_before is null or abs(risk_score - score_before) >= 10
"""
_NOTICES = """
select
    asked_on, 'notice',
    'asked to cancel' || coalesce(', ends on ' || cast(ends_on as varchar), '')
    || coalesce(': ' || nullif(replace(reason, '_', ' '), '(none)'), ''),
    -mrr_ending
from mart_known_leavers where customer_id = $customer and asked_on is not null
"""
_RENEWALS = """
select renews_on, 'renewal', coalesce(plan_id || ' ', '') || 'renews' || if(has_asked_to_cancel, ' no more', ''), mrr
from mart_renewals where customer_id = $customer
"""
_TICKETS = """
with tickets as (
    select
        *,
        -- minutes below an hour, hours below two days, whole days above
        [
            if(hours < 1, cast(60 * hours as integer) || ' min',
                if(hours < 48, cast(hours as integer) || ' h', cast(hours / 24 as integer) || ' days'))
            for hours in [first_response_hours, resolution_hours]
        ] as times
    from fct_customer_touchpoints where customer_id = $customer and kind = 'ticket'
)

select
    happened_on, 'ticket',
    if(is_complaint, 'complaint ', 'ticket ') || touchpoint_id
    || coalesce(' about ' || topic, '') || coalesce(' by ' || channel, '')
    || case
        when outcome = 'waiting' then ', waits for an answer'
        else coalesce(', answered after ' || times[1], if(outcome = 'answered', ', answered', ''))
            || if(outcome = 'solved', ', solved' || coalesce(' after ' || times[2], ''), '')
    end,
    null
from tickets
"""
_RATINGS = """
select
    happened_on, 'rating',
    case topic when 'csat' then 'satisfaction ' when 'nps' then 'would recommend us: ' else 'ease ' end
    || format('{:g} of {:g}', score, scale_max) || coalesce(' (' || channel || ')', ''),
    null
from fct_customer_touchpoints where customer_id = $customer and kind = 'rating'
"""
_CONTACTS = """
select
    happened_on, 'contact',
    if(outcome = 'outbound', 'we contacted them', 'they contacted us') || coalesce(' by ' || channel, '')
    || coalesce(' (' || campaign || ')', ''),
    null
from fct_customer_touchpoints where customer_id = $customer and kind = 'contact'
"""
_OFFERS = """
select
    happened_on, 'offer',
    replace(topic, '_', ' ') || coalesce(' (' || campaign || ')', '')
    || case outcome
        when 'held back' then ', held back from them to compare'
        when 'open' then ', no answer yet'
        else ', ' || outcome || ' on ' || outcome_on
    end,
    null
from fct_customer_touchpoints where customer_id = $customer and kind = 'offer'
"""
_TOUCHPOINTS = (_TICKETS, _RATINGS, _CONTACTS, _OFFERS)
# What an earlier version did not publish is not there.
_LIKELIEST = """
select customer_id from dim_customers
where jaro_winkler_similarity(lower(customer_id), lower(trim($customer))) > 0.8
order by jaro_winkler_similarity(lower(customer_id), lower(trim($customer))) desc, customer_id
limit 1
"""
_WHERE_PUBLISHED = (_PLANS, _SCORES, _NOTICES, _RENEWALS)


def customer_life(con: duckdb.DuckDBPyConnection, customer_id: str) -> Life:
    """Return what the open publication knows of a customer.

    :param con: where the marts are found by their bare name.
    :raises EbblineError: it knows nobody of this id.
    """
    asked = {"customer": customer_id}
    found = con.execute(
        f"select {', '.join(ATTRIBUTES)} from dim_customers where customer_id = $customer",  # noqa: S608
        asked,
    ).fetchone()
    if found is None:
        likeliest = con.execute(_LIKELIEST, asked).fetchone()
        question = f"did you mean '{likeliest[0]}'? " if likeliest else ""
        raise EbblineError(
            f"no customer {customer_id!r} is published",
            where="dim_customers.customer_id",
            fix=f"{question}after a merge a customer is known by the id that it kept",
        )
    risk = con.execute(
        "select score, reasons, mrr_at_stake from mart_risk_list where customer_id = $customer",
        asked,
    ).fetchone()

    def told_by(*queries: str) -> list[Entry]:
        return [Entry(*row) for query in queries for row in con.execute(query, asked).fetchall()]

    entries = told_by(_MOVEMENTS, _PURCHASES, _USE)
    try:
        entries += told_by(*_TOUCHPOINTS)
    except duckdb.CatalogException:  # earlier versions told of tickets by month only
        entries += told_by(_SUPPORT)
    for query in _WHERE_PUBLISHED:
        with suppress(duckdb.BinderException, duckdb.CatalogException):
            entries += told_by(query)
    known = {n: v for n, v in zip(ATTRIBUTES, found, strict=True) if v not in (None, "(none)")}
    names = ("score", "reasons", "mrr_at_stake")
    return Life(
        customer_id,
        known,
        dict(zip(names, risk, strict=True)) if risk else {},
        tuple(sorted(entries, key=lambda entry: (entry.on, entry.kind))),
    )
