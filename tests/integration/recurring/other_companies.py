"""Companies of the kinds in ``tests/cases/audit``, of other intervals, currencies and amounts, worked by hand.

Each is told in a line or some, by customer; together they are loaded beside the cases and cost no build of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1)) for month in range(1, 7)]


@dataclass(frozen=True)
class Line:
    """A line of an invoice of its own, paid when it is issued, unless said otherwise."""

    customer: str
    plan: str
    amount: str
    first: str
    end: str
    status: str = "paid"
    quantity: int = 1
    currency: str = "USD"
    issued: str = ""
    is_proration: bool = False


def _monthly(
    customer: str, plan: str, amount: str, *, since: int, inclusive: bool = False, quantity: int = 1
) -> list[Line]:
    return [
        Line(
            customer,
            plan,
            amount,
            str(first),
            str(end - timedelta(days=int(inclusive))),
            quantity=quantity,
        )
        for first, end in MONTHS[since - 1 :]
    ]


PLANS = """plan_id,product,unit_amount,currency,interval,interval_count
o-m100,o,100,USD,month,1
o-m200,o,200,USD,month,1
o-more,o-more,20,USD,month,1
o-seat,o,10,USD,month,1
o-q300,o,300,USD,quarter,1
o-q150,o,150,USD,quarter,1
o-h600,o,600,USD,month,6
o-y1200,o,1200,EUR,year,1
o-w10,o,10,USD,week,1
o-w20,o,20,USD,week,1
o-d90,o,90,USD,day,90
"""

LINES = [
    # A part of a quarter (86 of 90 days), of a year (304 of 365), of a month without a plan (10 of 31), unflagged.
    Line("o-q", "o-q300", "286.67", "2026-01-05", "2026-04-01"),
    Line("o-q", "o-q300", "300", "2026-04-01", "2026-07-01"),
    Line("o-y", "o-y1200", "999.45", "2025-03-03", "2026-01-01", currency="EUR"),
    Line("o-y", "o-y1200", "1200", "2026-01-01", "2027-01-01", currency="EUR"),
    Line("o-n", "", "14.68", "2026-01-22", "2026-02-01"),
    *_monthly("o-n", "", "45.50", since=2),
    # More than an interval: two of 28 days and March, nine of 31 and February, ten of 92 and a quarter.
    Line("o-l1", "o-m100", "107.14", "2026-02-27", "2026-04-01"),
    *_monthly("o-l1", "o-m100", "100", since=4),
    Line("o-l2", "o-m100", "129.03", "2026-01-23", "2026-03-01"),
    *_monthly("o-l2", "o-m100", "100", since=3),
    Line("o-l3", "o-q300", "332.61", "2025-12-22", "2026-04-01"),
    Line("o-l3", "o-q300", "300", "2026-04-01", "2026-07-01"),
    # Renewed ten days early.
    Line("o-e", "o-q300", "300", "2026-01-01", "2026-04-01"),
    Line("o-e", "o-q300", "300", "2026-03-22", "2026-06-22"),
    Line("o-e", "o-q300", "300", "2026-06-22", "2026-09-22"),
    # Unpaid: issued a month ahead; written off twice.
    Line("o-a", "o-q300", "300", "2025-10-01", "2026-01-01"),
    Line("o-a", "o-q300", "300", "2026-01-01", "2026-04-01", status="open", issued="2025-12-01"),
    Line("o-u", "o-m100", "100", "2026-01-01", "2026-02-01"),
    Line("o-u", "o-m100", "100", "2026-02-01", "2026-03-01", status="uncollectible"),
    Line("o-u", "o-m100", "100", "2026-03-01", "2026-04-01", status="uncollectible"),
    # Half-years that end with a microsecond; only lines that name their last day; a change inside such months.
    Line("o-h", "o-h600", "600", "2025-07-01T00:00:00Z", "2025-12-31T23:59:59.999999Z"),
    Line("o-h", "o-h600", "600", "2026-01-01T00:00:00Z", "2026-06-30T23:59:59.999999Z"),
    Line("o-h", "o-h600", "600", "2026-07-01T00:00:00Z", "2026-12-31T23:59:59.999999Z"),
    Line("o-i1", "", "50", "2026-06-01", "2026-06-30"),
    Line("o-i2", "", "300", "2026-04-01", "2026-06-30"),
    Line("o-i3", "", "1200", "2026-01-01", "2026-12-31"),
    Line("o-i4", "o-m100", "100", "2026-01-01", "2026-01-31"),
    Line("o-i4", "o-m100", "-51.61", "2026-01-16", "2026-01-31", is_proration=True),
    Line("o-i4", "o-m200", "103.23", "2026-01-16", "2026-01-31", is_proration=True),
    *_monthly("o-i4", "o-m200", "200", since=2, inclusive=True),
    # Half of a quarter taken back; three days of a week; two seats more, unflagged.
    Line("o-d", "o-q300", "300", "2026-01-01", "2026-04-01"),
    Line("o-d", "o-q300", "-200", "2026-01-31", "2026-04-01", is_proration=True),
    Line("o-d", "o-q150", "100", "2026-01-31", "2026-04-01", is_proration=True),
    Line("o-d", "o-q150", "150", "2026-04-01", "2026-07-01"),
    Line("o-w", "o-w10", "10", "2026-01-05", "2026-01-12"),
    Line("o-w", "o-w10", "-4.29", "2026-01-09", "2026-01-12", is_proration=True),
    Line("o-w", "o-w20", "8.57", "2026-01-09", "2026-01-12", is_proration=True),
    *(
        Line("o-w", "o-w20", "20", str(first), str(first + timedelta(days=7)))
        for first in (date(2026, 1, 12) + timedelta(days=7 * week) for week in range(25))
    ),
    Line("o-s", "o-seat", "30", "2026-01-01", "2026-02-01", quantity=3),
    Line("o-s", "o-seat", "13.55", "2026-01-11", "2026-02-01", quantity=2),
    *_monthly("o-s", "o-seat", "50", since=2, quantity=5),
    # Another product adds up; ninety days are no quarter; what was void was billed again.
    *_monthly("o-p", "o-m100", "100", since=1),
    *_monthly("o-p", "o-more", "20", since=3),
    Line("o-d90", "o-d90", "90", "2026-01-01", "2026-04-01"),
    Line("o-d90", "o-d90", "90", "2026-04-01", "2026-06-30"),
    Line("o-d90", "o-d90", "90", "2026-06-30", "2026-09-28"),
    Line("o-v", "o-q300", "300", "2026-01-01", "2026-04-01", status="void"),
    Line("o-v", "o-q300", "300", "2026-01-01", "2026-04-01"),
    Line("o-v", "o-q300", "300", "2026-04-01", "2026-07-01"),
    # Two seats more for whole months of a year without a price; an add-on on another day without a product.
    Line("o-x", "", "1200", "2026-01-01", "2027-01-01", quantity=10),
    Line("o-x", "", "200", "2026-03-01", "2027-01-01", quantity=2),
    *_monthly("o-z", "o-z1", "100", since=1),
    *(
        Line("o-z", "o-z2", "20", f"{first:%Y-%m}-15", f"{end:%Y-%m}-15")
        for first, end in MONTHS[1:]
    ),
]
MOVEMENTS_OF_LINES = """
    o-q 2026-01-05 new 100.00
    o-y 2025-03-03 new 100.00
    o-n 2026-01-22 new 45.50
    o-l1 2026-02-27 new 100.00
    o-l2 2026-01-23 new 100.00
    o-l3 2025-12-22 new 100.00
    o-e 2026-01-01 new 100.00
    o-a 2025-10-01 new 100.00
    o-a 2026-01-31 churn -100.00
    o-u 2026-01-01 new 100.00
    o-u 2026-03-31 churn -100.00
    o-h 2025-07-01 new 100.00
    o-i1 2026-06-01 new 50.00
    o-i2 2026-04-01 new 100.00
    o-i3 2026-01-01 new 100.00
    o-i4 2026-01-01 new 100.00
    o-i4 2026-01-16 expansion 100.00
    o-d 2026-01-01 new 100.00
    o-d 2026-01-31 contraction -50.00
    o-w 2026-01-05 new 43.33
    o-w 2026-01-09 expansion 43.34
    o-s 2026-01-01 new 30.00
    o-s 2026-01-11 expansion 20.00
    o-p 2026-01-01 new 100.00
    o-p 2026-03-01 expansion 20.00
    o-d90 2026-01-01 new 30.42
    o-v 2026-01-01 new 100.00
    o-x 2026-01-01 new 100.00
    o-x 2026-03-01 expansion 20.00
    o-z 2026-01-01 new 100.00
    o-z 2026-02-15 expansion 20.00
