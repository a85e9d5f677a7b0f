"""A small language for nights: exports, figures and receivers in; every message and incident out, as one timeline.

A line is a day and what happens on it, at 03:00 UTC or at a time that follows the day (``2026-12-01T07:10``):

- ``export FILE``: a new export arrives; ``again FILE``: the same bytes come again; ``broken FILE``: nonsense comes.
- ``churn MONTH RATE``: what the marts say of a month once it is covered.
- ``run``: load, judge what is covered, publish, tell; ``run refused-by CHECK``, ``run refused-for TEXT`` and
  ``run fails TEXT`` do not publish.
- ``check``: nobody ran; the daemon looks.
- ``target ANSWER [RETRY_AFTER]``: what the receiver answers from now on.
- ``ack ID``, ``silence ID DAY``, ``resolve ID``: what people do; ``off RULE`` takes a red line out of the settings.

The timeline has a line per message that arrived (day, title) and, at the end, the unresolved incidents.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.exports.coverage import covered_until
from dagster_project.red_lines import (
    RunEnd,
    acknowledge,
    after_run,
    check,
    deliver,
    evaluate,
    incidents,
    load_rules,
    record,
    resolve,
    silence,
)
from dagster_project.red_lines.watch import Ending
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.made import note_publication

_MARTS = """
create schema if not exists marts;
create table if not exists marts.mart_churn_periods (
    grain varchar, period_start date, period_end date, is_complete boolean, dimension varchar, member varchar,
    customers_opening bigint, customers_lost bigint, customers_new bigint, churn_rate double, upgrades bigint,
    downgrades bigint, ltv decimal(18, 2), mrr_churn decimal(18, 2), mrr_contraction decimal(18, 2),
    mrr_closing decimal(18, 2)
)
"""


@dataclass
class Nights:
    """One warehouse, its landing folder and a receiver."""

    folder: Path
    webhook: Any
    values: dict[str, Any] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)
    heard: int = 0
    publication: int = 0

    def play(self, script: str) -> list[str]:
        """Play a script; return the timeline."""
        for line in filter(None, map(str.strip, script.splitlines())):
            day, command, *words = line.split()
            now = datetime.fromisoformat(day if "T" in day else f"{day}T03:00").replace(tzinfo=UTC)
            getattr(self, f"_{command}")(now, *words)
            for message in self.webhook.received[self.heard :]:
                self.timeline.append(f"{day} {message['title']}")
            self.heard = len(self.webhook.received)
        with open_warehouse(self.paths, read_only=True) as con:
            left = [f"{one.incident_id} {one.state}" for one in incidents(con) if one.is_active]
        return [*self.timeline, *(f"left: {one}" for one in left)]

    @property
    def paths(self) -> WarehousePaths:
        return WarehousePaths(self.folder / "warehouse")

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "sources": {"billing": {"path": str(self.folder / "billing")}},
                "notify": [{"url": self.webhook.url}],
                **self.values,
            }
        )

    def _export(self, now: datetime, name: str) -> None:
        text = (
            f"customer_id,created_at\nc-{now.date()},{now.date() - timedelta(days=1)}T12:00:00Z\n"
        )
        self._deliver_file(now, name, text)

    def _again(self, now: datetime, name: str) -> None:
        self._deliver_file(now, name, (self.folder / "billing" / name).read_text())

    def _broken(self, now: datetime, name: str) -> None:
        self._deliver_file(now, name, "<html>504 Gateway Time-out</html>\n")

    def _deliver_file(self, now: datetime, name: str, text: str) -> None:
        file = self.folder / "billing" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        written = (now - timedelta(minutes=30)).timestamp()
        os.utime(file, (written, written))

    def _churn(self, now: datetime, month: str, rate: str) -> None:
        first = date.fromisoformat(f"{month}-01")
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        with open_warehouse(self.paths) as con:
            con.execute(_MARTS)
            con.execute("delete from marts.mart_churn_periods where period_start = ?", [first])
            con.execute(
                "insert into marts.mart_churn_periods values "
                "('month', ?, ?, true, 'all', 'all', 100, 100 * ?, 15, ?, 3, 1, 900, 50, 10, 10000)",
                [first, after, float(rate), float(rate)],
            )

    def _run(self, now: datetime, how: str = "", *words: str) -> None:
        clock, settings = FixedClock(now), self.settings
        with open_warehouse(self.paths) as con:
            ensure_raw_tables(con)
            con.execute(_MARTS)
            report = load_source(
                con, source="billing", format="canonical", path=self.folder / "billing",
                settings=settings, clock=clock,
            )  # fmt: skip
        refused = tuple(one.message for one in report.refused)
        ending: Ending = (
            "input_refused"
            if refused
            else {
                "refused-by": "not_published",
                "refused-for": "not_published",
                "fails": "error",
            }.get(how, "published")  # type: ignore[assignment]
        )
        if ending == "published":
            self._publish(clock, settings)
        said = " ".join(words)
        end = RunEnd(
            ending,
            now,
            publication_id=self.publication if ending == "published" else None,
            refused_files=refused,
            failed_checks=(said,) if how == "refused-by" else (),
            errors=(said,) if how in ("fails", "refused-for") else (),
        )
        after_run(self.paths, settings, clock, end, pauses=())

    def _publish(self, clock: FixedClock, settings: Settings) -> None:
        rules = [
            rule for rule in load_rules(settings) if rule.name in ("churn_above", "lost_above_new")
        ]
        with open_warehouse(self.paths) as con:
            until = covered_until(con, settings, clock)
            record(con, evaluate(con, rules, clock=clock, until=until), clock, rules=rules)
        self.publication += 1
        note_publication(self.paths, str(self.publication))
        deliver(self.paths, settings, str(self.publication), clock, pauses=())

    def _check(self, now: datetime) -> None:
        check(self.paths, self.settings, FixedClock(now), pauses=())

    def _target(self, now: datetime, answer: str, retry_after: str = "") -> None:
        self.webhook.answers, self.webhook.retry_after = [int(answer)], retry_after

    def _ack(self, now: datetime, incident: str) -> None:
        with open_warehouse(self.paths) as con:
            acknowledge(con, incident, by="ana", clock=FixedClock(now))

    def _silence(self, now: datetime, incident: str, until: str) -> None:
        with open_warehouse(self.paths) as con:
            silence(con, incident, until=date.fromisoformat(until), by="ana", clock=FixedClock(now))

    def _resolve(self, now: datetime, incident: str) -> None:
        with open_warehouse(self.paths) as con:
            resolve(con, incident, by="ana", clock=FixedClock(now))

    def _off(self, now: datetime, rule: str) -> None:
        self.values["red_lines"] = [{"rule": rule, "enabled": False}]
