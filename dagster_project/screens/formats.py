"""What ``ebbline formats`` and ``ebbline formats check`` say."""

from collections.abc import Iterable, Iterator

from dagster_project.exports.checks import FolderCheck, FormatInfo
from dagster_project.exports.mapping import CANONICAL
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, plain


def format_lines(formats: Iterable[FormatInfo]) -> Iterator[Line]:
    """Yield every format with the files that feed each table."""
    for known in formats:
        yield f"{known.name} ({known.source}): {known.title}", "bold"
        for table, pattern in known.feeds:
            yield f"  {pattern} -> {table}", None


def check_lines(check: FolderCheck) -> Iterator[Line]:
    """Yield which file would feed which table, what is missing and what would be refused."""
    yield f"{check.format} exports of {check.source}", "bold"
    if not check.files:
        yield from _empty_lines(check)
        return
    for file in check.files:
        if file.verdict == "feeds":
            bad = f", {file.rows_quarantined:,} to quarantine" if file.rows_quarantined else ""
            yield f"  {file.file_name} -> {file.table}: {counted(file.rows_read, 'row')}{bad}", None
            if file.shape:
                yield f"    taken for {file.shape}", None
        else:
            style = "red" if file.verdict == "refused" else "yellow"
            yield f"  {file.file_name}: {file.verdict}", style
        if file.message:
            yield f"    {file.message}", None
        for warning in file.warnings:
            yield f"    {warning}", "yellow"
    for missing in check.missing:
        yield f"  missing: {missing}", "red"
    if check.unfed_tables:
        yield f"  nothing here for {', '.join(check.unfed_tables)}", None
        yield (
            "    a run does without: what only they tell is what earlier loads brought, or empty",
            None,
        )
    for table, effect in check.without:
        yield f"  without {table}: {effect}", "yellow"
    for currency, rows in check.unrated:
        yield (
            f"  {currency} ({counted(rows, 'row')}) has no rate: a run refuses it until currency.rates has one, "
            "or it is currency.reporting",
            "yellow",
        )
    verdict = ("nothing is missing and no file would be refused", "green")
    yield verdict if check.is_good else ("a run would not take all of it", "red")


def _empty_lines(check: FolderCheck) -> Iterator[Line]:
    """Yield what to put into a folder that holds nothing; what the numbers are without it is said of files."""
    yield "  no files in the folder yet", "yellow"
    for missing in check.missing:
        yield f"  a run needs {missing}", None
    what = (
        "`ebbline formats canonical` describes every table, and the file it is written to"
        if check.format == CANONICAL
        else "`ebbline formats` names the files of every vendor"
    )
    yield f"next: put the exports here and ask again; {what}", "bold"


def formats_json(formats: Iterable[FormatInfo]) -> str:
    """Return every format with the files that feed each table as one JSON object."""
    return as_json(
        {
            "formats": [
                {
                    "name": known.name,
                    "source": known.source,
                    "title": known.title,
                    "feeds": [{"files": files, "table": table} for table, files in known.feeds],
                }
                for known in formats
            ]
        }
    )


def check_json(check: FolderCheck) -> str:
    """Return what a run would make of a folder as one JSON object."""
    return as_json({**plain(check), "is_good": check.is_good})
