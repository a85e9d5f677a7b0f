"""What the screen says where the vendor and what was understood do not agree."""

from pathlib import Path

import pytest

from dagster_project.errors import ExitCode
from dagster_project.runs import FailedCheck, RunOutcome
from dagster_project.screens.run import outcome_lines
from dagster_project.warehouse.paths import WarehousePaths

INVOICES: dict[str, str | None] = {
    "guard": "invoices",
    "status": "refused",
    "finding": "do not add up",
    "unit": "invoices",
    "rows_checked": "240",
    "rows_differing": "12",
    "amount_checked": "48000.00",
    "amount_differing": "1240.00",
    "mrr_effect": "-120.50",
    "mrr_effect_month": "2026-05-01",
    "detail": "lines missing: 12 (-1240.00)",
    "examples": "in_1, in_2",
    "what_to_do": "export the lines",
}
TICKETS: dict[str, str | None] = {
    **INVOICES,
    "guard": "tickets",
    "status": "warned",
    "finding": "belong to nobody",
    "unit": "tickets",
    "rows_checked": "8",
    "rows_differing": "8",
    "amount_checked": None,
    "amount_differing": None,
    "mrr_effect": "0.00",
    "mrr_effect_month": None,
    "detail": None,
}


def _said(folder: Path, *rows: dict[str, str | None]) -> list[tuple[str, str | None]]:
    checks = tuple(
        FailedCheck(
            asset="marts/mart_reconciliation",
            check="a_guard",
            critical=row["status"] == "refused",
            suite="marts__mart_reconciliation",
            message="",
            observed="1 row",
            failing_rows=(row,),
        )
        for row in rows
    )
    outcome = RunOutcome(ExitCode.NOT_PUBLISHED, failed_checks=checks)
    return list(outcome_lines(outcome, WarehousePaths(folder)))


def test_a_guard_that_refuses_says_how_many_how_much_what_it_does_and_what_to_do(
    tmp_path: Path,
) -> None:
    assert _said(tmp_path, INVOICES)[:5] == [
        ("reconciliation (what the vendor says against what was understood):", None),
        (
            "  refused: 12 of 240 invoices (5.0%) do not add up, 1,240.00 of 48,000.00 (2.6%); "
            "MRR is 120.50 too low at the end of 2026-05",
            "red",
        ),
        ("    lines missing: 12 (-1240.00)", None),
        ("    for example in_1, in_2", None),
        ("    to do: export the lines", None),
    ]


def test_where_all_differ_it_says_all(tmp_path: Path) -> None:
    assert ("  warned: all 8 tickets belong to nobody; MRR is not touched", "yellow") in _said(
        tmp_path, TICKETS
    )


@pytest.mark.parametrize("effect", [None, ""])
def test_an_effect_that_nobody_knows_is_said_to_be_unknown(
    tmp_path: Path, effect: str | None
) -> None:
    said = [text for text, _ in _said(tmp_path, {**INVOICES, "mrr_effect": effect})]
    assert said[1].endswith("; its effect on MRR is not known")


def test_a_guard_is_not_told_a_second_time_as_a_check(tmp_path: Path) -> None:
    assert not any("expectation" in text for text, _ in _said(tmp_path, INVOICES, TICKETS))
