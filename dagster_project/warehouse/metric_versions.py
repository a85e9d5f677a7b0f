"""Every value a metric was ever published with: ``ops.metric_versions``.

A version says what a publication stated about one (metric, grain, period_start, dimension, member);
the next version of the same key is written by the first publication that states something else.
Rebuilds of a past state (``--as-of``) state nothing new and leave no version. Explaining a change
belongs to ``numbers``.
"""

import duckdb

from dagster_project.warehouse.introspection import has_table

_NAMES = (
    "metric, grain, period_start, dimension, member, publication_id, published_at, "
    "value, numerator, denominator, withdrawn"
)
_KEY = "metric, grain, period_start, dimension, member"


def has_metric_versions(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether anything was ever published from this working database."""
    if not has_table(con, "ops", "metric_versions"):
        return False
    return con.execute("select 1 from ops.metric_versions limit 1").fetchone() is not None


def write_versions(
    con: duckdb.DuckDBPyConnection, database: str, *, publication_id: int, new_versions: bool
) -> None:
    """Create table ``metric_versions`` in ``database``: all older versions, and this publication's.

    :param database: a quoted, attached name that already holds ``metrics`` and ``publication``.
    :param new_versions: whether this publication states anything (a rebuild of a past state does
        not).
    """
    con.execute(
        f"create table {database}.main.metric_versions as "  # noqa: S608
        f"select {_NAMES} from ops.metric_versions order by publication_id, {_KEY}"
    )
    if new_versions:
        con.execute(
            f"""
            insert into {database}.main.metric_versions ({_NAMES})
            with

            stated as (
                select
                    metric, grain, period_start::date as period_start, dimension, member,
                    value::double as value, numerator::double as numerator,
                    denominator::double as denominator
                from {database}.main.metrics
            ),

            known as (
                select {_NAMES} from ops.metric_versions
                qualify row_number() over (partition by {_KEY} order by publication_id desc) = 1
            ),

            compared as (
                select
                    {_KEY}, stated.value, stated.numerator, stated.denominator,
                    stated.metric is null as withdrawn
                from stated full join known using ({_KEY})
                where
                    -- never stated before, or withdrawn and stated again
                    (stated.metric is not null and coalesce(known.withdrawn, true))
                    or (stated.metric is null and not known.withdrawn)
                    or (
                        stated.metric is not null
                        and (
                            {differs("stated.value", "known.value")}
                            or {differs("stated.numerator", "known.numerator")}
                            or {differs("stated.denominator", "known.denominator")}
                        )
                    )
            )

            select
                {_KEY}, publication.id, publication.built_at,
                value, numerator, denominator, withdrawn
            from compared cross join {database}.main.publication as publication
            where publication.id = ?
            order by {_KEY}
            """,  # noqa: S608
            [publication_id],
        )


def adopt_versions(con: duckdb.DuckDBPyConnection, published: str) -> None:
    """Add the versions of an attached publication that the ledger lacks."""
    con.execute(
        f"""
        insert into ops.metric_versions ({_NAMES})
        select {_NAMES} from {published}.marts.metric_versions
        where
            publication_id not in (select id from ops.publications)
            and publication_id not in (select publication_id from ops.metric_versions)
        """  # noqa: S608
    )


def differs(one: str, other: str) -> str:
    """Return SQL for "not equal", past the noise of adding doubles in another order."""
    return f"""
        case
            when {one} is null or {other} is null then {one} is distinct from {other}
            else abs({one} - {other}) > 1e-12 * greatest(1, abs({one}), abs({other}))
        end
    """
