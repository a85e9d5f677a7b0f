"""Random companies: many small independent histories in one set of books.

Each history is a handful of customers that share nothing with the others: its id is their
``segment`` and the prefix of every key, so that a difference found in one of hundreds names the few
rows behind it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from tests.reference.billing_lives import World, live
from tests.reference.rows import Alias, Books, Customer, Order, Plan

# interval, interval_count, prices. Every price x discount is whole cents: see billing_lives.
_PRICES = (
    ("month", 1, ("0.00", "10.00", "19.80", "49.00", "100.00", "333.40")),
    ("quarter", 1, ("60.00", "150.00", "299.40")),
    ("month", 6, ("120.00", "600.00")),
    ("year", 1, ("120.00", "1188.00", "2400.00")),
    ("week", 1, ("9.00", "15.00")),
    ("day", 30, ("72.00", "144.00")),
)
_UNEVEN_YEARLY = ("300.00", "500.00", "1000.00")
COUNTRIES = ("DE", "US", "JP", "NZ", None)


@dataclass(frozen=True)
class Making:
    """How random companies are made.

    ``uneven_prices``: yearly prices (in USD) that twelve months do not divide into whole cents.
    """

    timezone: str
    until: date
    first: date = date(2024, 1, 1)
    dunning_days: int = 30
    customers_per_history: int = 3
    currencies: tuple[str, ...] = ("USD", "EUR", "GBP")
    uneven_prices: bool = True


def random_books(seed: int, histories: int, making: Making) -> Books:
    """Return a company of ``histories`` independent histories; equal arguments, equal rows."""
    books = Books()
    parts = [
        random_history(Random(f"{seed}-{number}"), f"h{number:04}", making)
        for number in range(histories)
    ]
    return Books(
        **{
            name: tuple(row for part in parts for row in getattr(part, name))
            for name in books.__dataclass_fields__
        }
    )


def random_history(rng: Random, name: str, making: Making) -> Books:
    """Return one history called ``name``."""
    currency = rng.choice(making.currencies)
    uneven = making.uneven_prices and currency == "USD"
    plans = _plans(rng, name, currency, uneven=uneven)
    world = World(making.timezone, making.until, making.dunning_days, plans)
    books = Books(plans=plans)
    for number in range(rng.randint(1, making.customers_per_history)):
        books += _customer(rng, f"{name}-c{number}", name, world, making)
    return books


def _plans(rng: Random, name: str, currency: str, *, uneven: bool) -> tuple[Plan, ...]:
    plans = []
    for interval, count, prices in _PRICES:
        if interval in ("week", "day") and rng.random() < 0.7:
            continue
        offered = prices + (_UNEVEN_YEARLY if interval == "year" and uneven else ())
        for amount in rng.sample(offered, min(3, len(offered))):
            plan_id = f"{name}-{interval}{count}-{amount}"
            plans.append(Plan(plan_id, Decimal(amount), currency, interval, count, product=name))
    return tuple(plans)


def _instant(rng: Random, making: Making) -> datetime:
    """Some day: at midnight in UTC, at any second, or within an hour of midnight in the configured
    zone.
    """
    day = making.first + timedelta(days=rng.randrange((making.until - making.first).days))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    style = rng.randrange(3)
    if style == 0:
        return midnight
    if style == 1:
        return midnight + timedelta(seconds=rng.randrange(86_400))
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(making.timezone))
    return local.astimezone(UTC) + timedelta(seconds=rng.randrange(-3600, 3600))


def _customer(rng: Random, customer_id: str, history: str, world: World, making: Making) -> Books:
    start = _instant(rng, making)
    ids = [customer_id]
    aliases: list[Alias] = []
    if rng.random() < 0.15:
        ids.append(f"{customer_id}-old")
        aliases.append(Alias(ids[1], ids[0]))
        if rng.random() < 0.3:
            ids.append(f"{customer_id}-older")
            aliases.append(Alias(ids[2], ids[1]))
    attributes = {
        "country": rng.choice(COUNTRIES),
        "region": rng.choice(("EMEA", "APAC", None)),
        "industry": rng.choice(("retail", "insurance", "it services")),
        "company_size": rng.choice(("1-10", "11-50", None)),
        "acquisition_channel": rng.choice(("ads", "referral", None)),
    }
    rows = [Customer(key, start, segment=history, **attributes) for key in ids]
    # The surviving id's attributes are the customer's, whatever the other row says.
    rows[1:] = [replace(row, country="XX", segment="gone") for row in rows[1:]]
    if rng.random() < 0.03:
        # Somebody who is billed without standing in the export of customers is a customer all the same.
        rows = []
    books = Books(customers=tuple(rows), aliases=tuple(aliases))
    for number in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        books += live(rng, world, f"{customer_id}-s{number}", rng.choice(ids), start)
        start = _next_start(rng, books, start, world)
        if start.date() >= making.until:
            break
    return books + _orders(rng, customer_id, ids, making)


def _next_start(rng: Random, books: Books, start: datetime, world: World) -> datetime:
    """Beside the running subscription, soon after its end, or after a long gap."""
    ended = max(
        (row.valid_to_at for row in books.subscription_items if row.valid_to_at), default=None
    )
    if ended is None or rng.random() < 0.4:
        return start + timedelta(days=rng.randint(0, 200))
    return ended + timedelta(days=rng.choice((0, 0, 1, 2, 3, 4, 30, 100)))


def _orders(rng: Random, customer_id: str, ids: list[str], making: Making) -> Books:
    orders: list[Order] = []
    for number in range(rng.choice((0, 0, 1, 1, 2, 3, 5))):
        at = _instant(rng, making)
        if orders and rng.random() < 0.3:
            at = orders[-1].ordered_at + timedelta(minutes=5)
        status = rng.choice(("paid", "paid", "paid", "fulfilled", None, "cancelled", "refunded"))
        for line in range(rng.choice((1, 1, 2))):
            orders.append(
                Order(
                    order_id=f"{customer_id}-o{number}",
                    line_id=f"{line}",
                    customer_id=rng.choice(ids),
                    ordered_at=at,
                    amount=Decimal(rng.randrange(100, 9900)) / 100,
                    currency="USD",
                    status=status,
                    product_id=rng.choice(("apple", "pear", "fig")),
                    product_category="fruit",
                )
            )
    return Books(orders=tuple(orders))
