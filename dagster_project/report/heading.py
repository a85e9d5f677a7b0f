"""What the settings say of the page: whose numbers these are, and what was planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dagster_project.config import Settings
from dagster_project.errors import SettingsError, did_you_mean
from dagster_project.metrics import CATALOGUE


@dataclass(frozen=True)
class Heading:
    """Whose numbers these are, and what was planned.

    :ivar plan: by metric, the value planned for a period: ``2026-03``, ``2026-Q1`` or ``2026``.
    """

    company: str = ""
    plan: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def heading_of(settings: Settings) -> Heading:
    """Return what the settings say.

    :raises SettingsError: a plan is for something that is not a metric.
    """
    unknown = sorted(set(settings.plan) - set(CATALOGUE))
    if unknown:
        raise SettingsError(
            "a plan is for something that is not a metric",
            where="plan",
            evidence=unknown,
            fix=did_you_mean(unknown[0], CATALOGUE) or "docs/metrics-catalogue.md names them all",
        )
    plan = {
        metric: {period: float(value) for period, value in values.items()}
        for metric, values in settings.plan.items()
    }
    return Heading(settings.company, plan)
