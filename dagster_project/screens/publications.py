"""What ``ebbline publications``, ``rollback`` and ``diff`` say."""

from collections.abc import Iterable, Iterator
from typing import Any

from dagster_project.numbers.diff import PublicationDifference
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, plain
from dagster_project.screens.number_format import written
from dagster_project.warehouse.publication import ListedPublication
from dagster_project.warehouse.publication_record import Publication


def publication_lines(listed: Iterable[ListedPublication]) -> Iterator[Line]:
    """Yield one line per kept publication, newest first; the one that readers see is marked."""
    empty = True
    for entry in listed:
        empty = False
        publication = entry.publication
        mark, style = ("*", "bold") if entry.is_current else (" ", None)
        as_of = f", as of {publication.as_of}" if publication.as_of else ""
        yield (
            f"{mark} {publication.id:>4}  {publication.built_at:%Y-%m-%d %H:%M} UTC"
            f"  until {publication.until}{as_of}  {entry.size_bytes / 1e6:,.1f} MB",
            style,
        )
    yield ("no publication exists yet" if empty else "* is what readers see"), None


def rollback_lines(publication: Publication, *, hold: bool = False) -> Iterator[Line]:
    """Yield what readers see after a rollback, and how long."""
    yield (
        f"readers see publication {publication.id} again,"
        f" built at {publication.built_at:%Y-%m-%d %H:%M} UTC",
        "bold green",
    )
    if hold:
        yield "they keep it, whatever is published, until `ebbline rollback --release`", "yellow"
    else:
        yield "the next run publishes anew", None


def release_lines(was: int | None, seen: Publication | None) -> Iterator[Line]:
    """Yield what readers see after a hold has ended.

    :param was: the publication that they were held at.
    """
    if was is None:
        yield "readers are held at no publication", None
    if seen is not None:
        yield (
            f"readers see publication {seen.id}, built at {seen.built_at:%Y-%m-%d %H:%M} UTC",
            "bold green" if was is not None else None,
        )


def diff_lines(difference: PublicationDifference) -> Iterator[Line]:
    """Yield what differs: settings, code, files, rows per mart, then values, the whole business first."""
    earlier, later = difference.earlier, difference.later
    yield f"publication {earlier.id} -> {later.id}", "bold"
    for setting in difference.settings_changed:
        yield f"setting {setting.name}: {setting.before} -> {setting.after}", "yellow"
    for file in difference.code_changed:
        yield f"code {file}", "yellow"
    for file in difference.files_added:
        yield f"file {file}", None
    unequal = [mart for mart in difference.marts if not mart.is_equal]
    for mart in unequal:
        yield (
            f"{mart.mart}: {counted(mart.added, 'row')} added, {mart.removed:,} removed,"
            f" {mart.changed:,} changed",
            None,
        )
    for change in difference.metric_changes:
        segment = "" if change.dimension == "all" else f" {change.dimension}={change.member}"
        yield (
            f"{change.metric} {change.grain} {change.period_start}{segment}:"
            f" {written(change.before)} -> {written(change.after)}",
            None,
        )
    hidden = difference.metrics_changed - len(difference.metric_changes)
    if hidden > 0:
        yield f"... and {counted(hidden, 'value')} more", None
    if not unequal and not difference.metrics_changed:
        yield "every mart is the same, row for row", "green"


def publications_json(listed: Iterable[ListedPublication]) -> str:
    """Return the kept publications, newest first, as one JSON object."""
    return as_json(
        {
            "publications": [
                {
                    **_in_short(entry.publication),
                    "is_current": entry.is_current,
                    "size_bytes": entry.size_bytes,
                    "row_counts": entry.publication.row_counts,
                }
                for entry in listed
            ]
        }
    )


def diff_json(difference: PublicationDifference) -> str:
    """Return what differs as one JSON object; marts that are equal are left out."""
    return as_json(
        {
            "earlier": _in_short(difference.earlier),
            "later": _in_short(difference.later),
            "settings_changed": plain(difference.settings_changed),
            "code_changed": plain(difference.code_changed),
            "files_added": plain(difference.files_added),
            "marts": plain([mart for mart in difference.marts if not mart.is_equal]),
            "metrics_changed": difference.metrics_changed,
            "metric_changes": plain(difference.metric_changes),
        }
    )


def _in_short(publication: Publication) -> dict[str, Any]:
    """Return a publication without what fills a page: its files of input and code."""
    named = ("id", "built_at", "as_of", "until", "code_version")
    return {name: plain(getattr(publication, name)) for name in named}
