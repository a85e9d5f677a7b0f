"""Books that nobody broke raise no guard, whatever their shape, zone and currency."""

from tests.integration.metrics.conftest import Case


def test_no_guard_of_a_generated_company_warns_or_refuses(case: Case) -> None:
    assert (
        case.marts.query(
            "select guard, detail, examples from marts.mart_reconciliation"
            " where status in ('warned', 'refused')"
        )
        == []
    )
