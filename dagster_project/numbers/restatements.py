"""Restatements: numbers of finished periods that are about to be published with another value.

A running period changes every day and restates nothing. Who hears of a restatement is the business
of ``red_lines``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from dagster_project.config import Settings
from dagster_project.exports.contract import NEWEST_FIRST
from dagster_project.numbers.provenance import SettingChange, code_changes, settings_changes
from dagster_project.warehouse import publication_ledger
from dagster_project.warehouse.code_version import PROJECT, code_version
from dagster_project.warehouse.introspection import has_column
from dagster_project.warehouse.metric_versions import differs
from dagster_project.warehouse.publication_record import published_settings

# They say where rows come from, how many may be bad and what is kept; no number follows from them.
_CHANGE_NO_NUMBER = ("sources.", "ingest.", "publish.")


@dataclass(frozen=True)
class Restatement:
    """A published value of a finished period that the marts now state differently.

    :ivar before: what readers were told since ``published_at``.
    :ivar after: what the marts say now; None where they say nothing any more.
    """

    metric: str
    grain: str
    period_start: date
    dimension: str
    member: str
    before: float | None
    after: float | None
    publication_id: int
    published_at: datetime

    @property
    def relative_change(self) -> float | None:
        """Return |after - before| / |before|; None where either is missing or before is 0."""
        if self.before is None or self.after is None or self.before == 0:
            return None
        return abs(self.after - self.before) / abs(self.before)


@dataclass(frozen=True)
class Circumstances:
    """What else than the exports differs from the publication compared with.

    :ivar compared_with: the last publication that was no rebuild of a past state.
    :ivar code_changed: files of code that shape numbers, with paths relative to the project.
    :ivar prices_changed: plans with another list price since, in words: what names no price of its own is valued
        anew in every month.
    """

    compared_with: int
    settings_changed: tuple[SettingChange, ...]
    code_changed: tuple[str, ...]
    prices_changed: tuple[str, ...] = ()

    @property
    def also_changed(self) -> str:
        """Return ``nothing``, or what of ``settings``, ``code`` and ``list prices`` changed."""
        changed = {
            "settings": self.settings_changed,
            "code": self.code_changed,
            "list prices": self.prices_changed,
        }
        return " and ".join(name for name, changes in changed.items() if changes) or "nothing"


def circumstances(
    con: duckdb.DuckDBPyConnection, settings: Settings, *, project: Path = PROJECT
) -> Circumstances | None:
    """Return what else differs from the last publication; None before the first.

    :param con: the working database.
    :param settings: of the publication to come.
    :param project: the folder of the code that made the marts.
    """
    earlier = [one for one in publication_ledger.recorded_publications(con) if one.as_of is None]
    if not earlier:
        return None
    last, code = earlier[-1], code_version(project)
    to_come = replace(
        last,
        settings=published_settings(settings),
        code_version=code.fingerprint,
        code_files=code.files,
    )
    return Circumstances(
        compared_with=last.id,
        settings_changed=tuple(
            change
            for change in settings_changes(last, to_come)
            if not change.name.startswith(_CHANGE_NO_NUMBER)
        ),
        code_changed=code_changes(last, to_come),
        prices_changed=_prices_changed(con, last.highest_load_id),
    )


def _prices_changed(con: duckdb.DuckDBPyConnection, since: int) -> tuple[str, ...]:
    """Return the plans whose list price is another than the exports said up to a load, in words."""
    if not has_column(con, "raw", "plans", "unit_amount"):
        return ()
    newest = (
        "select plan_id, unit_amount, currency from raw.plans where {} qualify row_number() over ("  # noqa: S608 - own text
        f"partition by plan_id order by {NEWEST_FIRST}) = 1"
    )
    rows = con.execute(
        f"""
        select plan_id, told.unit_amount, now.unit_amount, coalesce(now.currency, '')
        from ({newest.format("_load_id <= $since")}) as told
        inner join ({newest.format("true")}) as now using (plan_id)
        where told.unit_amount <> now.unit_amount
        order by plan_id
        """,  # noqa: S608 - own text
        {"since": since},
    ).fetchall()
    return tuple(
        f"{plan} {before:,.2f} -> {after:,.2f} {currency}".rstrip()
        for plan, before, after, currency in rows
    )


def restatements(
    con: duckdb.DuckDBPyConnection, *, threshold: float, whole_business_only: bool = True
) -> list[Restatement]:
    """Return what the marts in the working database restate, the greatest relative change first.

    Call it between building and publishing. Compared is with the last publication that was no
    rebuild of a past state, for periods that were over on its last day.

    :param con: the working database, open for writing.
    :param threshold: relative change above which a restatement counts: 0.01 for one percent. A
        value that was 0, or appears or goes, always counts.
    """
    rows = con.execute(
        f"""
        with

        last_publication as (
            select until from ops.publications where as_of is null order by id desc limit 1
        ),

        told as (
            select * from ops.metric_versions
            qualify row_number() over (
                partition by metric, grain, period_start, dimension, member
                order by publication_id desc
            ) = 1
        ),

        finished as (
            select told.* from told cross join last_publication
            where
                not told.withdrawn
                and told.period_start + case told.grain
                    when 'day' then interval 1 day
                    when 'week' then interval 7 day
                    when 'month' then interval 1 month
                    when 'quarter' then interval 3 month
                    when 'year' then interval 1 year
                end <= last_publication.until + interval 1 day
                and (not $whole_business_only or told.dimension = 'all')
        ),

        compared as (
            select
                metric, grain, period_start, dimension, member,
                finished.value as before, now.value::double as after,
                finished.publication_id, finished.published_at
            from finished
            left join marts.metrics as now
                using (metric, grain, period_start, dimension, member)
            where {differs("finished.value", "now.value::double")}
        )

        select * from compared
        where
            before is null or after is null or before = 0
            or abs(after - before) / abs(before) > $threshold
        order by
            abs(after - before) / nullif(abs(before), 0) desc nulls first,
            metric, grain, period_start, dimension, member
        """,  # noqa: S608
        {"threshold": threshold, "whole_business_only": whole_business_only},
    ).fetchall()
    return [Restatement(*row) for row in rows]
