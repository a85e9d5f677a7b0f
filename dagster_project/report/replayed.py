"""How the red lines in force have done: often, early, in vain. The replay is the business of ``red_lines``."""

import json
from dataclasses import dataclass

import duckdb

from dagster_project.config import Settings
from dagster_project.errors import EbblineError
from dagster_project.red_lines.outcome_rows import THEN, OutcomeRow, outcome_rows
from dagster_project.red_lines.replay import chosen_rules, replay
from dagster_project.red_lines.rules import read_rules
from dagster_project.report.wording import NONE


@dataclass(frozen=True)
class Replayed:
    """A red line of the whole business over all published periods.

    :ivar came_true, early, in_vain: in words; nothing is known of what came of a line with too short a past.
    """

    sentence: str
    judged_by: str
    fired: int
    messages: int
    came_true: str
    early: str
    in_vain: str
    missed: str


def read_replayed(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> tuple[Replayed, ...]:
    """Replay the red lines that the publication was made with; none where there is no complete period or no rule."""
    if "red_line_status" not in tables:
        return ()
    try:
        rules = chosen_rules(read_rules(_settings(con)), ())
        found = replay(con, rules)
    except EbblineError:
        return ()  # of a publication that an older ebbline made, or one without a past
    sentences = {rule.name: rule.sentence for rule in rules}
    judged = {
        line.rule.name for line in found.lines if line.periods("unknown") < len(line.statuses)
    }
    return tuple(
        _in_words(row, sentences[row.rule])
        for row in outcome_rows(found)
        if row.segment == "all" and row.rule in judged and (row.judged_by != THEN or row.fired)
    )


def _settings(con: duckdb.DuckDBPyConnection) -> Settings:
    """Return the settings of the publication, as far as red lines ask for them."""
    row = con.execute("select settings::varchar from marts.publication").fetchone()
    said = json.loads(row[0]) if row and row[0] else {}
    known = {name: said[name] for name in ("red_lines", "dimensions") if name in said}
    return Settings.model_validate({"sources": {"billing": {"path": "published"}}, **known})


def _in_words(row: OutcomeRow, sentence: str) -> Replayed:
    def counted(number: int | None) -> str:
        return NONE if number is None or not row.fired else str(number)

    early = NONE if row.periods_early is None else f"{row.periods_early:.1f}"
    return Replayed(
        sentence=sentence,
        judged_by="what was known then" if row.judged_by == THEN else "today's figures",
        fired=row.fired,
        messages=row.messages,
        came_true=counted(row.came_true),
        early=early,
        in_vain=counted(row.false_alarms),
        missed=NONE if row.missed is None else str(row.missed),
    )
