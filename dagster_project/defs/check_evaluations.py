"""Checks that a run and the daemon both ask: what a run yields of them, and what the daemon has to say anew."""

from collections.abc import Iterable

import dagster as dg

from dagster_project.defs.run_history import said_of


def as_result(found: dg.AssetCheckEvaluation) -> dg.AssetCheckResult:
    """Return what a step yields of a check."""
    return dg.AssetCheckResult(
        asset_key=found.asset_key,
        check_name=found.check_name,
        passed=found.passed,
        severity=found.severity,
        metadata=found.metadata,
    )


def changed(
    instance: dg.DagsterInstance, found: Iterable[dg.AssetCheckEvaluation]
) -> list[dg.AssetCheckEvaluation]:
    """Return those that the history does not say already."""
    now = {one.asset_check_key: one for one in found}
    said = said_of(instance, now)
    return [one for key, one in now.items() if said.get(key) is not one.passed]
