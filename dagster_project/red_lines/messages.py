"""What an alert says: the facts, kept with the outbox, and their wording, made on sending."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from dagster_project.metrics import CATALOGUE, WATCHED, Unit
from dagster_project.metrics.words import written
from dagster_project.period import Grain, Period
from dagster_project.plural import counted
from dagster_project.red_lines.blocks import Block, Chart, Command, Facts, Link, Message, Paragraph
from dagster_project.red_lines.evaluation import RedLineStatus
from dagster_project.red_lines.evidence import Evidence
from dagster_project.red_lines.impact import Impact
from dagster_project.red_lines.incidents import Event, Incident
from dagster_project.red_lines.naming import key_of
from dagster_project.red_lines.rules import Severity
from dagster_project.shown import shown

# What a segment or a customer is called comes from an export.
_NAME_LIMIT, _ALSO_LISTED, _PERIODS_SHOWN = 120, 10, 12


class CustomerFact(BaseModel):
    """A customer behind the alert and the MRR lost with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer_id: str
    mrr_lost: Decimal


class ReasonFact(BaseModel):
    """Why customers left, as the billing system gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str
    customers_lost: int


class FigureFact(BaseModel):
    """A figure of the same period and segment; None for no value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    value: float | None


class BehindFact(BaseModel):
    """A customer behind an alert that is not about recurring revenue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer_id: str
    said: str
    amount: Decimal | None


class HistoryFact(BaseModel):
    """The metric in a period; None for no value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    period: str
    value: float | None


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
    window: str = ""
    history: tuple[HistoryFact, ...] = ()
    interval: tuple[float, float] | None = None
    reasons: tuple[ReasonFact, ...] = ()
    figures: tuple[FigureFact, ...] = ()
    customers_are: str = ""
    behind: tuple[BehindFact, ...] = ()
    also: tuple[str, ...] = ()
    owner: str | None = None
    runbook: str | None = None

    @property
    def key(self) -> str:
        """The same for every delivery of this alert, and for no other: receivers drop repetitions
        by it.
        """
        name = f"{self.incident_id}#{self.event.value}"
        return key_of(f"{name}-{self._period}" if self.event is Event.STILL_CROSSED else name)

    def with_also(self, also: Sequence[str]) -> "Alert":
        """Return the same alert, which names other red lines too."""
        return self.model_copy(update={"also": (*self.also, *_bounded(also))})

    @property
    def _period(self) -> Period:
        return Period(self.grain, self.period)


def alert_of(
    event: Event,
    incident: Incident,
    status: RedLineStatus,
    impact: Impact,
    *,
    evidence: Evidence,
    history: Sequence[RedLineStatus] = (),
    also: tuple[str, ...] = (),
) -> Alert:
    """Gather the facts of an event: the incident's, the newest status's and what is at stake.

    :param evidence: what else is known of the period where the line is not about recurring revenue.
    :param history: the statuses of the same red line and segment up to this one, oldest first.
    :param also: other red lines that the same message tells of, a line each.
    """
    return Alert(
        event=event,
        incident_id=incident.incident_id,
        rule=incident.rule,
        description=status.rule.description,
        sentence=status.rule.sentence,
        metric=status.rule.metric,
        severity=incident.severity,
        grain=status.rule.grain,
        period=status.period.start,
        segment=shown(incident.segment, _NAME_LIMIT),
        since=incident.since,
        periods=incident.periods,
        value=status.value,
        line=status.line,
        detail=status.detail,
        customers_lost=impact.customers_lost,
        mrr_churn=impact.mrr_churn,
        mrr_contraction=impact.mrr_contraction,
        mrr_closing=impact.mrr_closing,
        customers=tuple(
            CustomerFact(
                customer_id=shown(customer.customer_id, _NAME_LIMIT), mrr_lost=customer.mrr_lost
            )
            for customer in impact.customers
        ),
        window=impact.window,
        history=tuple(
            HistoryFact(period=str(one.period), value=one.value)
            for one in history[-_PERIODS_SHOWN:]
        ),
        interval=status.interval,
        reasons=tuple(
            ReasonFact(reason=shown(reason, _NAME_LIMIT), customers_lost=count)
            for reason, count in impact.reasons
        ),
        figures=tuple(FigureFact(metric=one.metric, value=one.value) for one in evidence.figures),
        customers_are=evidence.customers_are,
        behind=tuple(
            BehindFact(
                customer_id=shown(one.customer_id, _NAME_LIMIT),
                said=shown(one.said, _NAME_LIMIT),
                amount=one.amount,
            )
            for one in evidence.customers
        ),
        also=_bounded(also),
        owner=status.rule.owner,
        runbook=status.rule.runbook,
    )


def _bounded(also: Sequence[str]) -> tuple[str, ...]:
    listed = tuple(shown(line, 2 * _NAME_LIMIT) for line in also[:_ALSO_LISTED])
    more = len(also) - len(listed)
    return (*listed, f"and {more} more") if more else listed