"""


def invoice_files() -> dict[str, str]:
    """Return the company told in invoice lines."""
    header = (
        "invoice_id,line_id,invoice_status,customer_id,subscription_id,plan_id,kind,quantity,amount,currency,"
        "period_start_at,period_end_at,is_proration,issued_at,paid_at"
    )
    rows = []
    for number, line in enumerate(LINES):
        issued = line.issued or line.first[:10]
        # What is bought together is on one invoice; what is issued apart is not.
        invoice = f"{line.customer}-{issued}" if line.plan == "o-more" else f"o-{number}"
        rows.append(
            f"{invoice},o-{number},{line.status},{line.customer},s-{line.customer},{line.plan},recurring,{line.quantity},"
            f"{line.amount},{line.currency},{line.first},{line.end},{str(line.is_proration).lower()},{issued},"
            f"{issued if line.status == 'paid' else ''}"
        )
    return {
        "customers-other.csv": _customers({line.customer for line in LINES}),
        "plans-other.csv": PLANS,
        "invoice_lines-other.csv": "\n".join([header, *rows]) + "\n",
    }


def _customers(names: Iterable[str], *, country: bool = False) -> str:
    header = "customer_id,created_at,country" if country else "customer_id,created_at"
    rows = [f"{name},2023-01-01{',' + name.upper() if country else ''}" for name in sorted(names)]
    return "\n".join([header, *rows]) + "\n"


ITEM_COLUMNS = (
    "item_id,subscription_id,customer_id,plan_id,quantity,unit_amount,currency,interval,interval_count,"
    "discount,valid_from_at,valid_to_at\n"
)
ITEMS = """
week1,s-p-week,p-week,wk,1,1.00,USD,week,1,,2024-01-01,
week2,s-p-week,p-week,wk,1,1.00,USD,week,1,,2024-01-01,
week3,s-p-week,p-week,wk,5,1.00,USD,week,1,,2024-01-01,
quarter1,s-p-quarter,p-quarter,q,1,10,USD,quarter,1,,2024-01-01,
quarter2,s-p-quarter,p-quarter,q,2,10,USD,quarter,1,,2024-01-01,
day,s-p-day,p-day,d,3,0.10,USD,day,1,,2024-01-01,
off,s-p-off,p-off,y,3,99.99,USD,year,1,0.15,2024-01-01,
list,s-p-list,p-list,y2,1,,,,,,2024-01-01,
v,s-p-versions,p-versions,m10,1,10,USD,month,1,,2024-01-01,
v,s-p-versions,p-versions,m10,5,10,USD,month,1,,2024-02-15,
v,s-p-versions,p-versions,m10,3,10,USD,month,1,,2024-04-01,
expired,s-p-expired,p-expired,m10,1,10,USD,month,1,,2024-01-01,
left,s-p-left,p-left,m10,1,10,USD,month,1,,2024-01-01,
rest,s-p-rest,p-rest,m10,1,10,USD,month,1,,2024-01-01,
rest,s-p-rest,p-rest,m10,2,10,USD,month,1,,2024-02-01,
owes,s-p-owes,p-owes,m10,1,10,USD,month,1,,2024-01-01,
late,s-p-late,p-late,m10,1,10,USD,month,1,,2024-01-01,
ended,s-p-ended,p-ended,m10,1,10,USD,month,1,,2024-01-01,
over,s-p-over,p-over,m10,1,10,USD,month,1,,2024-01-01,
1,s-p-one,p-one,m10,1,10,USD,month,1,,2024-01-01,
1,s-p-two,p-two,m10,1,10,USD,month,1,,2024-02-01,
night,s-p-night,p-night,m10,1,10,USD,month,1,,2024-01-01,2024-03-31T23:59:59Z
night,s-p-night,p-night,m10,2,10,USD,month,1,,2024-04-01,2024-05-31T23:59:00Z
night,s-p-night,p-night,m10,3,10,USD,month,1,,2024-06-01,
coming,s-p-coming,p-coming,m10,1,10,USD,month,1,,2024-01-01,
future,s-p-future,p-future,m10,1,10,USD,month,1,,2024-01-01,
trial,s-p-trial,p-trial,m10,1,10,USD,month,1,,2024-01-01,
odd,s-p-odd,p-odd,m10,1,10,USD,month,1,,2024-01-01,
"""
SUBSCRIPTION_COLUMNS = (
    "subscription_id,customer_id,status,started_at,trial_start_at,trial_end_at,cancel_requested_at,"
    "ended_at\n"
)
SUBSCRIPTIONS_OF_ITEMS = """
s-p-expired,p-expired,Incomplete_Expired,2024-01-01,,,,
s-p-left,p-left,cancelled,2024-01-01,,,2024-03-05,
s-p-rest,p-rest,paused,2024-01-01,,,,
s-p-owes,p-owes,unpaid,2024-01-01,2024-01-01,2024-01-20,,
s-p-late,p-late,past_due,2024-01-01,,,,
s-p-ended,p-ended,expired,2024-01-01,,,,2024-05-01
s-p-over,p-over,Terminated,2024-01-01,,,2024-03-05,
s-p-coming,p-coming,Pending Activation,2024-01-01,,,,
s-p-future,p-future,future,2024-01-01,,,,
s-p-trial,p-trial,in_trial,2024-01-01,2024-01-01,,,
s-p-odd,p-odd,Hibernating,2024-01-01,,,,
"""
MOVEMENTS_OF_ITEMS = """
    p-week 2024-01-01 new 30.33
    p-quarter 2024-01-01 new 10.00
    p-day 2024-01-01 new 9.13
    p-off 2024-01-01 new 21.25
    p-list 2024-01-01 new 20.83
    p-versions 2024-01-01 new 10.00
    p-versions 2024-02-15 expansion 40.00
    p-versions 2024-04-01 contraction -20.00
    p-left 2024-01-01 new 10.00
    p-left 2024-03-05 churn -10.00
    p-rest 2024-01-01 new 10.00
    p-rest 2024-02-01 churn -10.00
    p-owes 2024-01-20 new 10.00
    p-owes 2024-02-19 churn -10.00
    p-late 2024-01-01 new 10.00
    p-ended 2024-01-01 new 10.00
    p-ended 2024-05-01 churn -10.00
    p-over 2024-01-01 new 10.00
    p-over 2024-03-05 churn -10.00
    p-one 2024-01-01 new 10.00
    p-two 2024-02-01 new 10.00
    p-night 2024-01-01 new 10.00
    p-night 2024-04-01 expansion 10.00
    p-night 2024-06-01 expansion 10.00
    p-odd 2024-01-01 new 10.00
