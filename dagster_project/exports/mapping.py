"""Vendor mappings: one YAML file says which vendor file feeds which canonical table, and how.

The schema of those files, their checks against the contract and their loading belong here. How a rule
becomes SQL is ``expressions.py``; which file is read with which rule is ``landing.py`` and ``loader.py``.
"""

import hashlib
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from dagster_project.errors import EbblineError, did_you_mean
from dagster_project.exports.contract import TABLES, UPDATED_AT, Column, Kind, Source, Table
from dagster_project.exports.rules import (
    CASTS_BY_KIND,
    Condition,
    DateOrder,
    Names,
    OptionalNames,
    Rule,
    Strict,
    Zone,
    alternatives,
    listed,
)
from dagster_project.exports.writing import DecimalMark, Ends, Writing
from dagster_project.yaml_document import faults_of, read_yaml

FOLDER = Path(__file__).parent / "mappings"
CANONICAL = "canonical"
RecurringTable = Literal["subscription_periods", "subscription_items", "invoice_lines"]


class MappingError(EbblineError):
    """A mapping file says something that ebbline cannot follow."""


class History(Strict):
    """Full-state dumps become dated versions: when the state was seen to change, it changed.

    :param ended: where these hold, the item is over and its last version is closed.
    :param ended_at: the field that says when it ended; the dump's date where it is empty.
    """

    ended: dict[str, Condition] = Field(default_factory=dict)
    ended_at: str | None = None


class FillDown(Strict):
    """Fields that a file writes on the first row of a group only, given to every row of it."""

    by: str
    fields: Names


class Delivery(Strict):
    """One vendor file and the canonical table that it feeds.

    :param files: patterns of the file's name without folder and without .csv, .gz, .jsonl, ...
    :param where: rows that do not match are another table's or nobody's; counted as such.
    :param full_dump: the file holds every row that exists; what vanishes from it is deleted.
    :param whole: the rows of a record (a key's first column) are all that it has; what a later delivery of it no longer
        has is deleted.
    :param partial: of a record for which one of these holds, some rows are elsewhere.
    :param history: the file is a dump of the present state whose changes are to be dated.
    :param opt_in: fed only where this is asked for (settings of the mapping: ``enabled: true``).
    :param fill_down: fields written only on the first row of a group.
    :param unnest: a list inside each record (a dotted path; in a table, in a cell of it); one row per element, whose
        fields are ``item.…`` beside the record's own ``parent.…``. Of two lists the second lies in the elements of the
        first: ``parent.…`` is then that element, ``record.…`` the whole record.
    :param records: keys that may wrap the list of records in a JSON document.
    :param within: the key inside each of them that holds the record: ``{"list": [{"invoice": {...}}]}``.
    :param optional: fields that some exports lack, with what is then different; the difference is told of each
        file that lacks one. A field that decides a value and is not among them is needed.
    :param deleted: a row for which one of these holds is deleted, as connectors write it.
    :param ignored: patterns of columns that need not be told of where nothing reads them.
    """

    table: str
    files: Names
    columns: Annotated[dict[str, Rule], Field(min_length=1)]
    where: dict[str, Condition] = Field(default_factory=dict)
    full_dump: bool = False
    whole: bool = False
    partial: dict[str, Condition] = Field(default_factory=dict)
    history: History | None = None
    enabled: bool = True
    records: tuple[str, ...] = ()
    fill_down: FillDown | None = None
    unnest: Annotated[tuple[str, ...], BeforeValidator(listed), Field(max_length=2)] = ()
    within: str | None = None
    optional: dict[str, str] = Field(default_factory=dict)
    deleted: dict[str, Condition] = Field(default_factory=dict)
    ignored: OptionalNames = ()
    shape: str = ""
    thousandths: bool = True
    decimal: DecimalMark | None = None
    dates: DateOrder | None = None
    zone: Zone | None = None
    ends: Ends | None = None

    @property
    def writing(self) -> Writing:
        """How this file writes its values, as far as it is said here."""
        return Writing(self.decimal, self.dates, self.zone, self.ends)

    @model_validator(mode="after")
    def _fits_the_contract(self) -> "Delivery":
        if self.table not in TABLES:
            raise ValueError(f"{self.table!r} is not a canonical table; known: {', '.join(TABLES)}")
        table = TABLES[self.table]
        if self.history is not None and self.table != "subscription_items":
            raise ValueError("history makes subscription_items; it cannot feed another table")
        unknown = sorted(set(self.columns) - set(table.column_names))
        if unknown:
            raise ValueError(
                f"{table.name} has no column {', '.join(unknown)}; "
                f"it has {', '.join(table.column_names)}"
            )
        missing = [
            column.name
            for column in table.required
            if column.name not in self.columns and not column.from_tables
        ]
        if missing:
            raise ValueError(f"{table.name} requires {', '.join(missing)}: no rule gives it")
        for name, rule in self.columns.items():
            kind = table.column(name).kind
            if rule.cast is not None and rule.cast not in CASTS_BY_KIND.get(kind, frozenset()):
                raise ValueError(f"{name} is {kind.value}: it cannot be read as {rule.cast}")
            if rule.add_minutes and kind is not Kind.INSTANT:
                raise ValueError(f"{name} is {kind.value}: add_minutes is for instants")
            sums = rule.plus or rule.minus or rule.times or rule.negative
            if sums and kind not in (Kind.MONEY, Kind.PRICE):
                raise ValueError(
                    f"{name} is {kind.value}: plus, minus, times and negative are for amounts"
                )
        read = {*self.read_fields()}
        idle = [key for key in self.optional if not read.intersection(alternatives(key))]
        if idle:
            raise ValueError(f"{', '.join(idle)} is read nowhere here: optional is for what is")
        return self

    @property
    def canonical_table(self) -> Table:
        """The table that this delivery feeds."""
        return TABLES[self.table]

    def read_fields(self) -> tuple[str, ...]:
        """Return every vendor field that the delivery may read, each once."""
        names = [field for rule in self.columns.values() for field in rule.read_fields()]
        for key in (*self.where, *self.deleted, *self.partial):
            names += alternatives(key)
        if self.history:
            names += [*self.history.ended]
            names += [self.history.ended_at] if self.history.ended_at else []
        return tuple(dict.fromkeys(names))


