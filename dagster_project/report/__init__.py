"""The report: the published marts as one HTML file that opens from disk, with no network."""

from dagster_project.report.heading import Heading, heading_of
from dagster_project.report.page import build

__all__ = ["Heading", "build", "heading_of"]
