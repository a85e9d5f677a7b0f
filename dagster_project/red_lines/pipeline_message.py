"""What is told of the pipeline itself: a condition that began, goes on, or is over.

A message of this kind holds no figure: what failed its audit is told by the name of the check alone.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from dagster_project.red_lines.blocks import Block, Command, Facts, Link, Message, Paragraph
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.naming import key_of
from dagster_project.red_lines.rules import Severity
from dagster_project.shown import shown

PIPELINE_EVENTS = (
    Event.BROKEN.value,
    Event.MENDED.value,
    Event.STILL_BROKEN.value,
    Event.UNTENDED.value,
)


class PipelineAlert(BaseModel):
    """The facts of one message about the pipeline, as known when it arose.

    :param kind: the condition, such as ``stale_source``.
    :param subject: what it is about: a source, a file, a check.
    :param detail: what was seen, in words.
    :param next_step: what to do.
    :param command: the command for that, as one can paste it; empty where there is none.
    :param opened_at: since when.
    :param serial: tells one reminder from the next; empty otherwise.
    :param owner: whose it is.
    :param runbook: where it says what to do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: Event
    incident_id: str
    kind: str
    subject: str
    severity: Severity
    title: str
    detail: str
    next_step: str
    opened_at: datetime
    command: tuple[str, ...] = ()
    serial: str = ""
    owner: str | None = None
    runbook: str | None = None

    @property
    def key(self) -> str:
        """The same for every delivery of this alert, and for no other."""
        return key_of(f"{self.incident_id}#{self.event.value}{self.serial}")


def pipeline_message(alert: PipelineAlert) -> Message:
    """Return the alert as a message."""
    mark = {
        Event.BROKEN: alert.severity.upper(),
        Event.STILL_BROKEN: f"{alert.severity.upper()}, STILL SO",
        Event.UNTENDED: f"{alert.severity.upper()}, NOT ACKNOWLEDGED",
        Event.MENDED: "RESOLVED",
    }[alert.event]
    is_over = alert.event is Event.MENDED
    blocks: list[Block] = [
        Paragraph("This is over." if is_over else shown(alert.detail, 1500, keep="\n"))
    ]
    if is_over:
        blocks.append(Paragraph(f"It was: {shown(alert.detail, 400)}"))
    elif alert.next_step:
        blocks.append(Paragraph(f"Next: {alert.next_step}"))
    facts = [
        ("Incident", alert.incident_id),
        ("Since", f"{alert.opened_at:%Y-%m-%d %H:%M} UTC"),
        *([("Owner", alert.owner)] if alert.owner else []),
        ("Key", alert.key),
    ]
    blocks.append(Facts(tuple(facts)))
    if alert.runbook and not is_over:
        blocks.append(Link("Runbook", alert.runbook))
    if not is_over and alert.command:
        blocks.append(Command("try it", alert.command))
    if not is_over:
        blocks.append(
            Command("acknowledge", ("ebbline", "alerts", "ack", alert.incident_id, "--by", "NAME"))
        )
    return Message(title=f"[{mark}] {alert.title}", blocks=tuple(blocks))
