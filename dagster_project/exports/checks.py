"""What formats there are, and what a folder of exports would bring: for ``ebbline formats``.

Nothing here touches the warehouse: a check loads into a database of its own that is thrown away, so that
what it says is what a run would do.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.exports.addresses import without_secrets
from dagster_project.exports.contract import SOURCES, TABLES, Source, tables_of
from dagster_project.exports.load_report import FileLoad
from dagster_project.exports.loader import load_source
from dagster_project.exports.mapping import (
    CANONICAL,
    FOLDER,
    available_formats,
    canonical_mapping,
    mapping_for,
    read_mapping,
)
from dagster_project.warehouse.quoting import quote_identifier

_RECURRING = ("subscription_periods", "subscription_items", "invoice_lines", "orders")
# What the numbers are without a table; only what changes a figure or empties one.
_WITHOUT = {
    "plans": "whether a price is metered is not known, so use that is billed by lines counts as recurring; "
    "list prices, tiers and products are not known",
    "subscriptions": "trials, requests to cancel and reasons are not known; all churn is that of the invoices",
    "payments": "what was collected is taken from paid invoices, and refunds and disputes leave nothing",
    "invoices": "lines cannot be held against the totals of their invoices",
    "line_discounts": "discounts that the vendor keeps in a table of its own stay in MRR",
    "discounts": "how long a discount lasts is told by line_discounts alone, or by the lines that follow it",
    "invoice_discounts": "how long a discount lasts is told by line_discounts alone, or by the lines that follow it",
    "invoice_payments": "which invoice a payment was for is told by the payment alone",
    "line_taxes": "taxes that lie in the amount of a line stay in MRR",
    "credit_notes": "what credit notes take back stays in MRR and in purchases",
    "disputes": "a disputed payment is told by its own status alone",
    "refunds": "money paid back is known only where payments or orders say so",
    "ratings": "CSAT, NPS and CES are empty",
    "contacts": "how long a customer has heard nothing from us is not known",
    "organizations": "tickets that name an organisation and no customer belong to nobody",
    "memberships": "the organisation of a user is the one that the user names",
    "ticket_tags": "complaints are told by the ticket alone",
    "ticket_replies": "first answers are told by the ticket and its metrics alone",
    "users": "tickets that name a user and no customer belong to nobody",
    "identities": "events that name a user and no customer belong to nobody",
}
# What a shop of orders alone does not miss: tables, and those of which they say more.
_OF_WHAT_RECURS = {
    "plans": {"subscription_periods", "subscription_items", "invoice_lines"},
    "subscriptions": {"subscription_periods", "subscription_items", "invoice_lines"},
    "payments": {"subscriptions", "subscription_periods", "subscription_items", "invoice_lines"},
}
# What is told by another table where it is not exported.
_DERIVED_FROM = {"sessions": "events"}


@dataclass(frozen=True)
class FormatInfo:
    """One format: whose it is and which files feed which table.

    :param feeds: pairs of canonical table and file pattern.
    """

    name: str
    source: Source
    title: str
    feeds: tuple[tuple[str, str], ...]
    documentation: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileCheck:
    """What a run would do with one file, per table it feeds.

    :param shape: the delivery of the format that the file was taken for.
    :param warnings: what the file lacks and what that changes, and columns that nothing reads.
    """

    file_name: str
    table: str
    verdict: Literal["feeds", "refused", "unrecognised"]
    rows_read: int = 0
    rows_quarantined: int = 0
    message: str = ""
    shape: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class FolderCheck:
    """What a run would do with one folder.

    :param missing: what the numbers need and no file brings, in words.
    :param unfed_tables: optional tables that get nothing here, and for which no other table speaks.
    :param without: what the numbers do without these tables, by table.
    :param unrated: currencies that the settings have no rate for, each with its rows.
    """

    source: Source
    format: str
    files: tuple[FileCheck, ...]
    missing: tuple[str, ...]
    unfed_tables: tuple[str, ...]
    without: tuple[tuple[str, str], ...] = ()
    unrated: tuple[tuple[str, int], ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing is missing and nothing would be refused."""
        return not self.missing and all(file.verdict != "refused" for file in self.files)


def list_formats(folder: Path = FOLDER) -> tuple[FormatInfo, ...]:
    """Return every format by source and name, the canonical one first.

    :raises MappingError: a mapping file cannot be followed.
    """
    canonical = [canonical_mapping(source) for source in SOURCES]
    vendors = sorted(
        available_formats(folder), key=lambda one: (SOURCES.index(one.source), one.format)
    )
    return tuple(
        FormatInfo(
            mapping.format,
            mapping.source,
            mapping.title,
            tuple(
                dict.fromkeys(
                    (delivery.table, pattern)
                    for delivery in mapping.deliveries
                    if delivery.enabled
                    for pattern in delivery.files
                )
            ),
            mapping.documentation,
        )
        for mapping in (*canonical, *vendors)
    )


