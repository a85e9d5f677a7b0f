"""What a shell completes beside commands and options: names of metrics, segments, lists and formats.

Asked at every press of the tab key: nothing is imported but what knows the names, and no warehouse is opened.
"""

from collections.abc import Iterable


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def metrics(incomplete: str) -> list[str]:
    """Return the metrics that begin so."""
    from dagster_project.metrics.catalogue import CATALOGUE

    return _beginning(CATALOGUE, incomplete)


def dimensions(incomplete: str) -> list[str]:
    """Return what begins a segment: ``country=``, whose member the user knows."""
    from dagster_project.config import DIMENSIONS

    return _beginning((f"{name}=" for name in DIMENSIONS), incomplete)


def lists(incomplete: str) -> list[str]:
    """Return the lists of ``export`` that begin so."""
    from dagster_project.lists import available_lists

    return _beginning(available_lists(), incomplete)


def formats(incomplete: str) -> list[str]:
    """Return the formats that begin so."""
    from dagster_project.exports.checks import list_formats

    return _beginning(dict.fromkeys(known.name for known in list_formats()), incomplete)