"""


def item_files() -> dict[str, str]:
    """Return the company told in subscription items."""
    names = {row.split(",")[2] for row in ITEMS.split()}
    return {
        "customers-other.csv": _customers(names),
        "plans-other.csv": "plan_id,unit_amount,currency,interval,interval_count\ny2,500,USD,year,2\n",
        "subscription_items-other.csv": ITEM_COLUMNS + ITEMS.lstrip(),
        "subscriptions-other.csv": SUBSCRIPTION_COLUMNS + SUBSCRIPTIONS_OF_ITEMS.lstrip(),
    }


PERIODS = "subscription_id,customer_id,plan_id,quantity,mrr,currency,valid_from_on,valid_to_on"
# What two exports say of the same periods, by customer, and what is right.
CORRECTED = {
    "r-earlier": ("p,1,100,USD,2024-02-10,", "p,1,100,USD,2024-01-20,"),
    "r-no-plan": (
        ",1,70,USD,2024-02-10,2024-04-01\n,1,90,USD,2024-04-01,",
        ",1,70,USD,2024-02-12,2024-04-01\n,1,90,USD,2024-04-01,",
    ),
    "r-longer": ("p,1,70,USD,2024-02-10,2024-04-01", "p,1,70,USD,2024-02-15,2024-05-01"),
    "r-shorter": ("p,1,70,USD,2024-02-10,2024-05-01", "p,1,70,USD,2024-02-15,2024-04-15"),
    "r-moved": (
        "p,1,70,USD,2024-02-10,2024-04-01\np,1,90,USD,2024-04-01,",
        "p,1,70,USD,2024-02-10,2024-03-20\np,1,90,USD,2024-03-20,",
    ),
    "r-worth": ("p,1,70,USD,2024-02-10,", "p,1,75,USD,2024-02-01,"),
}
MOVEMENTS_OF_CORRECTED = """
    r-earlier 2024-01-20 new 100.00
    r-no-plan 2024-02-12 new 70.00
    r-no-plan 2024-04-01 expansion 20.00
    r-longer 2024-02-15 new 70.00
    r-longer 2024-05-01 churn -70.00
    r-shorter 2024-02-15 new 70.00
    r-shorter 2024-04-15 churn -70.00
    r-moved 2024-02-10 new 70.00
    r-moved 2024-03-20 expansion 20.00
    r-worth 2024-02-01 new 75.00
