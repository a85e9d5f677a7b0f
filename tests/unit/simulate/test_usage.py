"""Usage events: about as many as asked for, inside the subscriptions, independent of chunks."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project.simulate import usage
from dagster_project.simulate.company import Company


def _events(company: Company, wanted: int, threads: int, pieces: int) -> list[dict[str, Any]]:
    spans = usage.spans(company)
    strength = usage.intensity(spans, wanted)
    size = -(-spans.num_rows // pieces)
    found: list[dict[str, Any]] = []
    with usage.connect(threads) as con:
        for start in range(0, spans.num_rows, size):
            chunk = spans.slice(start, size)
            found += usage.events(con, company, chunk, strength).to_arrow_table().to_pylist()
    return sorted(found, key=lambda row: str(row["event_id"]))


@pytest.mark.parametrize("wanted", [10_000, 60_000, 300_000])
def test_about_as_many_events_as_asked_for_are_made(company: Company, wanted: int) -> None:
    spans = usage.spans(company)
    strength = usage.intensity(spans, wanted)
    with usage.connect(2) as con:
        (made,) = usage.events(con, company, spans, strength).count("*").fetchone() or (0,)
    assert made == pytest.approx(wanted, rel=0.15)


def test_threads_and_chunks_do_not_change_the_events(company: Company) -> None:
    assert _events(company, 5000, 1, 1) == _events(company, 5000, 2, 7)


def test_event_ids_are_unique_and_events_lie_in_the_window(company: Company) -> None:
    rows = _events(company, 20_000, 2, 1)
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert all(
        company.window.start <= row["occurred_at"].date() <= company.window.until for row in rows
    )
