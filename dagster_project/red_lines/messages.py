"""What an alert says: the facts, kept with the outbox, and their wording, made on sending."""

import shlex
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dagster_project.plural import counted
from dagster_project.red_lines.evaluation import Period, RedLineStatus
from dagster_project.red_lines.incidents import Event, Incident
from dagster_project.red_lines.metrics import METRICS, Unit, written
from dagster_project.red_lines.restatement_message import (
    RestatementAlert,
    restatement_body,
    restatement_title,
)
from dagster_project.red_lines.rules import Grain, Severity
from dagster_project.red_lines.stakes import Stakes


class CustomerFact(BaseModel):
    """A customer behind the alert and the MRR lost with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer_id: str
    mrr_lost: Decimal


class Alert(BaseModel):
    """The facts of one alert, as known when it arose.

    Money is in the reporting currency, a month.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Event
    incident_id: str
    rule: str
    description: str
    sentence: str
    metric: str
    severity: Severity
    grain: Grain
    period: date
    segment: str
    since: date
    periods: int
    value: float | None
    line: float | None
    detail: str
    customers_lost: int | None
    mrr_churn: Decimal | None
    mrr_contraction: Decimal | None
    mrr_closing: Decimal | None
    customers: tuple[CustomerFact, ...]

    @property
    def key(self) -> str:
        """The same for every delivery of this alert, and for no other: receivers drop repetitions
        by it.
        """
        name = f"{self.incident_id}#{self.event.value}"
        return f"{name}-{self._period}" if self.event is Event.STILL_CROSSED else name

    @property
    def _period(self) -> Period:
        return Period(self.grain, self.period)


class Wording(BaseModel):
    """A rendered alert."""

    model_config = ConfigDict(frozen=True)

    title: str
    body: str


def alert_of(event: Event, incident: Incident, status: RedLineStatus, stakes: Stakes) -> Alert:
    """Gather the facts of an event: the incident's, the newest status's and what is at stake."""
    return Alert(
        event=event,
        incident_id=incident.incident_id,
        rule=incident.rule,
        description=status.rule.description,
        sentence=status.rule.sentence,
        metric=status.rule.metric,
        severity=incident.severity,
        grain=incident.grain,
        period=status.period.start,
        segment=incident.segment,
        since=incident.since,
        periods=incident.periods,
        value=status.value,
        line=status.line,
        detail=status.detail,
        customers_lost=stakes.customers_lost,
        mrr_churn=stakes.mrr_churn,
        mrr_contraction=stakes.mrr_contraction,
        mrr_closing=stakes.mrr_closing,
        customers=tuple(
            CustomerFact(customer_id=customer.customer_id, mrr_lost=customer.mrr_lost)
            for customer in stakes.customers
        ),
    )


def wording(
    alert: Alert | RestatementAlert, *, publication_id: str, report: Path, currency: str
) -> Wording:
    """Return the alert in words.

    :param publication_id: the publication whose numbers these are.
    :param report: where the HTML report lies.
    :param currency: the reporting currency.
    """
    if isinstance(alert, RestatementAlert):
        return Wording(
            title=restatement_title(alert, currency=currency),
            body=restatement_body(
                alert, publication_id=publication_id, report=report, currency=currency
            ),
        )
    period = Period(alert.grain, alert.period)
    unit = METRICS[alert.metric].unit
    where = "" if alert.segment == "all" else f" in {alert.segment}"
    value = written(alert.value, unit, currency)
    lines = [
        alert.description if alert.event is not Event.RESOLVED else "The line is no longer crossed."
    ]
    lines.append(
        f"{period}{where}: {METRICS[alert.metric].label} {value}; {_against(alert, currency)}"
    )
    if alert.event is Event.RESOLVED:
        lines.append(f"It had been crossed for {counted(alert.periods, alert.grain)}.")
    else:
        since = Period(alert.grain, alert.since)
        running = (
            "for the first time"
            if alert.periods == 1
            else f"{counted(alert.periods, alert.grain)} running, since {since}"
        )
        lines.append(f"Crossed {running}.")
        lines += _at_stake(alert, currency)
    lines += [
        f"Incident {alert.incident_id}, publication {publication_id}",
        f"Report: {report}",
        f"Next: was it another number before? ebbline why {alert.metric} {period}"
        # Somebody will paste this into a shell, and a segment's name comes from an export.
        + ("" if alert.segment == "all" else f" --segment {shlex.quote(alert.segment)}"),
        f"Key: {alert.key}",
    ]
    return Wording(title=_title(alert, period, where, value), body="\n".join(lines))


def _title(alert: Alert, period: Period, where: str, value: str) -> str:
    mark = {
        Event.OPENED: alert.severity.upper(),
        Event.STILL_CROSSED: f"{alert.severity.upper()}, STILL CROSSED",
        Event.RESOLVED: "RESOLVED",
    }[alert.event]
    return f"[{mark}] {alert.sentence}{where}: {value} in {period}"


def _against(alert: Alert, currency: str) -> str:
    line = written(alert.line, METRICS[alert.metric].unit, currency)
    return f"the line is {line} ({alert.sentence})"


def _at_stake(alert: Alert, currency: str) -> Sequence[str]:
    lines = []
    if alert.mrr_churn is not None and alert.mrr_contraction is not None:
        lost = (
            ""
            if alert.customers_lost is None
            else f" with {counted(alert.customers_lost, 'customer')} lost"
        )
        lines.append(
            f"MRR lost: {_money(alert.mrr_churn, currency)}{lost}, "
            f"{_money(alert.mrr_contraction, currency)} by contraction; "
            f"MRR at closing: {_money(alert.mrr_closing, currency)}"
        )
    if alert.customers:
        named = ", ".join(
            f"{customer.customer_id} ({_money(customer.mrr_lost, currency)})"
            for customer in alert.customers
        )
        lines.append(f"Most MRR lost with: {named}")
    return lines


def _money(amount: Decimal | None, currency: str) -> str:
    return written(None if amount is None else float(amount), Unit.MONEY, currency)
