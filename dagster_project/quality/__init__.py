"""Validation: what is expected of the exports and of the marts, and whether it holds."""

from dagster_project.quality.checks import CheckSpec
from dagster_project.quality.results import CheckResult, ValidationReport
from dagster_project.quality.suites import SuiteError, list_checks, personal_columns
from dagster_project.quality.validation import validate

__all__ = [
    "CheckResult",
    "CheckSpec",
    "SuiteError",
    "ValidationReport",
    "list_checks",
    "personal_columns",
    "validate",
]