"""


def corrected_files() -> dict[str, str]:
    """Return two exports of periods, the later of which corrects the earlier."""
    files = {"customers-other.csv": _customers(CORRECTED)}
    for which, day in enumerate(("2024-12-01", "2024-12-10")):
        rows = [
            f"s-{name},{name},{row}"
            for name, said in CORRECTED.items()
            for row in said[which].splitlines()
        ]
        files[f"subscription_periods-other-{day}.csv"] = "\n".join([PERIODS, *rows]) + "\n"
    return files


REQUESTED = """
t-first,q,1,100,USD,2024-01-10,2024-04-10
t-year,y,1,100,USD,2024-02-01,2025-02-01
t-back,p,1,50,USD,2024-01-01,2024-03-01
t-back,p,1,70,USD,2024-05-15,
t-gap4,p,1,50,USD,2024-01-01,2024-02-01
t-gap4,p,1,40,USD,2024-02-05,
t-gap7,p,1,50,USD,2024-01-01,2024-02-01
t-gap7,p,1,50,USD,2024-02-08,
t-one,p,1,50,USD,2024-01-01,
"""
REQUESTS = """subscription_id,customer_id,status,started_at,cancel_requested_at,cancel_at_period_end,ended_at
s-t-first,t-first,canceled,2024-01-10,2024-01-10T20:00:00Z,true,2024-04-10
s-t-year,t-year,active,2024-02-01,2024-05-11,true,
s-t-back,t-back,active,2024-01-01,2024-02-10,false,
s-t-two,t-one,canceled,2024-01-01,2024-03-05,true,2024-04-01
"""
MOVEMENTS_OF_REQUESTED = """
    t-first 2024-01-10 new 100.00
    t-first 2024-04-10 churn -100.00
    t-year 2024-02-01 new 100.00
    t-year 2024-05-11 churn -100.00
    t-back 2024-01-01 new 50.00
    t-back 2024-02-10 churn -50.00
    t-back 2024-05-15 reactivation 70.00
    t-gap4 2024-01-01 new 50.00
    t-gap4 2024-02-05 contraction -10.00
    t-gap7 2024-01-01 new 50.00
    t-gap7 2024-02-01 churn -50.00
    t-gap7 2024-02-08 reactivation 50.00
    t-one 2024-01-01 new 80.00
    t-one 2024-03-05 contraction -30.00
