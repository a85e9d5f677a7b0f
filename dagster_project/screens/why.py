"""What ``ebbline why`` says: the history of a number, and what made its last difference."""

from collections.abc import Iterator

from dagster_project.numbers.why.difference import CauseTotal, CustomerDifference, Difference
from dagster_project.numbers.why.value_history import ValueHistory
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, plain
from dagster_project.screens.number_format import written

SHOWN_CUSTOMERS = 20


def why_lines(history: ValueHistory) -> Iterator[Line]:
    """Yield the versions of a number, then the parts of its last difference, which add up to it."""
    question = history.question
    segment = "" if question.dimension == "all" else f", {question.dimension}={question.member}"
    yield f"{question.metric}, {question.period}{segment}", "bold"
    for version in history.versions:
        value = "no longer stated" if version.withdrawn else written(version.value)
        yield (
            f"  publication {version.publication_id}, {version.published_at:%Y-%m-%d %H:%M} UTC:"
            f" {value}",
            None,
        )
    if history.difference is None:
        yield history.note, None
        return
    yield from _difference_lines(history.difference)


def why_json(history: ValueHistory) -> str:
    """Return the history of a number and all that made its last difference as one JSON object."""
    difference = history.difference
    return as_json(
        {
            "question": {
                "metric": history.question.metric,
                "period": str(history.question.period),
                "dimension": history.question.dimension,
                "member": history.question.member,
            },
            "history": plain(history.versions),
            "note": history.note,
            "difference": difference
            and {
                **plain(difference),
                "earlier": difference.earlier.id,
                "later": difference.later.id,
            },
        }
    )


def _difference_lines(difference: Difference) -> Iterator[Line]:
    before, after = difference.before, difference.after
    yield "", None
    yield (
        f"publication {difference.earlier.id} -> {difference.later.id}:"
        f" {written(before.value)} -> {written(after.value)}",
        "bold",
    )
    for component in difference.components:
        yield (
            f"  {component.name}: {written(component.before)} -> {written(component.after)}",
            None,
        )
    for total in difference.causes:
        yield f"  {total.cause}: {counted(total.customers, 'customer')}{_told(total)}", None
    for rest in difference.rests:
        yield f"  {rest.name}: effect {written(rest.effect)}", "yellow"
    for setting in difference.settings_changed:
        yield f"  setting {setting.name}: {setting.before} -> {setting.after}", "yellow"
    for file in difference.code_changed:
        yield f"  code {file}", "yellow"
    for note in difference.notes:
        yield f"  {note}", "yellow"
    for customer in difference.customers[:SHOWN_CUSTOMERS]:
        yield f"  {customer.customer_id}{_told(customer)} ({customer.cause})", None
        for row in customer.rows:
            yield f"    {row}", None
    hidden = len(difference.customers) - SHOWN_CUSTOMERS
    if hidden > 0:
        yield f"  ... and {counted(hidden, 'customer')} more", None
    for row in difference.shared_rows:
        yield f"  {row}", None
    yield from _left_over_lines(difference)


def _told(part: CustomerDifference | CauseTotal) -> str:
    """Return what a part changed and what that did to the value; nothing is said of no change."""
    changed = [f"{name} {amount:+,}" for name, amount in part.changes.items() if amount]
    return ", ".join(["", *changed, f"effect {written(part.effect)}"])


def _left_over_lines(difference: Difference) -> Iterator[Line]:
    left = [f"{one.name} {one.left_over:+,}" for one in difference.components if one.left_over]
    if left:
        yield f"  left over: {', '.join(left)}", "yellow"
    elif difference.has_effects:
        yield "  the parts add up to the difference exactly", None
    else:
        yield "  every sum adds up; without a value in one of the two no part has an effect", None
