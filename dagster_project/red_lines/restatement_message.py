"""What a restatement alert says: one message per publication, however many numbers it restates.

The facts are kept with the outbox, their wording is made on sending. Which numbers count and where
they are kept is the business of ``restatement_record``.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from dagster_project.metrics import CATALOGUE
from dagster_project.metrics.words import written
from dagster_project.period import Grain, Period
from dagster_project.red_lines.blocks import Command, Facts, Link, Message, Paragraph
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.naming import key_of

# A message is read on a telephone; the table has them all.
_LISTED = 10
_FILES_LISTED = 5


class RestatedNumber(BaseModel):
    """A number of a finished period and what it is restated to; None for no value.

    :param told_by: the publication that first said ``before``.
    :param told_on: its date, UTC.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    grain: Grain
    period: date
    before: float | None
    after: float | None
    told_by: int
    told_on: date


class RestatementAlert(BaseModel):
    """The facts of one restatement alert.

    :param publication: the publication that restates.
    :param compared_with: the publication before it.
    :param threshold: the relative change above which a number counts.
    :param numbers: the greatest relative change first.
    :param settings_changed: settings with another value since ``compared_with``, in words.
    :param code_changed: files of code that shape numbers and differ since.
    :param prices_changed: plans with another list price since, in words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Literal[Event.RESTATED] = Event.RESTATED
    severity: Literal["warning"] = "warning"
    publication: int
    compared_with: int
    threshold: float
    numbers: tuple[RestatedNumber, ...]
    settings_changed: tuple[str, ...]
    code_changed: tuple[str, ...]
    prices_changed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What stands in the outbox where other messages name their incident."""
        return f"restatement/{self.publication}"

    @property
    def incident_id(self) -> str:
        """What stands in the outbox where other messages name their incident."""
        return self.name

    @property
    def key(self) -> str:
        """The same for every delivery of this alert, and for no other."""
        return key_of(f"{self.name}#{self.event.value}")


def restatement_message(
    alert: RestatementAlert, *, publication_id: str, report: str, currency: str
) -> Message:
    """Return the alert as a message: the numbers, what else changed, and what to run next."""
    count = len(alert.numbers)
    what = "a published number is" if count == 1 else f"{count} published numbers are"
    lines = [
        "Finished periods are published with other numbers than readers were told, "
        f"by more than {alert.threshold * 100:g} %."
    ]
    lines += [
        f"{_in_words(number, currency)} (told since publication {number.told_by}, {number.told_on})"
        for number in alert.numbers[:_LISTED]
    ]
    if len(alert.numbers) > _LISTED:
        lines.append(f"and {len(alert.numbers) - _LISTED} more, all in marts.restatements")
    lines += _circumstances(alert)
    first = alert.numbers[0]
    period = str(Period(first.grain, first.period))
    return Message(
        title=f"[{alert.severity.upper()}] {what} restated: {_in_words(first, currency)}",
        blocks=(
            *(Paragraph(line) for line in lines),
            Facts(
                (
                    (
                        "Publication",
                        f"{publication_id}, compared with publication {alert.compared_with}",
                    ),
                    ("Key", alert.key),
                )
            ),
            Link("Report", report),
            Command("see why", ("ebbline", "why", first.metric, period)),
        ),
    )


def _in_words(number: RestatedNumber, currency: str) -> str:
    metric = CATALOGUE[number.metric]
    before, after = (
        written(value, metric.unit, currency) for value in (number.before, number.after)
    )
    if before == after:  # rounded away: show what differs
        before, after = str(number.before), str(number.after)
    return f"{metric.label} in {Period(number.grain, number.period)}: {before} -> {after}"


def _circumstances(alert: RestatementAlert) -> list[str]:
    """Say what else differs: not every restatement comes from the exports."""
    lines = []
    if alert.settings_changed:
        lines.append("Settings changed too: " + "; ".join(alert.settings_changed))
    if alert.code_changed:
        named = ", ".join(alert.code_changed[:_FILES_LISTED])
        more = len(alert.code_changed) - _FILES_LISTED
        lines.append(f"Code changed too: {named}" + (f" and {more} more" if more > 0 else ""))
    if alert.prices_changed:
        named = "; ".join(alert.prices_changed[:_FILES_LISTED])
        more = len(alert.prices_changed) - _FILES_LISTED
        lines.append(
            f"List prices changed: {named}{f' and {more} more' if more > 0 else ''}. What names no price of its own is"
            " valued at the new one in every month; an export with the price of each item, or a new plan for a new"
            " price, leaves the past as it was."
        )
    return lines or [
        "Neither settings nor code changed: rows of the exports came late, were corrected or deleted."
    ]
