"""Changes to books after which it is known what must happen to every number: nothing, or exactly
one thing.
"""

from dataclasses import fields, replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.reference.rows import Alias, Books, Customer

_MONEY = {"unit_amount", "mrr", "amount"}


def _mapped(books: Books, change: Any) -> Books:
    return Books(
        **{
            name: tuple(change(row) for row in getattr(books, name))
            for name in books.__dataclass_fields__
        }
    )


def renamed(books: Books, prefix: str) -> Books:
    """Return the same company under other ids: every id and the segment get ``prefix``."""

    def change(row: Any) -> Any:
        found = {
            field.name: prefix + getattr(row, field.name)
            for field in fields(row)
            if (field.name.endswith("_id") or field.name == "segment") and getattr(row, field.name)
        }
        return replace(row, **found)

    return _mapped(books, change)


def scaled(books: Books, factor: int) -> Books:
    """Return the same company with every price and amount times ``factor``."""

    def change(row: Any) -> Any:
        found: dict[str, Decimal] = {
            name: getattr(row, name) * factor
            for name in _MONEY & {field.name for field in fields(row)}
            if getattr(row, name) is not None
        }
        return replace(row, **found)

    return _mapped(books, change)


def shuffled(books: Books, seed: int) -> Books:
    """Return the same rows in another order."""
    rng = Random(seed)
    return Books(
        **{
            name: tuple(rng.sample(getattr(books, name), len(getattr(books, name))))
            for name in books.__dataclass_fields__
        }
    )


def moved_to_another_system(books: Books) -> Books:
    """Return the company after half its subscription items went on under new ids in another system.

    Every other item that belongs to a customer without aliases gets a new customer id, subscription
    id and item id; an alias says that the new id is the old customer. The history itself is
    untouched.
    """
    old_ids = {alias.customer_id for alias in books.aliases}
    new_customers: dict[str, Customer] = {}
    by_id = {row.customer_id: row for row in books.customers}
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    items, moved_subscriptions = [], {}
    for number, item in enumerate(books.subscription_items):
        if number % 2 or item.customer_id in old_ids or item.customer_id not in by_id:
            items.append(item)
            continue
        new_id = f"{item.customer_id}-moved"
        new_subscription = f"{item.subscription_id}-moved"
        new_customers[new_id] = replace(by_id[item.customer_id], customer_id=new_id)
        moved_subscriptions[new_subscription] = replace(
            subscriptions[item.subscription_id],
            subscription_id=new_subscription,
            customer_id=new_id,
        )
        items.append(
            replace(
                item,
                item_id=f"{item.item_id}-moved",
                customer_id=new_id,
                subscription_id=new_subscription,
            )
        )
    aliases = tuple(Alias(new_id, new_id.removesuffix("-moved")) for new_id in new_customers)
    return replace(
        books,
        customers=books.customers + tuple(new_customers.values()),
        aliases=books.aliases + aliases,
        subscriptions=books.subscriptions + tuple(moved_subscriptions.values()),
        subscription_items=tuple(items),
    )
