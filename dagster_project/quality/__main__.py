"""``python -m dagster_project.quality``: bring the committed context up to date with its suites."""

from dagster_project.quality.suites import EXPECTATIONS
from dagster_project.quality.wiring import wire

wire(EXPECTATIONS)
