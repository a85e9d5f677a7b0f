"""How an explanation is written: lines, CSV, JSON."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest

from dagster_project.numbers.explain.explained import (
    Contribution,
    Explained,
    Movement,
    SourceRow,
)
from dagster_project.numbers.metric_value import MetricValue
from dagster_project.numbers.question import MetricQuestion
from dagster_project.period import Period
from dagster_project.screens.explain import explain_csv, explain_json, explain_lines


def movement(day: int, *, plan: str = "gold", key: str = "il_1") -> Movement:
    row = SourceRow("invoice_lines", key, "lines.csv", 7)
    amounts = Decimal("-5.00"), Decimal("10.00"), Decimal("5.00")
    return Movement(date(2026, 3, day), "contraction", *amounts, "sub_1", plan, row)


def explained(*customers: Contribution, matches: bool = True) -> Explained:
    numerator = sum((customer.numerator for customer in customers), Decimal(0))
    published = MetricValue(float(numerator), numerator, None)
    return Explained(
        MetricQuestion("mrr_contraction", Period("month", date(2026, 3, 1)), "country", "DE"),
        3,
        date(2026, 3, 31),
        "a fall of MRR",
        published,
        published if matches else MetricValue(0.0, Decimal(0), None),
        customers,
    )


def part(customer_id: str, *movements: Movement) -> Contribution:
    return Contribution(
        customer_id, Decimal("5.00"), Decimal(0), "retained", Decimal(10), Decimal(5),
        movements=movements,
    )  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_lines_name_file_and_line() -> None:
    text = "\n".join(line for line, _ in explain_lines(explained(part("c", movement(3)))))
    assert "invoice_lines il_1 in lines.csv:7" in text


def test_the_last_line_says_that_it_adds_up() -> None:
    lines = list(explain_lines(explained(part("c"), part("d"))))
    assert lines[-1][0] == "the 2 listed parts add up to the figure exactly"


def test_what_does_not_add_up_is_said_in_the_end() -> None:
    text = "\n".join(line for line, _ in explain_lines(explained(part("c"), matches=False)))
    assert "do not add up to the figure\n  mrr_contraction, 2026-03, country=DE: numerator" in text


def test_a_limit_says_how_many_are_hidden() -> None:
    lines = [line for line, _ in explain_lines(explained(part("c"), part("d")), limit=1)]
    assert "  ... and 1 customer more (--limit, --format csv)" in lines


def test_a_customer_with_two_movements_counts_once_in_the_csv() -> None:
    found = rows(explain_csv(explained(part("c", movement(3), movement(9)))))
    assert [row["numerator"] for row in found] == ["5.00", ""]


def test_a_customer_without_rows_has_one_of_their_own() -> None:
    assert len(rows(explain_csv(explained(part("c"))))) == 1


@pytest.mark.parametrize("start", [*"=+-@\t\r", *"＝＋－＠"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    (row,) = rows(explain_csv(explained(part(text, movement(3, plan=text, key=text)))))
    assert {row[name] for name in ("customer_id", "plan_id", "source_key")} == {f"'{text}"}


def test_a_negative_amount_stays_a_number_in_the_csv() -> None:
    (row,) = rows(explain_csv(explained(part("c", movement(3)))))
    assert row["amount"] == "-5.00"


def test_json_keeps_cents_and_says_whether_it_adds_up() -> None:
    document = json.loads(explain_json(explained(part("c", movement(3)))))
    assert (document["customers"][0]["movements"][0]["amount"], document["adds_up"]) == (
        "-5.00",
        True,
    )