"""


def requested_files() -> dict[str, str]:
    """Return periods whose end was asked for, and gaps that are bridged or not."""
    rows = REQUESTED.strip().splitlines()
    periods = [f"s-{row.split(',')[0]},{row}" for row in rows]
    second = "s-t-two,t-one,p,1,30,USD,2024-01-01,2024-04-01"
    return {
        "customers-other.csv": _customers({row.split(",")[0] for row in rows}),
        "subscription_periods-other.csv": "\n".join([PERIODS, *periods, second]) + "\n",
        "subscriptions-other.csv": REQUESTS,
    }


def exchanged_files() -> dict[str, str]:
    """Return contracts in euros and pounds; the euro's rate changes on the day on which one of them halves."""
    rows = [
        "s-eu,f-halves,p,1,80,EUR,2023-05-01,2023-06-15",
        "s-eu,f-halves,p,1,40,EUR,2023-06-15,",
        "s-gb,f-still,p,1,100,GBP,2023-03-01,",
        "s-more,f-more,p,2,200,EUR,2023-04-01,2023-09-01",
        "s-more,f-more,p,3,300,EUR,2023-09-01,",
    ]
    return {
        "customers-other.csv": _customers(("f-halves", "f-still", "f-more"), country=True),
        "subscription_periods-other.csv": "\n".join([PERIODS, *rows]) + "\n",
    }