def check(
    path: Path | str,
    format_name: str,
    *,
    clock: Clock,
    settings: Settings | None = None,
    source: Source | None = None,
) -> FolderCheck:
    """Say which file of a folder or URL would feed which table, and what would be refused.

    :param settings: those that a run would have; without any, their defaults.
    :param source: billing, support or usage; a vendor's format tells it itself.
    :raises MappingError: the format is unknown or cannot be followed.
    :raises SettingsError: the format is canonical and the source is neither given nor the folder's name.
    :raises InputRefusedError: the folder cannot be listed.
    """
    source = source or _source_of(format_name, path)
    settings = settings or _defaults(path)
    with TemporaryDirectory(prefix="ebbline-check-") as folder:
        con = duckdb.connect(str(Path(folder, "check.duckdb")))
        try:
            report = load_source(
                con, source=source, format=format_name, path=path, settings=settings, clock=clock
            )
            unrated = _unrated(con, source, settings)
        finally:
            con.close()
    files = tuple(_file_check(load) for load in report.files if load.rows_read or load.message)
    files += tuple(
        FileCheck(name, "", "unrecognised", message="no file name of this format")
        for name in report.unrecognised
    )
    fed = {load.table for load in report.files if load.outcome != "refused"}
    refused = {load.table for load in report.refused}
    return FolderCheck(
        source,
        format_name,
        files,
        _missing(source, fed),
        unfed := _unfed(source, fed, refused),
        tuple(
            (name, effect)
            for name, effect in _WITHOUT.items()
            if (name in unfed or (name not in fed | refused and _completes(name) in fed))
            and (name not in _OF_WHAT_RECURS or fed & _OF_WHAT_RECURS[name])
        ),
        unrated,
    )


def _unrated(
    con: duckdb.DuckDBPyConnection, source: Source, settings: Settings
) -> tuple[tuple[str, int], ...]:
    """Return the currencies of these exports that a run could not convert, each with its rows."""
    rows: Counter[str] = Counter()
    for table in tables_of(source):
        # A list price that nobody pays needs no rate.
        if "currency" in table.column_names and table.name != "plans":
            found = con.execute(
                f"select upper(currency), count(*) from raw.{quote_identifier(table.name)} "
                "where currency is not null group by all"
            ).fetchall()
            rows.update(dict(found))
    known = {settings.currency.reporting, *settings.currency.rates}
    return tuple((currency, rows[currency]) for currency in sorted(rows.keys() - known))


def _completes(name: str) -> str | None:
    return TABLES[name].companion_of


def _defaults(path: Path | str) -> Settings:
    """Settings that say nothing beyond where the files lie."""
    return Settings.model_validate({"sources": {"billing": {"path": str(path)}}})


def _source_of(format_name: str, path: Path | str) -> Source:
    if format_name.endswith((".yml", ".yaml")):
        return read_mapping(Path(format_name)).source
    if format_name != CANONICAL:
        for mapping in available_formats():
            if mapping.format == format_name:
                return mapping.source
        mapping_for(format_name, "billing")
    last = str(path).rstrip("/").rsplit("/", 1)[-1]
    for source in SOURCES:
        if source == last:
            return source
    raise SettingsError(
        f"it is not clear what kind of exports {without_secrets(str(path))!r} holds",
        fix=f"say which: --source {' or '.join(SOURCES)}",
    )


def _file_check(load: FileLoad) -> FileCheck:
    return FileCheck(
        load.file_name,
        load.table,
        "refused" if load.outcome == "refused" else "feeds",
        load.rows_read,
        load.rows_quarantined,
        load.message,
        load.shape,
        load.warnings,
    )


def _unfed(source: Source, fed: set[str], refused: set[str]) -> tuple[str, ...]:
    """Return the tables a run can do without; those that it needs, or needs one of, are missing or not told."""
    return tuple(
        table.name
        for table in tables_of(source)
        if table.companion_of is None
        and table.name not in fed | refused | {"customers", *_RECURRING}
        and _DERIVED_FROM.get(table.name) not in fed
    )


def _missing(source: Source, fed: set[str]) -> tuple[str, ...]:
    missing = []
    if source == "billing":
        if "customers" not in fed:
            missing.append("customers")
        if not fed & set(_RECURRING):
            missing.append(f"one of {', '.join(_RECURRING)}")
    missing += [
        f"{TABLES[name].companion_of}, which {name} completes"
        for name in sorted(fed)
        if (whole := TABLES[name].companion_of) is not None
        and whole not in fed
        # Where subscriptions tell what recurs, invoices alone are of use: what was billed, and when it was paid.
        and not (whole == "invoice_lines" and fed & set(_RECURRING))
    ]
    return tuple(missing)
