"""Red lines: thresholds that nobody should have to look for, incidents when they are crossed, and
alerts.

``load_rules`` reads them, ``evaluate`` judges the validated marts, ``record`` keeps incidents and
outbox in one transaction, ``deliver`` sends after the publication, ``replay`` says what rules would have
done. The modules import no Dagster.
"""

from dagster_project.red_lines.delivery import Delivery, deliver
from dagster_project.red_lines.evaluation import RedLineStatus, evaluate
from dagster_project.red_lines.handling import Acknowledgement, acknowledge, resolve, silence
from dagster_project.red_lines.heartbeat import beat
from dagster_project.red_lines.incidents import Incident
from dagster_project.red_lines.open_alerts import (
    OpenAlerts,
    Undelivered,
    Unresolved,
    open_alerts,
)
from dagster_project.red_lines.record import Recorded, incidents, record
from dagster_project.red_lines.replay import Replay, chosen_rules, replay
from dagster_project.red_lines.restatement_record import record_restatements
from dagster_project.red_lines.rules import Rule, load_rules, read_rules
from dagster_project.red_lines.targets import check_targets
from dagster_project.red_lines.watch import RunEnd, after_run, check

__all__ = [
    "Acknowledgement",
    "Delivery",
    "Incident",
    "OpenAlerts",
    "Recorded",
    "RedLineStatus",
    "Replay",
    "Rule",
    "RunEnd",
    "Undelivered",
    "Unresolved",
    "acknowledge",
    "after_run",
    "beat",
    "check",
    "check_targets",
    "chosen_rules",
    "deliver",
    "evaluate",
    "incidents",
    "load_rules",
    "open_alerts",
    "read_rules",
    "record",
    "record_restatements",
    "replay",
    "resolve",
    "silence",
]
