"""What support and usage vendors write, in each of their shapes: whose ticket, rating or event a row is."""

from collections.abc import Callable

import pytest

Query = Callable[[str], list[tuple[object, ...]]]


@pytest.mark.parametrize(
    ("source", "shape", "tickets"),
    [
        (
            "support",
            "zendesk/incremental_export",
            [
                ("1", "71", "91", None),
                ("2", "71", "92", "JIRA-3"),
                ("3", None, "93", None),
                ("4", "72", "94", None),
                ("5", None, "95", None),
            ],
        ),
        (
            "support",
            "zendesk/fivetran",
            [("21", "171", "191", None), ("22", "171", "192", "JIRA-4")],
        ),
        (
            "support",
            "intercom/api",
            [("11", None, "5f1", "zeta"), ("12", None, "5f2", "eta"), ("13", None, "5f3", None)],
        ),
    ],
)
def test_a_ticket_names_its_organisation_and_its_requester_and_one_that_was_deleted_is_none(
    source: str,
    shape: str,
    tickets: list[tuple[str | None, ...]],
    ask: Query,
) -> None:
    found = ask(
        "select ticket_id, organization_id, user_id, customer_id from raw.tickets where not _deleted "
        "order by ticket_id"
    )

    assert found == tickets


@pytest.mark.parametrize(
    ("source", "shape", "users"),
    [
        (
            "support",
            "zendesk/incremental_export",
            {
                "91": ("71", "acme-u1"),
                "92": ("71", None),
                "93": (None, "gamma"),
                "94": (None, None),
                "95": (None, None),
            },
        ),
        (
            "support",
            "zendesk/fivetran",
            {"191": ("171", None), "192": (None, None), "193": (None, "eps")},
        ),
        (
            "support",
            "intercom/api",
            {"5f1": (None, "zeta"), "5f2": (None, "eta"), "5f3": ("6co", None)},
        ),
        ("support", "intercom/fivetran_history", {"6a1": (None, "iota"), "6a2": (None, None)}),
    ],
)
def test_who_a_requester_belongs_to_comes_in_beside_the_tickets(
    source: str,
    shape: str,
    users: dict[str, tuple[str | None, str | None]],
    ask: Query,
) -> None:
    found = ask("select user_id, organization_id, customer_id from raw.users")

    assert {user: (organization, customer) for user, organization, customer in found} == users


@pytest.mark.parametrize(
    ("source", "shape", "organizations"),
    [
        ("support", "zendesk/incremental_export", [("71", "acme"), ("72", "beta")]),
        ("support", "zendesk/fivetran", [("171", "delta")]),
        ("support", "intercom/api", [("6co", "theta")]),
        ("support", "intercom/fivetran_history", [("7c1", "kappa")]),
    ],
)
def test_an_organisation_says_which_customer_it_is(
    source: str,
    shape: str,
    organizations: list[tuple[str, str]],
    ask: Query,
) -> None:
    assert (
        ask("select organization_id, customer_id from raw.organizations order by 1")
        == organizations
    )


@pytest.mark.parametrize(
    ("source", "shape", "ratings"),
    [
        (
            "support",
            "zendesk/incremental_export",
            [("1", "0.000", "1.000"), ("2", "1.000", "1.000")],
        ),
        ("support", "zendesk/fivetran", [("21", "1.000", "1.000")]),
        ("support", "intercom/api", [("11", "1.000", "5.000"), ("13", "5.000", "5.000")]),
        ("support", "intercom/fivetran_history", [("41", "1.000", "5.000")]),
    ],
)
def test_a_rating_counts_wherever_it_stands(
    source: str,
    shape: str,
    ratings: list[tuple[str, str, str]],
    ask: Query,
) -> None:
    assert (
        ask(
            "select ticket_id, cast(score as varchar), cast(scale_max as varchar) from raw.ratings order by 1"
        )
        == ratings
    )


@pytest.mark.parametrize(
    ("source", "shape", "events"),
    [
        ("usage", "segment/spec", [("m1", "acme"), ("m2", "acme"), ("m5", "beta")]),
        ("usage", "segment/warehouse", [("s1", "gamma"), ("s2", "gamma")]),
        (
            "usage",
            "amplitude/export_api",
            [
                ("00000000-0000-0000-0000-000000000001", "acme"),
                ("00000000-0000-0000-0000-000000000002", "beta"),
                ("00000000-0000-0000-0000-000000000004", "gamma"),
            ],
        ),
        (
            "usage",
            "posthog/batch_export",
            [("p1", "acme"), ("p2", "beta"), ("p4", "gamma")],
        ),
        ("usage", "posthog/csv", [("q1", "acme")]),
    ],
)
def test_an_event_belongs_to_the_customer_of_its_group_or_of_its_user(
    source: str,
    shape: str,
    events: list[tuple[str, str]],
    ask: Query,
) -> None:
    found = ask(
        "select events.event_id, coalesce(events.customer_id, identities.customer_id) "
        "from raw.events left join raw.identities using (user_id) order by 1"
    )

    assert found == events
