"""Whatever waits in the outbox, as a message. What each kind says is in its own module."""

from dagster_project.red_lines.blocks import Message, Paragraph
from dagster_project.red_lines.messages import Alert, red_line_message
from dagster_project.red_lines.outbox import AnyAlert
from dagster_project.red_lines.pipeline_message import PipelineAlert, pipeline_message
from dagster_project.red_lines.restatement_message import RestatementAlert, restatement_message


def wording(alert: AnyAlert, *, publication_id: str, report: str, currency: str) -> Message:
    """Return the alert in words.

    :param publication_id: the publication whose numbers these are; empty for news of the pipeline.
    :param report: where the HTML report lies: a path, or the URL of ``publish.report_url``.
    :param currency: the reporting currency.
    """
    if isinstance(alert, PipelineAlert):
        return pipeline_message(alert)
    if isinstance(alert, RestatementAlert):
        return restatement_message(
            alert, publication_id=publication_id, report=report, currency=currency
        )
    return red_line_message(alert, publication_id=publication_id, report=report, currency=currency)


def least_wording(alert: AnyAlert) -> Message:
    """Return the least that can be said, without a character of an export: for a receiver that refuses the rest."""
    what = alert.rule if isinstance(alert, Alert) else alert.incident_id.split("/", 1)[0]
    return Message(
        title=f"[{alert.severity.upper()}] ebbline: {what} ({alert.event.value.replace('_', ' ')})",
        blocks=(
            Paragraph("The receiver refused the whole message. `ebbline alerts list` has it."),
            Paragraph(f"Key: {alert.key}"),
        ),
    )
