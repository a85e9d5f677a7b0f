"""What ``ebbline publications``, ``rollback`` and ``diff`` say."""

from collections.abc import Iterable, Iterator

from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.figures import written
from dagster_project.warehouse.comparison import PublicationDifference
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


def rollback_lines(publication: Publication) -> Iterator[Line]:
    """Yield what readers see after a rollback."""
    yield (
        f"readers see publication {publication.id} again,"
        f" built at {publication.built_at:%Y-%m-%d %H:%M} UTC",
        "bold green",
    )
    yield "the next run publishes anew", None


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
