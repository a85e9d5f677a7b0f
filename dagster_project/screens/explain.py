"""What ``ebbline explain`` says: as lines for the screen, as rows for a spreadsheet, as JSON.

Values come from exports and mean nothing here: no markup, and no formula in a spreadsheet.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dagster_project.numbers.explain.explained import (
    Contribution,
    Explained,
    Movement,
    PurchaseLine,
)
from dagster_project.numbers.question import MetricQuestion
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_csv, as_json
from dagster_project.screens.number_format import written

SHOWN_CUSTOMERS = 20


@dataclass(frozen=True)
class ExplainedRow:
    """A row of the CSV: one movement or line of a purchase, or a customer with neither.

    The numerator and denominator of a customer stand in its first row only, so that the columns add
    up to the figure.
    """

    metric: str
    period: str
    dimension: str
    member: str
    customer_id: str
    numerator: Decimal | None
    denominator: Decimal | None
    status: str | None
    mrr_opening: Decimal | None
    mrr_closing: Decimal | None
    reason: str | None
    happened_on: date | None
    happened: str | None
    amount: Decimal | None
    mrr_before: Decimal | None
    mrr_after: Decimal | None
    subscription_id: str | None
    plan_id: str | None
    purchase_id: str | None
    product_id: str | None
    source_table: str | None
    source_key: str | None
    source_file: str | None
    source_row: int | None


def explain_lines(explained: Explained, *, limit: int | None = None) -> Iterator[Line]:
    """Yield formula, figures, customers with what shows them, and whether it all adds up.

    :param limit: how many customers are shown; default 20.
    """
    yield f"{explained.question}, publication {explained.publication_id}", "bold"
    yield f"  {explained.question.metric} = {explained.formula}", None
    for name in ("value", "numerator", "denominator"):
        figure = getattr(explained.published, name)
        if figure is not None or name == "value":
            yield f"  {name}: {written(figure)}", None
    for factor in explained.factors:
        yield (
            f"  {factor.question}: {written(factor.published.value)}"
            f" ({written(factor.published.numerator)} / {written(factor.published.denominator)},"
            f" {counted(len(factor.customers), 'customer')}; ebbline explain {command(factor.question)})",
            None,
        )
    shown = SHOWN_CUSTOMERS if limit is None else limit
    for part in explained.customers[:shown]:
        yield from _customer_lines(part)
    hidden = len(explained.customers) - shown
    if hidden > 0:
        yield f"  ... and {counted(hidden, 'customer')} more (--limit, --format csv)", None
    yield from closing_lines(explained)


def closing_lines(explained: Explained) -> Iterator[Line]:
    """Yield whether the parts add up to the figure; every discrepancy where they do not."""
    if explained.discrepancies:
        yield "the listed parts do not add up to the figure", "bold red"
        for line in explained.discrepancies:
            yield f"  {line}", "red"
        return
    if explained.factors:
        what = (
            f"the {counted(len(explained.factors), 'figure')} above, and the customers behind each,"
        )
    else:
        what = f"the {counted(len(explained.customers), 'listed part')}"
        if len(explained.customers) == 1:
            what = "the one listed part"
    yield f"{what} add{'s' if what.startswith('the one') else ''} up to the figure exactly", "green"


def command(question: MetricQuestion) -> str:
    """Return the arguments that ask a question, safe to paste into a shell whatever a member is called."""
    segment = ""
    if question.dimension != "all":
        segment = f" --segment {shlex.quote(f'{question.dimension}={question.member}')}"
    return f"{question.metric} {question.period}{segment}"


def _customer_lines(part: Contribution) -> Iterator[Line]:
    adds = f"{written(part.numerator)} above"
    if part.denominator:
        adds += f", {written(part.denominator)} below the line"
    state = ""
    if part.status is not None:
        reason = f", reason {part.reason}" if part.reason else ""
        state = f"; {part.status}{reason}, MRR {written(part.opening)} -> {written(part.closing)}"
    yield f"  {part.customer_id}: {adds}{state}", None
    for movement in part.movements:
        yield (
            f"    {movement.movement_on} {movement.movement_type} {movement.amount:+,.2f}"
            f" to {movement.mrr_after:,.2f}, subscription {movement.subscription_id},"
            f" plan {movement.plan_id}, {movement.source.table} {movement.source.key}"
            f" in {movement.source}",
            None,
        )
    for line in part.purchases:
        yield (
            f"    {line.purchased_on} purchase {line.purchase_number} {line.amount:,.2f},"
            f" product {line.product_id}, {line.source.table} {line.source.key} in {line.source}",
            None,
        )
    if part.contradiction:
        yield f"    {part.contradiction}", "red"


def explained_rows(explained: Explained, *, limit: int | None = None) -> Iterator[ExplainedRow]:
    """Yield the rows of the CSV; a figure made of figures yields those of its factors.

    :param limit: how many customers are shown; default all.
    """
    for part in explained.customers[:limit]:
        numerator: Decimal | None = part.numerator
        denominator = None if explained.published.denominator is None else part.denominator
        evidence: tuple[Movement | PurchaseLine | None, ...] = (*part.movements, *part.purchases)
        for shown in evidence or (None,):
            yield _row(explained.question, part, numerator, denominator, shown)
            numerator = denominator = None
    for factor in explained.factors:
        yield from explained_rows(factor, limit=limit)


def _row(
    question: MetricQuestion,
    part: Contribution,
    numerator: Decimal | None,
    denominator: Decimal | None,
    shown: Movement | PurchaseLine | None,
) -> ExplainedRow:
    movement = shown if isinstance(shown, Movement) else None
    purchase = shown if isinstance(shown, PurchaseLine) else None
    source = shown.source if shown else None
    happened_on = purchase.purchased_on if purchase else None
    if movement:
        happened_on = movement.movement_on
    return ExplainedRow(
        metric=question.metric,
        period=str(question.period),
        dimension=question.dimension,
        member=question.member,
        customer_id=part.customer_id,
        numerator=numerator,
        denominator=denominator,
        status=part.status,
        mrr_opening=part.opening,
        mrr_closing=part.closing,
        reason=part.reason,
        happened_on=happened_on,
        happened=movement.movement_type if movement else "purchase" if purchase else None,
        amount=shown.amount if shown else None,
        mrr_before=movement.mrr_before if movement else None,
        mrr_after=movement.mrr_after if movement else None,
        subscription_id=movement.subscription_id if movement else None,
        plan_id=movement.plan_id if movement else None,
        purchase_id=purchase.purchase_id if purchase else None,
        product_id=purchase.product_id if purchase else None,
        source_table=source.table if source else None,
        source_key=source.key if source else None,
        source_file=source.file if source else None,
        source_row=source.row if source else None,
    )


def explain_csv(explained: Explained, *, limit: int | None = None) -> str:
    """Return the rows as CSV, with a header."""
    return as_csv(ExplainedRow, explained_rows(explained, limit=limit))


def explain_json(explained: Explained, *, limit: int | None = None) -> str:
    """Return everything as one JSON object; money and counts as text, so that nothing is rounded."""
    return as_json(_document(explained, limit))


def _document(explained: Explained, limit: int | None) -> dict[str, Any]:
    question = explained.question
    return {
        "metric": question.metric,
        "grain": question.period.grain,
        "period": str(question.period),
        "dimension": question.dimension,
        "member": question.member,
        "publication": explained.publication_id,
        "formula": explained.formula,
        "value": explained.published.value,
        "numerator": explained.published.numerator,
        "denominator": explained.published.denominator,
        "adds_up": not explained.discrepancies,
        "discrepancies": explained.discrepancies,
        "customers_in_all": len(explained.customers),
        "customers": [_customer_document(part) for part in explained.customers[:limit]],
        "factors": [_document(factor, limit) for factor in explained.factors],
    }


def _customer_document(part: Contribution) -> dict[str, Any]:
    return {
        "customer_id": part.customer_id,
        "numerator": part.numerator,
        "denominator": part.denominator,
        "status": part.status,
        "mrr_opening": part.opening,
        "mrr_closing": part.closing,
        "reason": part.reason,
        "movements": [
            {**vars(movement), "source": vars(movement.source)} for movement in part.movements
        ],
        "purchases": [{**vars(line), "source": vars(line.source)} for line in part.purchases],
    }