def red_line_message(alert: Alert, *, publication_id: str, report: str, currency: str) -> Message:
    """Return the alert as a message.

    :param publication_id: the publication whose numbers these are.
    :param report: where the HTML report lies.
    :param currency: the reporting currency.
    """
    period = Period(alert.grain, alert.period)
    metric = WATCHED[alert.metric]
    is_over = alert.event is Event.RESOLVED
    where = "" if alert.segment == "all" else f" in {alert.segment}"
    value = written(alert.value, metric.unit, currency)
    between = (
        ""
        if alert.interval is None
        else " (95 % interval {} to {})".format(
            *(written(end, metric.unit) for end in alert.interval)
        )
    )
    blocks: list[Block] = [
        Paragraph("The line is no longer crossed." if is_over else alert.description),
        Paragraph(f"{period}{where}: {metric.label} {value}{between}; {_against(alert, currency)}"),
        Paragraph(
            f"It had been crossed for {counted(alert.periods, alert.grain)}."
            if is_over
            else f"Crossed {_running(alert)}."
        ),
    ]
    if len(alert.history) > 1:
        values = tuple(point.value for point in alert.history)
        blocks.append(Chart(alert.history[0].period, alert.history[-1].period, values, value))
    if not is_over:
        blocks += [Paragraph(line) for line in _at_stake(alert, currency)]
    if alert.also:
        blocks.append(
            Paragraph(("Still crossed: " if is_over else "Also: ") + "; ".join(alert.also))
        )
    facts = [("Incident", f"{alert.incident_id}, publication {publication_id}")]
    facts += [("Owner", alert.owner)] if alert.owner else []
    blocks += [Facts((*facts, ("Key", alert.key))), Link("Report", report)]
    blocks += [Link("Runbook", alert.runbook)] if alert.runbook else []
    if not is_over:
        blocks.append(
            Command("acknowledge", ("ebbline", "alerts", "ack", alert.incident_id, "--by", "NAME"))
        )
    blocks += _next_steps(alert, period)
    return Message(title=_title(alert, period, where, value), blocks=tuple(blocks))


def _next_steps(alert: Alert, period: Period) -> list[Block]:
    """Return what to do: a metric is explained, a signal leads to the list of those to write to."""
    segment = () if alert.segment == "all" else ("--segment", alert.segment)
    if alert.metric in CATALOGUE:
        return [
            Command("follow it down", ("ebbline", "explain", alert.metric, str(period), *segment)),
            Command(
                "see what it was before", ("ebbline", "why", alert.metric, str(period), *segment)
            ),
        ]
    listed = "unanswered" if WATCHED[alert.metric].subject == "support" else "risk"
    return [Command("see whom to write to", ("ebbline", "export", listed))]


def _running(alert: Alert) -> str:
    if alert.periods == 1:
        return "for the first time"
    return (
        f"{counted(alert.periods, alert.grain)} running, since {Period(alert.grain, alert.since)}"
    )


def _title(alert: Alert, period: Period, where: str, value: str) -> str:
    mark = {
        Event.OPENED: alert.severity.upper(),
        Event.STILL_CROSSED: f"{alert.severity.upper()}, STILL CROSSED",
        Event.ESCALATED: f"{alert.severity.upper()}, NOT ACKNOWLEDGED",
        Event.RESOLVED: "RESOLVED",
    }[alert.event]
    return f"[{mark}] {alert.sentence}{where}: {value} in {period}"


def _against(alert: Alert, currency: str) -> str:
    line = written(alert.line, WATCHED[alert.metric].unit, currency)
    return f"the line is {line} ({alert.sentence})"


def _at_stake(alert: Alert, currency: str) -> Sequence[str]:
    lines = []
    over = f" {alert.window}" if alert.window else ""
    if alert.mrr_churn is not None and alert.mrr_contraction is not None:
        lost = (
            ""
            if alert.customers_lost is None
            else f" with {counted(alert.customers_lost, 'customer')} lost"
        )
        lines.append(
            f"MRR lost{over}: {_money(alert.mrr_churn, currency)}{lost}, "
            f"{_money(alert.mrr_contraction, currency)} by contraction; "
            f"MRR at closing: {_money(alert.mrr_closing, currency)}"
        )
    if alert.customers:
        named = ", ".join(
            f"{customer.customer_id} ({_money(customer.mrr_lost, currency)})"
            for customer in alert.customers
        )
        lines.append(f"Most MRR lost{over} with: {named}")
    if alert.reasons:
        given = ", ".join(f"{one.reason} ({one.customers_lost})" for one in alert.reasons)
        lines.append(f"Reasons given: {given}")
    if alert.figures:
        beside = (
            f"{WATCHED[one.metric].label} {written(one.value, WATCHED[one.metric].unit, currency)}"
            for one in alert.figures
            if one.metric in WATCHED
        )
        lines.append(f"Beside it: {', '.join(beside)}")
    if alert.behind:
        lines.append(
            f"{alert.customers_are}: {', '.join(_behind(one, currency) for one in alert.behind)}"
        )
    return lines


def _behind(one: BehindFact, currency: str) -> str:
    said = [*([_money(one.amount, currency)] if one.amount is not None else []), one.said]
    return f"{one.customer_id} ({', '.join(filter(None, said))})"


def _money(amount: Decimal | None, currency: str) -> str:
    return written(None if amount is None else float(amount), Unit.MONEY, currency)
