"""What ``ebbline customer`` says: who it is, how it stands, and its life in order."""

from collections.abc import Iterator
from dataclasses import asdict

from dagster_project.lists.customer import Life
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json

_STYLES = {
    "purchase": "green",
    **dict.fromkeys(("support", "ticket", "rating", "contact", "offer"), "yellow"),
    "use": "cyan",
}


def life_lines(life: Life) -> Iterator[Line]:
    """Yield the customer's attributes, where it stands, and one line for everything that happened."""
    yield f"customer {life.customer_id}", "bold"
    for name, value in life.attributes.items():
        yield f"  {name.replace('_', ' ')}: {value}", None
    if life.risk:
        yield (
            f"  risk: {life.risk['score']:.0f} of 100, {life.risk['mrr_at_stake']:,} of MRR at stake:"
            f" {life.risk['reasons']}",
            "yellow",
        )
    yield "", None
    if not life.entries:
        yield "nothing has happened yet", None
    for entry in life.entries:
        amount = "" if entry.amount is None else f"{entry.amount:,.2f}"
        line = f"{entry.on}  {entry.kind:<9} {amount:>12}  {entry.text}"
        yield line, _STYLES.get(entry.kind)


def life_json(life: Life) -> str:
    """Return the same as one JSON object."""
    return as_json(asdict(life))
