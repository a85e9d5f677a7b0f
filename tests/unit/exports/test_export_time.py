"""Up to which day an export can speak: no file speaks of a day that was running when it was made."""

from datetime import UTC, date, datetime

import pytest

from dagster_project.exports.export_time import Delivered, named_span


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("invoices-2026-11-03.csv", "2026-11-03"),
        ("invoices_20261103.csv.gz", "2026-11-03"),
        ("2026/11/invoices-2026.11.03.parquet", "2026-11-03"),
        ("invoices-20261103T031500Z.jsonl", "2026-11-03"),
        ("2026-10-01_2026-10-31-orders.csv", "2026-10-31"),
        ("20261001_20261031.csv", "2026-10-31"),
        ("invoices-2026-10.csv", "2026-10-31"),
        ("customers.csv", None),
        ("export-1700000000.csv", None),
        ("invoices-2026-13-45.csv", None),
    ],
)
def test_the_latest_day_in_a_name_is_found(name: str, last: str | None) -> None:
    span = named_span(name)
    assert (span.last.isoformat() if span else None) == last


@pytest.mark.parametrize(
    ("name", "modified", "seen", "covered"),
    [
        # written after the day it is called by, so of the whole day
        ("invoices-2026-10-31.csv", "2026-11-01 02:00", "2026-11-01 03:00", "2026-10-31"),
        # written on that very day
        ("invoices-2026-11-01.csv", "2026-11-01 02:00", "2026-11-01 03:00", "2026-10-31"),
        ("invoices-2026-11-30.csv", "2026-11-30 20:00", "2026-12-20 03:00", "2026-11-29"),
        # met on that very day, whatever its time of change says
        ("invoices-2026-11-30.csv", "2027-01-01 00:00", "2026-11-30 03:00", "2026-11-29"),
        # an instant in the name
        ("invoices-20261130T2000.csv", "2026-12-05 00:00", "2026-12-20 03:00", "2026-11-29"),
        # named by a month that is still running
        ("invoices-2026-11.csv", "2026-11-03 02:00", "2026-11-03 03:00", "2026-11-02"),
        ("invoices-2026-11.csv", "2026-12-01 02:00", "2026-12-01 03:00", "2026-11-30"),
        # a copy long after keeps the day of its name
        ("invoices-2026-11-03.csv", "2026-12-20 01:00", "2026-12-20 03:00", "2026-11-03"),
        # no date in the name: when it was written, or first met
        ("invoices.csv", "2026-11-03 02:00", "2026-12-20 03:00", "2026-11-02"),
        ("invoices.csv", "2027-01-01 00:00", "2026-11-03 03:00", "2026-11-02"),
        ("invoices.csv", None, "2026-11-03 03:00", "2026-11-02"),
    ],
)
def test_an_export_speaks_of_whole_days_that_were_over(
    name: str, modified: str | None, seen: str, covered: str
) -> None:
    delivered = Delivered(name, at(modified) if modified else None, at(seen))
    assert delivered.speaks_until("UTC") == date.fromisoformat(covered)


def test_a_day_is_over_in_the_zone_of_the_settings() -> None:
    late = Delivered("invoices.csv", at("2026-11-01 05:00"), at("2026-11-01 05:00"))
    assert late.speaks_until("America/Los_Angeles") == date(2026, 10, 30)