CONNECTOR_VERSIONS = (
    "_fivetran_start", "_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at",
    "_sdc_extracted_at", "_sdc_batched_at",
)  # fmt: skip
CONNECTOR_DELETIONS = {
    "_fivetran_deleted": Condition(any_of=("true",)),
    "_ab_cdc_deleted_at": Condition(present=True),
    "_sdc_deleted_at": Condition(present=True),
}
"""What connectors write beside the vendor's own columns: when a row was seen, and that it is gone."""
CONNECTOR_WRAPPERS = ("_airbyte_data",)
"""Where a connector puts the vendor's record inside one of its own."""


class Mapping(Strict):
    """One vendor's format.

    :param zone: the zone of instants written without one; None = the configured zone.
    :param decimal: the decimal mark, where it is not the point.
    :param dates: ``day_first``, ``month_first`` or a pattern, where dates are not ISO dates.
    :param ends: whether ends of periods are their last day (``inclusive``) or the first after it.
    :param version: the record's own version, per row the first that is not empty; a delivery may say more.
    :param deleted: a row of any delivery for which one of these holds is deleted.
    :param ignored: patterns of columns that need not be told of where nothing reads them.
    :param thousandths: whether the minor unit of KWD and its like is a thousandth; else a hundredth.
    :param recurring: the tables of recurring revenue, that which knows most first; else the contract's order.
    :param documentation: where the vendor describes the shapes.
    """

    format: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    source: Source
    zone: Zone | None = None
    decimal: DecimalMark | None = None
    dates: DateOrder | None = None
    ends: Ends | None = None
    version: OptionalNames = ()
    deleted: dict[str, Condition] = Field(default_factory=dict)
    ignored: OptionalNames = ()
    thousandths: bool = True
    recurring: tuple[RecurringTable, ...] = ()
    documentation: tuple[str, ...] = ()
    deliveries: Annotated[tuple[Delivery, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _hands_down(self) -> "Mapping":
        """Give every delivery what is said of all of them, and what connectors write beside any vendor's columns."""
        said = Writing(self.decimal, self.dates, self.zone, self.ends)
        whole = []
        for one in self.deliveries:
            writing = one.writing.over(said)
            columns = one.columns
            if self.format != CANONICAL:
                own = columns.get(UPDATED_AT.name)
                said_here = (*own.fields, *own.first_of) if own is not None else self.version
                holder = {0: "", 1: "parent.", 2: "record."}[len(one.unnest)]
                seen = [f"{holder}{name}" for name in CONNECTOR_VERSIONS]
                names = list(dict.fromkeys([*said_here, *seen]))
                version = Rule.model_validate({"first_of": names, "as": "version"})
                columns = {**columns, UPDATED_AT.name: version}
            changes = {
                "columns": columns,
                "deleted": {**CONNECTOR_DELETIONS, **self.deleted, **one.deleted},
                "ignored": (*self.ignored, *one.ignored),
                "thousandths": self.thousandths and one.thousandths,
                "decimal": writing.decimal,
                "dates": writing.dates,
                "zone": writing.zone,
                "ends": writing.ends,
            }
            whole.append(one.model_copy(update=changes))
        object.__setattr__(self, "deliveries", tuple(whole))
        return self

    @model_validator(mode="after")
    def _feeds_its_source(self) -> "Mapping":
        for delivery in self.deliveries:
            table = delivery.canonical_table
            if table.source != self.source:
                raise ValueError(f"{table.name} belongs to {table.source}, not to {self.source}")
        return self

    def requires(self, column: Column) -> bool:
        """Whether a row needs this column itself: a companion may bring it instead."""
        if not column.required:
            return False
        if not column.from_tables or self.format == CANONICAL:
            return True
        return not any(one.table in column.from_tables for one in self.deliveries)

    @cached_property
    def fingerprint(self) -> str:
        """A SHA-256 over everything that the mapping says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def canonical_mapping(source: Source) -> Mapping:
    """Return the mapping of files that already have the contract's columns."""
    deliveries = tuple(
        Delivery(
            table=table.name,
            files=(f"{table.name}*",),
            columns={name: Rule.model_validate(name) for name in table.column_names},
            records=("data", table.name),
        )
        for table in TABLES.values()
        if table.source == source
    )
    return Mapping(
        format=CANONICAL, title="The canonical tables", source=source, deliveries=deliveries
    )


def available_formats(folder: Path = FOLDER) -> tuple[Mapping, ...]:
    """Return every vendor mapping of ``folder``, by name.

    :raises MappingError: one of them cannot be followed.
    """
    return tuple(read_mapping(file) for file in sorted(folder.glob("*.yml")))


def mapping_for(format_name: str, source: Source, folder: Path = FOLDER) -> Mapping:
    """Return the mapping called ``format_name``; a name that ends in .yml is a file of one's own.

    :raises MappingError: there is none, or it is not for this source.
    """
    if format_name == CANONICAL:
        return canonical_mapping(source)
    own = format_name.endswith((".yml", ".yaml"))
    file = Path(format_name) if own else folder / f"{format_name}.yml"
    known = sorted(one.stem for one in folder.glob("*.yml"))
    if not own and format_name not in known:
        raise MappingError(
            f"there is no format {format_name!r}",
            where=f"sources.{source}.format",
            fix=did_you_mean(format_name, [CANONICAL, *known])
            or f"known are: {', '.join([CANONICAL, *known])}; or name a mapping file that ends in .yml",
        )
    mapping = read_mapping(file)
    if mapping.source != source:
        raise MappingError(
            f"{mapping.format} is a format of {mapping.source} exports, not of {source}",
            where=f"sources.{source}.format",
        )
    return mapping


@cache
def read_mapping(file: Path) -> Mapping:
    """Read and check one mapping file.

    :raises MappingError: with the file and the line of everything that is wrong with it.
    """
    try:
        document, lines = read_yaml(file, MappingError, "the mapping")
    except FileNotFoundError:
        raise MappingError("there is no such mapping file", where=str(file)) from None
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise MappingError(
            "the mapping cannot be followed",
            where=str(file),
            evidence=[
                f"{file.name}:{fault.line}: {fault}" for fault in faults_of(error, lines, Mapping)
            ],
            fix="docs/formats.md describes every key",
        ) from error
