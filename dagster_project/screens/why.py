"""What ``ebbline why`` says: the history of a number, and what made its last difference."""

from collections.abc import Iterator

from dagster_project.screens import Line
from dagster_project.screens.figures import written
from dagster_project.warehouse.explanation import Difference, Explanation

SHOWN_CUSTOMERS = 20


def why_lines(explanation: Explanation) -> Iterator[Line]:
    """Yield the versions of a number, then the parts of its last difference, which add up to it."""
    question = explanation.question
    segment = "" if question.dimension == "all" else f", {question.dimension}={question.member}"
    yield f"{question.metric}, {question.period}{segment}", "bold"
    for version in explanation.history:
        value = "no longer stated" if version.withdrawn else written(version.value)
        yield (
            f"  publication {version.publication_id}, {version.published_at:%Y-%m-%d %H:%M} UTC:"
            f" {value}",
            None,
        )
    if explanation.difference is None:
        yield explanation.note, None
        return
    yield from _difference_lines(explanation.difference)


def _difference_lines(difference: Difference) -> Iterator[Line]:
    before, after = difference.before, difference.after
    yield "", None
    yield (
        f"publication {difference.earlier.id} -> {difference.later.id}:"
        f" {written(before.value)} -> {written(after.value)}",
        "bold",
    )
    for name in ("numerator", "denominator"):
        one, other = getattr(before, name), getattr(after, name)
        if one is not None or other is not None:
            yield f"  {name}: {written(one)} -> {written(other)}", None
    for total in difference.causes:
        yield (
            f"  {total.cause}: {total.customers} customers, numerator {total.numerator:+,},"
            f" denominator {total.denominator:+,}, effect {written(total.effect)}",
            None,
        )
    for setting in difference.settings_changed:
        yield f"  setting {setting.name}: {setting.before} -> {setting.after}", "yellow"
    for file in difference.code_changed:
        yield f"  code {file}", "yellow"
    for customer in difference.customers[:SHOWN_CUSTOMERS]:
        yield (
            f"  {customer.customer_id}: numerator {customer.numerator:+,},"
            f" denominator {customer.denominator:+,} ({customer.cause})",
            None,
        )
        for row in customer.rows:
            yield f"    {row}", None
    hidden = len(difference.customers) - SHOWN_CUSTOMERS
    if hidden > 0:
        yield f"  ... and {hidden} customers more", None
    for row in difference.shared_rows:
        yield f"  {row}", None
    if any(difference.left_over):
        numerator, denominator = difference.left_over
        yield f"  left over: numerator {numerator:+,}, denominator {denominator:+,}", "yellow"
