"""Each vendor's files, as its documentation and connectors write them, become canonical rows."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport
from dagster_project.exports.mapping import available_formats

Load = Callable[..., LoadReport]


@dataclass(frozen=True)
class Shape:
    """A vendor's file, and rows that a query over raw must give."""

    source: str
    format: str
    file: str
    content: str
    query: str
    rows: list[tuple[str | None, ...]]


SHAPES = {
    "Stripe Dashboard customers": Shape(
        "billing", "stripe", "unified_customers.csv",
        "id,Email,Name,Created (UTC),country (metadata)\ncus_1,a@x.io,Ann,2025-03-04 09:12,DE\n",
        "select customer_id, created_at, country from raw.customers",
        [("cus_1", "2025-03-04 09:12:00+00", "DE")],
    ),
    "Recurly add-ons by Fivetran": Shape(
        "billing", "recurly", "plan_add_on_history.csv",
        "id,updated_at,plan_id,code,name,add_on_type\nao1,2026-01-01 00:00:00,p1,calls,Calls,usage\n",
        "select plan_id, usage from raw.plans",
        [("ao1", "metered")],
    ),
    "Stripe Sigma customers": Shape(
        "billing", "stripe", "customers.csv",
        "id,created,email,name,address_country\ncus_1,2025-03-04 09:12:00,a@x.io,Ann,DE\n",
        "select customer_id, created_at, country from raw.customers",
        [("cus_1", "2025-03-04 09:12:00+00", "DE")],
    ),
    "Stripe lines in a currency without cents": Shape(
        "billing", "stripe", "invoice_line_items.csv",
        "id,invoice_id,source_type,proration,subscription,price_id,currency,quantity,amount,"
        "total_discount,period_start,period_end\n"
        "il_1,in_1,subscription,false,s,p,jpy,1,5000,500,2025-01-01 00:00:00,2025-02-01 00:00:00\n"
        "il_2,in_1,subscription,false,s,p,kwd,1,5000,,2025-01-01 00:00:00,2025-02-01 00:00:00\n"
        "il_3,in_1,invoice_item,true,s,p,eur,1,-5161,0,2025-01-16 00:00:00,2025-02-01 00:00:00\n"
        "il_4,in_1,invoice_item,false,,,eur,1,100,0,,\n",
        "select line_id, kind, amount, currency from raw.invoice_lines order by line_id",
        [
            ("il_1", "recurring", "4500.00", "JPY"),
            ("il_2", "recurring", "5.00", "KWD"),
            ("il_3", "recurring", "-51.61", "EUR"),
            ("il_4", "one_off", "1.00", "EUR"),
        ],
    ),
    "Stripe charges": Shape(
        "billing", "stripe", "charges.csv",
        "id,created,customer_id,invoice_id,currency,amount,amount_refunded,status,refunded,"
        "dispute_id,failure_code\n"
        "ch_1,2025-03-04 09:12:00,c,i,usd,990,0,succeeded,false,,\n"
        "ch_2,2025-03-04 09:12:00,c,i,usd,990,990,succeeded,true,,\n"
        "ch_3,2025-03-04 09:12:00,c,i,usd,990,0,succeeded,false,dp_1,\n"
        "ch_4,2025-03-04 09:12:00,c,i,usd,990,0,failed,false,,card_declined\n"
        "ch_5,2025-03-04 09:12:00,,i,usd,990,0,succeeded,false,,\n",
        "select payment_id, status, amount, failure_code from raw.payments order by 1",
        [
            ("ch_1", "succeeded", "9.90", None),
            ("ch_2", "refunded", "9.90", None),
            # A dispute is no status: how it ended stands in the disputes.
            ("ch_3", "succeeded", "9.90", None),
            ("ch_4", "failed", "9.90", "card_declined"),
        ],
    ),
    "Chargebee invoices": Shape(
        "billing", "chargebee", "invoices.json",
        '[{"id":"inv_1","customer_id":"c1","status":"payment_due","date":1735689600,'
        '"currency_code":"USD","line_items":[{"id":"li_1","date_from":1735689600,'
        '"date_to":1738368000,"quantity":2,"amount":20000,"discount_amount":1000,'
        '"entity_type":"plan_item_price","entity_id":"pro-USD-monthly","subscription_id":"s1"},'
        '{"id":"li_2","amount":500,"entity_type":"adhoc"}]}]',
        "select i.status, i.issued_at, l.line_id, l.kind, l.amount, l.plan_id, "
        "l.period_end_at from raw.invoices i join raw.invoice_lines l using (invoice_id) order by 3",
        [
            ("open", "2025-01-01 00:00:00+00", "li_1", "recurring", "190.00", "pro-USD-monthly",
             "2025-02-01 00:00:00+00"),
            ("open", "2025-01-01 00:00:00+00", "li_2", "one_off", "5.00", None, None),
        ],
    ),
    "Chargebee subscriptions, ISO 8601 from a connector": Shape(
        "billing", "chargebee", "subscriptions.jsonl",
        '{"id":"s1","customer_id":"c1","status":"cancelled","started_at":"2025-01-01T00:00:00Z",'
        '"cancelled_at":"2025-03-01T00:00:00Z","cancel_reason":"not_paid"}\n',
        "select subscription_id, started_at, ended_at, cancellation_reason from raw.subscriptions",
        [("s1", "2025-01-01 00:00:00+00", "2025-03-01 00:00:00+00", "not_paid")],
    ),
    "Recurly line items": Shape(
        "billing", "recurly", "line_item_history.csv",
        "id,created_at,account_id,plan_id,invoice_id,subscription_id,origin,currency,amount,quantity,"
        "subtotal,discount,proration_rate,start_date,end_date\n"
        "l1,2025-01-01T00:00:00,a1,p1,i1,s1,plan,USD,99.0,1,99.0,9.0,,2025-01-01 00:00:00,"
        "2025-02-01 00:00:00\n"
        "l2,2025-01-01T00:00:00,a1,,i1,,credit,USD,-5.0,1,-5.0,0.0,,2025-01-01 00:00:00,\n",
        "select line_id, kind, amount, is_proration from raw.invoice_lines order by 1",
        [("l1", "recurring", "90.00", "false"), ("l2", "credit", "-5.00", "false")],
    ),
    "Recurly subscriptions": Shape(
        "billing", "recurly", "subscription_history.csv",
        "id,created_at,activated_at,canceled_at,expires_at,account_id,plan_id,state,expiration_reason\n"
        "s1,2019-03-26 09:28:17,2019-03-26 09:28:17,2019-03-26 09:37:26,2019-04-26 09:28:17,a1,p1,"
        "expired,canceled\n",
        "select subscription_id, customer_id, ended_at, cancellation_reason from raw.subscriptions",
        [("s1", "a1", "2019-04-26 09:28:17+00", "canceled")],
    ),
    "Shopify admin export": Shape(
        "billing", "shopify", "orders_export.csv",
        "Name,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem sku,Lineitem discount,Cancelled at,Vendor,Id\n"
        "#1001,a@x.io,paid,EUR,2025-10-07 09:50:26 +0200,3,Mask,34.90,M1,4.70,,Leaf,741\n"
        "#1001,a@x.io,,,2025-10-07 09:50:26 +0200,1,Soap,5.00,S1,0.00,,Leaf,\n"
        "#1002,b@x.io,refunded,EUR,2025-10-08 09:50:26 +0200,1,Soap,5.00,S1,0.00,,Leaf,742\n",
        "select order_id, status, amount, currency, ordered_at, product_id, _source_row from raw.orders "
        "order by _source_row",
        [
            ("#1001", "completed", "100.00", "EUR", "2025-10-07 07:50:26+00", "M1", "2"),
            ("#1001", "completed", "5.00", "EUR", "2025-10-07 07:50:26+00", "S1", "3"),
            ("#1002", "refunded", "5.00", "EUR", "2025-10-08 07:50:26+00", "S1", "4"),
        ],
    ),
    "Shopify Admin API": Shape(
        "billing", "shopify", "orders.json",
        '{"orders":[{"id":1,"created_at":"2025-10-07T09:50:26+02:00","currency":"EUR",'
        '"financial_status":"paid","customer":{"id":7},"line_items":[{"id":11,"quantity":2,'
        '"price":"10.00","total_discount":"1.00","title":"Soap","product_id":5}]}]}',
        "select order_id, line_id, customer_id, amount, status from raw.orders",
        [("1", "11", "7", "19.00", "completed")],
    ),
    "Zendesk tickets as the API wraps them": Shape(
        "support", "zendesk", "tickets.json",
        '{"tickets":[{"id":1,"external_id":"c1","created_at":"2025-01-01T00:00:00Z",'
        '"via":{"channel":"web"},"tags":["Complaint"],"status":"open"}],"count":1}',
        "select ticket_id, customer_id, channel, is_complaint from raw.tickets",
        [("1", "c1", "web", "true")],
    ),
    "Zendesk ratings that were only offered": Shape(
        "support", "zendesk", "satisfaction_ratings.jsonl",
        '{"id":1,"ticket_id":2,"score":"offered","created_at":"2025-01-01T00:00:00Z"}\n'
        '{"id":2,"ticket_id":2,"score":"bad","created_at":"2025-01-01T00:00:00Z"}\n',
        "select rating_id, score, scale_max from raw.ratings",
        [("2", "0.000", "1.000")],
    ),
    "Intercom conversations": Shape(
        "support", "intercom", "conversations.jsonl",
        '{"id":"9","created_at":1735689600,"state":"closed","source":{"type":"email"},'
        '"contacts":{"contacts":[{"id":"x","external_id":"c1"}]},'
        '"statistics":{"first_admin_reply_at":1735693200,"last_close_at":1735700000,"count_reopens":2},'
        '"tags":{"type":"tag.list","tags":[]},'
        '"conversation_rating":{"rating":4,"remark":"ok","created_at":1735700100}}\n'
        '{"id":"10","created_at":1735689600,"state":"open","source":{"type":"chat"}}\n',
        "select t.ticket_id, t.customer_id, t.first_response_at, t.reopens, r.score "
        "from raw.tickets t left join raw.ratings r using (ticket_id) order by t.ticket_id desc",
        [
            ("9", "c1", "2025-01-01 01:00:00+00", "2", "4.000"),
            ("10", None, None, None, None),
        ],
    ),
    "Segment messages": Shape(
        "usage", "segment", "2025-01.jsonl",
        '{"type":"track","messageId":"m1","userId":"u1","event":"Viewed",'
        '"timestamp":"2025-01-01T00:00:00Z","properties":{"feature":"reports"}}\n'
        '{"type":"identify","messageId":"m2","userId":"u1","traits":{"customer_id":"c1"}}\n'
        '{"type":"page","messageId":"m3","userId":"u1"}\n',
        "select e.event_id, e.feature, i.customer_id from raw.events e "
        "join raw.identities i using (user_id)",
        [("m1", "reports", "c1")],
    ),
    "Amplitude export": Shape(
        "usage", "amplitude", "123_2025-01-01_0#0.json.gz",
        '{"uuid":"a-1","user_id":"u1","event_type":"Viewed","event_time":"2025-01-01 00:00:00.123000",'
        '"session_id":-1,"groups":{"company":["c1"]},"event_properties":{"feature":"f"},'
        '"user_properties":{"customer_id":"c1"}}\n'
        '{"uuid":"a-2","user_id":"u1","event_type":"Viewed","event_time":"2025-01-01 00:01:00.123000",'
        '"session_id":1735689600000,"groups":{},"event_properties":{},'
        '"user_properties":{"customer_id":"c1"}}\n',
        "select event_id, user_id, occurred_at, session_id, feature from raw.events order by 1",
        [
            ("a-1", "u1", "2025-01-01 00:00:00.123+00", None, "f"),
            ("a-2", "u1", "2025-01-01 00:01:00.123+00", "1735689600000", None),
        ],
    ),
    "PostHog batch export": Shape(
        "usage", "posthog", "events.jsonl",
        '{"uuid":"p-1","event":"viewed","distinct_id":"u1","timestamp":"2025-01-01 00:00:00.123+00:00",'
        '"properties":{"$session_id":"s1","feature":"f","$groups":{"company":"c1"}}}\n',
        "select event_id, customer_id, session_id, feature from raw.events",
        [("p-1", "c1", "s1", "f")],
    ),
    "PostHog batch export as CSV with JSON in a column": Shape(
        "usage", "posthog", "events.csv",
        "uuid,event,distinct_id,timestamp,properties\n"
        'p-1,viewed,u1,2025-01-01 00:00:00,"{""$session_id"":""s1"",""customer_id"":""c1""}"\n',
        "select event_id, customer_id, session_id from raw.events",
        [("p-1", "c1", "s1")],
    ),
    "canonical events beside a vendor's": Shape(
        "usage", "segment", "events.csv",
        "event_id,customer_id,event_name,occurred_at\ne1,c1,viewed,2025-01-01T00:00:00Z\n",
        "select event_id, customer_id from raw.events",
        [("e1", "c1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_vendor_file_becomes_canonical_rows(
    name: str, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    shape = SHAPES[name]
    content = shape.content.encode()
    file = landing / shape.file
    file.write_bytes(gzip.compress(content) if shape.file.endswith(".gz") else content)

    report = load(shape.source, shape.format, limit=0)

    assert not report.refused, report.refused
    found = con.execute(shape.query).fetchall()
    assert [tuple(None if v is None else _text(v) for v in row) for row in found] == shape.rows


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "isoformat"):
        text = str(value).replace("000+00:00", "+00").replace("+00:00", "+00")
        return text
    return str(value)


def test_every_vendor_of_the_contract_has_a_mapping_with_its_documentation() -> None:
    formats = {mapping.format: mapping for mapping in available_formats()}

    assert set(formats) == {
        "stripe", "chargebee", "recurly", "shopify", "zendesk", "intercom", "segment", "amplitude",
        "posthog",
    }  # fmt: skip
    assert all(mapping.documentation for mapping in formats.values())


def test_a_vendor_is_added_by_one_yaml_file(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    own = tmp_path / "paddle.yml"
    own.write_text(
        "format: paddle\n"
        "title: Paddle\n"
        "source: billing\n"
        "zone: UTC\n"
        "deliveries:\n"
        "  - table: customers\n"
        "    files: [paddle_people*]\n"
        "    columns:\n"
        "      customer_id: person\n"
        "      created_at: {from: joined, as: epoch_millis}\n"
        "      segment: {from: size, map: {s: small, l: large}}\n"
    )
    (landing / "paddle_people_1.csv").write_text("person,joined,size\np1,1735689600000,S\n")

    report = load("billing", str(own))

    assert [file.outcome for file in report.files] == ["loaded"]
    assert con.execute(
        "select customer_id, cast(created_at as varchar), segment from raw.customers"
    ).fetchall() == [("p1", "2025-01-01 00:00:00+00", "small")]


def _in_modes(*modes: bool) -> str:
    at, price = 1767225600, {"id": "p", "recurring": {"usage_type": "licensed"}}
    line = {"type": "subscription", "amount": 900, "currency": "usd", "price": price}
    paid = {"status": "paid", "currency": "usd", "created": at}
    invoices = [
        {
            **{"id": f"in_{live}", "customer": f"cus_{live}", **paid, "livemode": live},
            "lines": {"has_more": False, "data": [{"id": f"il_{live}", **line}]},
        }
        for live in modes
    ]
    return json.dumps({"object": "list", "data": invoices})


def test_what_stripe_made_in_test_mode_is_nothing(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "invoices.json").write_text(_in_modes(True, False))
    (landing / "customer.csv").write_text(
        "id,created,livemode\ncus_1,2026-01-01 00:00:00,true\ncus_2,2026-01-01 00:00:00,false\n"
    )

    told = [file.message for file in load(format_name="stripe").files]

    there = con.execute(
        "select customer_id from raw.customers where not _deleted "
        "union all select invoice_id from raw.invoices where not _deleted "
        "union all select line_id from raw.invoice_lines where not _deleted order by 1"
    )
    assert there.fetchall() == [("cus_1",), ("il_True",), ("in_True",)]
    assert all("1 row counts as deleted" in message for message in told)


def test_an_export_of_test_mode_alone_is_told_of(landing: Path, load: Load) -> None:
    (landing / "customer.csv").write_text("id,created,livemode\ncus_1,2026-01-01 00:00:00,false\n")

    (told,) = [one for one in load(format_name="stripe").warnings if "deleted" in one]

    assert told.startswith("customer.csv: every row counts as deleted, so that nothing of it is")
    assert "livemode" in told


def test_what_is_owed_of_an_order_is_read_without_the_buyers_currency(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    order = {
        **{
            "id": 1,
            "email": "a@s.example",
            "currency": "USD",
            "financial_status": "partially_paid",
        },
        **{"created_at": "2026-01-05T10:00:00Z", "processed_at": "2026-01-05T10:00:00Z"},
        **{"updated_at": "2026-01-05T10:00:00Z", "cancelled_at": None, "test": False},
        **{"subtotal_price": "100.00", "total_price": "100.00", "total_discounts": "0.00"},
        "total_outstanding": "60.00",
        "line_items": [{"id": 7, "quantity": 1, "price": "100.00", "total_discount": "0.00"}],
    }
    (landing / "orders.json").write_text(json.dumps({"orders": [order]}))

    load(format_name="shopify")

    owed = con.execute("select total::varchar, outstanding::varchar from raw.order_totals")
    assert owed.fetchall() == [("100.00", "60.00")]


def test_what_was_taken_off_an_order_since_is_read(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    by_rest = "id,currency,subtotal_price,total_price,current_total_price,financial_status"
    money = "{}_set_shop_amount"
    by_graphql = ",".join(
        [
            *("id", "subtotal_price_set_shop_currency_code", "display_financial_status"),
            *map(money.format, ("subtotal_price", "total_price", "current_total_price")),
        ]
    )
    (landing / "order-1.csv").write_text(f"{by_rest}\n1,USD,100.00,100.00,60.00,paid\n")
    (landing / "order-2.csv").write_text(f"{by_graphql}\n2,USD,PAID,100.00,100.00,60.00\n")

    load(format_name="shopify")

    now = con.execute("select order_id, current_total::varchar from raw.order_totals order by 1")
    assert now.fetchall() == [("1", "60.00"), ("2", "60.00")]


@pytest.mark.parametrize("shape", ["api", "fivetran"])
def test_what_the_company_wrote_first_is_a_ticket_once_the_customer_answers(
    shape: str, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    begun = [
        *(("asked", "customer_initiated", None), ("sent", "campaigns_initiated", None)),
        *(("answered", "campaigns_initiated", 1767607200), ("written", "admin_initiated", None)),
    ]
    if shape == "api":
        conversations = [
            {
                **{"id": name, "created_at": 1767600000, "updated_at": 1767600000, "state": "open"},
                "source": {"type": "email", "delivered_as": by, "author": {"id": "a1"}},
                "contacts": {"contacts": [{"id": "u1"}]},
                "statistics": {"first_contact_reply_at": answered},
            }
            for name, by, answered in begun
        ]
        text = json.dumps({"conversations": conversations})
        (landing / "conversations.json").write_text(text)
    else:
        header = (
            "id,created_at,updated_at,_fivetran_synced,state,source_type,source_delivered_as,"
            "source_author_id,first_contact_reply_created_at"
        )
        rows = [
            f"{name},2026-01-05,2026-01-05,2026-01-06,open,email,{by},a1,{answered or ''}"
            for name, by, answered in begun
        ]
        (landing / "conversation_history.csv").write_text("\n".join([header, *rows, ""]))

    load(source="support", format_name="intercom")

    outbound = con.execute("select ticket_id from raw.tickets where is_outbound order by 1")
    assert outbound.fetchall() == [("sent",), ("written",)]


@pytest.mark.parametrize(
    ("vendor", "name_of", "told"),
    [
        ("amplitude", "event_type", ["$identify", "$groupidentify"]),
        ("posthog", "event", ["$identify", "$set", "$groupidentify", "$feature_flag_called"]),
    ],
)
def test_what_tells_of_a_user_is_no_use_of_the_product(
    vendor: str,
    name_of: str,
    told: list[str],
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
) -> None:
    at = {"timestamp": "2026-01-05T10:00:00Z", "event_time": "2026-01-05 10:00:00"}
    who = {"user_id": "u1", "distinct_id": "u1"}
    lines = [
        json.dumps({"uuid": f"{number}", name_of: name, **at, **who})
        for number, name in enumerate(["report viewed", *told])
    ]
    (landing / "events.jsonl").write_text("\n".join([*lines, ""]))

    (loaded,) = load(source="usage", format_name=vendor).files

    assert con.execute("select event_name from raw.events").fetchall() == [("report viewed",)]
    assert f"not mapped: {len(told)} rows" in loaded.message
