"""The canonical tables of usage: events, sessions, and whose they are."""

from dagster_project.exports.contract.table import Kind, Table, may, need

USAGE = (
    Table(
        "events",
        "usage",
        (
            need("event_id"),
            need("customer_id", or_from=("identities",)),
            may("user_id"),
            need("event_name"),
            need("occurred_at", Kind.INSTANT),
            may("session_id"),
            may("feature"),
        ),
        ("event_id",),
    ),
    Table(
        "sessions",
        "usage",
        (
            need("session_id"),
            need("customer_id"),
            may("user_id"),
            need("started_at", Kind.INSTANT),
            need("duration_seconds", Kind.INTEGER),
        ),
        ("session_id",),
    ),
    Table(
        "identities",
        "usage",
        (need("user_id"), may("customer_id")),
        ("user_id",),
        companion_of="events",
    ),
)
