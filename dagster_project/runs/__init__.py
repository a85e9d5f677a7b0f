"""What happened in a run, as data: each stage reports it, and the reports make the outcome. Knows no Dagster."""

from dagster_project.runs.outcome import RunOutcome, outcome_of
from dagster_project.runs.stage_report import FailedCheck, Problem, RunReports, StageReport

__all__ = ["FailedCheck", "Problem", "RunOutcome", "RunReports", "StageReport", "outcome_of"]
