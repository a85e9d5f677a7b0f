"""Usage events, made by DuckDB from hashes: any number of them in bounded memory.

Belongs here: when who used what. Does not belong here: files and vendor shapes beyond the columns.

A span is the time of one main subscription. On each of its days the customer is active with a
chance that grows with engagement, is small at weekends and falls over the sixty days before the
subscription ends. All chance comes from hashes of (seed, span, day, draw), so the rows do not
depend on threads or on how the spans are cut into chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY
from dagster_project.simulate.company import Company, customer_ids, user_stems
from dagster_project.simulate.ledger import NEVER

SPANS_PER_CHUNK: Final = 20_000
USUAL_EVENTS_PER_CUSTOMER: Final = 70
_FALL_DAYS: Final = 60
_WEEKEND: Final = 0.22


@dataclass(frozen=True)
class Intensity:
    """How much to make: `day_scale` multiplies the chance of an active day, `per_day` is the mean
    of its events.
    """

    day_scale: float
    per_day: float


def spans(company: Company) -> pa.Table:
    """One row per main subscription: span, customer, first and last day, whether it ends,
    engagement, users.
    """
    s = company.billing.subscriptions
    main = np.flatnonzero(s.role == catalog.MAIN)
    begin = s.started[main] // DAY
    leaves = s.end_day[main] != NEVER
    end = np.where(leaves, s.end_day[main], company.window.until_day + 1)
    real = (end > begin) & (begin <= company.window.until_day)
    main, begin, end, leaves = main[real], begin[real], end[real], leaves[real]
    customer = s.customer[main]
    return pa.table(
        {
            "span": pa.array(main),
            "customer": pa.array(customer + 1),
            "customer_id": customer_ids(customer),
            "user_stem": user_stems(customer),
            "begin_day": pa.array(begin),
            "days": pa.array(end - begin),
            "leaves": pa.array(leaves),
            "engagement": pa.array(company.customers.engagement[customer]),
            "users": pa.array(company.users[customer]),
        }
    )


def intensity(table: pa.Table, wanted: int) -> Intensity:
    """How strongly to scale so that about `wanted` events come out."""
    days = table["days"].to_numpy().astype(np.float64)
    leaves = table["leaves"].to_numpy()
    base = _base(table["engagement"].to_numpy())
    # the fall before the end takes away 0.425 of the last sixty days
    effective = days - np.where(leaves, 0.425 * np.minimum(days, _FALL_DAYS), 0.0)
    active_days = float((effective * base).sum()) * (5 + 2 * _WEEKEND) / 7 + 0.6 * len(days)
    per_day = float(np.clip(wanted / max(active_days, 1.0), 1.5, 8.0))
    return Intensity(day_scale=wanted / max(active_days * per_day, 1.0), per_day=per_day)


def _base(engagement: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    return np.asarray(0.03 + 0.8 * engagement * engagement, dtype=np.float64)


def chunks(table: pa.Table) -> Iterator[pa.Table]:
    """The spans in pieces that fit into memory."""
    for start in range(0, table.num_rows, SPANS_PER_CHUNK):
        yield table.slice(start, SPANS_PER_CHUNK)


# every draw is hash(key of span, day and draw number, mixed with the seed) / 2^64, in [0, 1)
_EVENTS = """
with every_day as (
    -- unnest streams, where a lateral join with range() would build a table of all days first
    select *, unnest(range(days)) as day_of_span
    from spans
),

days as (
    select *, (span * 8192 + day_of_span) * 64 as key
    from every_day
),

rolled as (
    select
        *,
        hash(xor(key, $seed_hash)) / 18446744073709551616.0 as roll,
        0.03 + 0.8 * engagement * engagement as base,
        case when (begin_day + day_of_span + 4) % 7 in (0, 6) then $weekend else 1.0 end as of_week,
        case
            when leaves and days - day_of_span < $fall
                then 0.15 + 0.85 * (days - day_of_span) / $fall
            else 1.0
        end as fall
    from days
),

active as (
    select
        *,
        hash(xor(key + 1, $seed_hash)) / 18446744073709551616.0 as roll_number,
        hash(xor(key + 2, $seed_hash)) / 18446744073709551616.0 as roll_start,
        hash(xor(key + 3, $seed_hash)) / 18446744073709551616.0 as roll_gap
    from rolled
    where
        roll < least(0.97, base * of_week * fall * $day_scale)
        or (day_of_span = 0 and roll < 0.6 * least(1.0, $day_scale))
),

sized as (
    select
        *,
        case
            when day_of_span = 0 then 2 + floor(roll_number * 3)
            else 1 + least(30, floor(ln(greatest(roll_number, 1e-12)) / ln(1 - 1 / $per_day)))
        end::bigint as number_of_events,
        (begin_day + day_of_span) * 86400 + 25200 + floor(roll_start * 39600)::bigint
            as first_second,
        15 + floor(roll_gap * (60 + 400 * engagement))::bigint as gap
    from active
),

placed as (
    select
        span,
        day_of_span,
        customer_id,
        user_stem,
        users,
        key,
        first_second,
        gap,
        2 + 6 * engagement as breadth,
        unnest(range(number_of_events)) as place
    from sized
),

events as (
    select
        *,
        hash(xor(key + 4 + place, $seed_hash)) / 18446744073709551616.0 as roll_event,
        hash(xor(key + 3, $seed_hash)) % users + 1 as user_number
    from placed
)

select
    'msg_' || span || '_' || day_of_span || '_' || place as event_id,
    customer_id,
    user_stem || user_number as user_id,
    $names[1 + floor(roll_event * roll_event * breadth)::bigint] as event_name,
    make_timestamp((first_second + place * gap) * 1000000)::timestamptz as occurred_at,
    'ses_' || span || '_' || day_of_span as session_id,
    $features[1 + floor(roll_event * roll_event * breadth)::bigint] as feature
from events
"""


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB in UTC with a bound on its memory, which may fetch nothing."""
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": "3GB",
            "autoinstall_known_extensions": "false",
        },
    )
    con.execute("set timezone = 'UTC'")
    return con


def events(
    con: duckdb.DuckDBPyConnection, company: Company, chunk: pa.Table, strength: Intensity
) -> duckdb.DuckDBPyRelation:
    """The canonical events of a chunk of spans, not yet computed: event_id, customer_id, user_id,
    event_name, occurred_at, session_id, feature.
    """
    con.register("spans", chunk)
    return con.sql(
        _EVENTS,
        params={
            "seed_hash": (company.seed * 0x9E3779B97F4A7C15 + 0x1234567) % (1 << 62),
            "weekend": _WEEKEND,
            "fall": float(_FALL_DAYS),
            "day_scale": strength.day_scale,
            "per_day": strength.per_day,
            "names": [name for name, _ in catalog.FEATURES],
            "features": [feature for _, feature in catalog.FEATURES],
        },
    )


_IDENTITIES = """
select distinct on (s.customer, u.user_number)
    printf('idf_%06d_%d', s.customer, u.user_number) as event_id,
    s.user_stem || u.user_number as user_id,
    s.customer_id,
    printf('user%d@c%06d.example.com', u.user_number, s.customer) as email,
    make_timestamp((s.begin_day * 86400 + 25000) * 1000000)::timestamptz as occurred_at
from spans as s, range(1, s.users + 1) as u (user_number)
order by s.customer, u.user_number, s.begin_day
"""


def identities(con: duckdb.DuckDBPyConnection, table: pa.Table) -> duckdb.DuckDBPyRelation:
    """One row per user: event_id, user_id, customer_id, email, occurred_at."""
    con.register("spans", table)
    return con.sql(_IDENTITIES)
