"""Vendor mappings: one YAML file says which vendor file feeds which canonical table, and how.

The schema of those files, their checks against the contract and their loading belong here. How a rule
becomes SQL is ``expressions.py``; which file is read with which rule is ``landing.py`` and ``loader.py``.
"""

import hashlib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from dagster_project.errors import EbblineError, did_you_mean
from dagster_project.exports.contract import TABLES, UPDATED_AT, Column, Kind, Source, Table
from dagster_project.exports.writing import DecimalMark, Ends, Writing, date_order, known_zone
from dagster_project.yaml_document import faults_of, read_yaml

FOLDER = Path(__file__).parent / "mappings"
CANONICAL = "canonical"


class MappingError(EbblineError):
    """A mapping file says something that ebbline cannot follow."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Zone = Annotated[str, AfterValidator(known_zone)]
DateOrder = Annotated[str, AfterValidator(date_order)]
OptionalNames = Annotated[tuple[str, ...], BeforeValidator(_listed)]
RecurringTable = Literal["subscription_periods", "subscription_items", "invoice_lines"]
Cast = Literal[
    "address",
    "epoch_seconds",
    "epoch_millis",
    "epoch_micros",
    "epoch_or_iso",
    "version",
    "minor_units",
    "percent",
    "decimal",
]
_INSTANT_CASTS = frozenset(
    {"epoch_seconds", "epoch_millis", "epoch_micros", "epoch_or_iso", "version"}
)
_CASTS_BY_KIND: dict[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"address"}),
    Kind.INSTANT: _INSTANT_CASTS,
    Kind.DATE: _INSTANT_CASTS,
    Kind.MONEY: frozenset({"minor_units", "decimal"}),
    Kind.PRICE: frozenset({"minor_units", "decimal"}),
    Kind.FRACTION: frozenset({"percent", "decimal"}),
    Kind.QUANTITY: frozenset({"decimal"}),
    Kind.SCORE: frozenset({"decimal"}),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _texts(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        value = [value]
    if not isinstance(value, list):
        return value
    return tuple(
        str(one).lower() if isinstance(one, bool) else (one if one is None else str(one))
        for one in value
    )


def alternatives(key: str) -> tuple[str, ...]:
    """Return the names of one field in several exports: ``source_type | type`` is the first that a file has."""
    return tuple(name.strip() for name in key.split(" | "))


class Condition(_Strict):
    """What a field must be: one of some values, above or below a number, present, or absent.

    Values are compared as what they say, never as text: ``true`` is ``t``, ``1`` and ``TRUE``, a number is equal to
    another form of it, and a word to itself in any case.
    """

    any_of: tuple[str, ...] = ()
    above: Decimal | None = None
    below: Decimal | None = None
    present: bool | None = None
    contains: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if value == "present":
            return {"present": True}
        if value == "absent":
            return {"present": False}
        if isinstance(value, dict):
            return value
        return {"any_of": _texts(value)}

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Condition":
        ranged = self.above is not None or self.below is not None
        said = bool(self.any_of) + ranged + (self.present is not None) + (self.contains is not None)
        if said != 1:
            raise ValueError(
                "say one of: a value, a list of values, above and below, present, absent, contains"
            )
        return self


Conditions = Annotated[dict[str, Condition], Field(min_length=1)]


class Case(_Strict):
    """One branch: where all conditions hold, the column is this value or this field, or empty."""

    when: Conditions | None = None
    value: str | None = None
    field: str | None = Field(default=None, alias="from")
    empty: bool = False

    @model_validator(mode="after")
    def _gives_one(self) -> "Case":
        if (self.value is not None) + (self.field is not None) + self.empty != 1:
            raise ValueError("say one of: value, from, empty: true")
        return self


class Rule(_Strict):
    """How one canonical column comes about.

    :param fields: vendor columns or dotted JSON paths; the first that the file has is taken.
    :param first_of: vendor columns; per row, the first that is not empty is taken.
    :param cast: how the text is read where it is not the contract's own form.
    :param currency: the field that holds the currency of ``minor_units``.
    :param plus: a field added (same cast); empty counts as 0.
    :param minus: a field subtracted (same cast); empty counts as 0.
    :param negative: what is given back is written without a sign: the amount is turned round.
    :param times: a field that multiplies the amount (before ``minus``); empty counts as 1.
    :param add_minutes: a field whose number of minutes is added to an instant; empty makes it empty.
        Of a list of these, the first that the file has.
    :param translate: vendor's value -> ours; values not named stay as they are, or become ``otherwise``
        (``empty``: nothing).
    :param contains: true where the field (a JSON list or delimited text) holds this item.
    :param cases: the first branch whose conditions hold.
    :param value: a constant.
    :param digest: fields whose joint content makes up an id, where the vendor gives none.
    :param numbered: rows with equal ids are different things (two equal lines of an order), told apart by a number.
    """

    fields: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(default=(), alias="from")
    first_of: tuple[str, ...] = ()
    cast: Cast | None = Field(default=None, alias="as")
    currency: OptionalNames = ()
    plus: OptionalNames = ()
    minus: OptionalNames = ()
    negative: bool = False
    times: OptionalNames = ()
    add_minutes: OptionalNames = ()
    translate: dict[str, str] = Field(default_factory=dict, alias="map")
    otherwise: str | None = None
    contains: str | None = None
    cases: tuple[Case, ...] = ()
    value: str | None = None
    digest: tuple[str, ...] = ()
    numbered: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str | list):
            return {"from": value}
        if isinstance(value, dict):
            made = dict(value)
            if isinstance(made.get("map"), dict):
                made["map"] = {
                    str(k).lower(): _texts(v)[0] for k, v in made["map"].items() if v is not None
                }
            if isinstance(made.get("value"), bool | int | float):
                made["value"] = _texts(made["value"])[0]
            return made
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> "Rule":
        origins = [self.fields, self.first_of, self.cases, self.digest]
        if sum(map(bool, origins)) + (self.value is not None) != 1:
            raise ValueError("say exactly one of: from, first_of, cases, value, digest")
        if self.otherwise is not None and not self.translate:
            raise ValueError("otherwise needs map")
        if self.currency and self.cast != "minor_units":
            raise ValueError("currency needs as: minor_units")
        if self.numbered and not self.digest:
            raise ValueError("numbered needs digest")
        return self

    def read_fields(self) -> tuple[str, ...]:
        """Return every field that the rule may read."""
        extra = [*self.currency, *self.plus, *self.minus, *self.times, *self.add_minutes]
        for key in self._in_cases():
            extra += alternatives(key)
        return (*self.fields, *self.first_of, *self.digest, *extra)

    def deciding(self) -> tuple[str, ...]:
        """Return what decides a value beside its own field, each as it is written (see :func:`alternatives`)."""
        beside = [
            " | ".join(names)
            for names in (self.plus, self.minus, self.times, self.add_minutes)
            if names
        ]
        return tuple(dict.fromkeys([*self._in_cases(), *beside]))

    def _in_cases(self) -> list[str]:
        found: list[str] = []
        for case in self.cases:
            found += [*(case.when or {})]
            found += [case.field] if case.field else []
        return found


class History(_Strict):
    """Full-state dumps become dated versions: when the state was seen to change, it changed.

    :param ended: where these hold, the item is over and its last version is closed.
    :param ended_at: the field that says when it ended; the dump's date where it is empty.
    """

    ended: dict[str, Condition] = Field(default_factory=dict)
    ended_at: str | None = None


class FillDown(_Strict):
    """Fields that a file writes on the first row of a group only, given to every row of it."""

    by: str
    fields: Names


class Delivery(_Strict):
    """One vendor file and the canonical table that it feeds.

    :param files: patterns of the file's name without folder and without .csv, .gz, .jsonl, ...
    :param where: rows that do not match are another table's or nobody's; counted as such.
    :param full_dump: the file holds every row that exists; what vanishes from it is deleted.
    :param history: the file is a dump of the present state whose changes are to be dated.
    :param opt_in: fed only where this is asked for (settings of the mapping: ``enabled: true``).
    :param fill_down: fields written only on the first row of a group.
    :param unnest: a list inside each JSON record (a dotted path); one row per element, whose fields are
        ``item.…`` beside the record's own ``parent.…``. Of two lists the second lies in the elements of the
        first: ``parent.…`` is then that element, ``record.…`` the whole record.
    :param records: keys that may wrap the list of records in a JSON document.
    :param within: the key inside each of them that holds the record: ``{"list": [{"invoice": {...}}]}``.
    :param optional: fields that decide a value and that some exports lack, with what is then different; the
        difference is told of each file that lacks one. Without such a field no other file is taken.
    :param deleted: a row for which one of these holds is deleted, as connectors write it.
    :param ignored: patterns of columns that need not be told of where nothing reads them.
    """

    table: str
    files: Names
    columns: Annotated[dict[str, Rule], Field(min_length=1)]
    where: dict[str, Condition] = Field(default_factory=dict)
    full_dump: bool = False
    history: History | None = None
    enabled: bool = True
    records: tuple[str, ...] = ()
    fill_down: FillDown | None = None
    unnest: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(max_length=2)] = ()
    within: str | None = None
    optional: dict[str, str] = Field(default_factory=dict)
    deleted: dict[str, Condition] = Field(default_factory=dict)
    ignored: OptionalNames = ()
    shape: str = ""
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
            raise ValueError(f"{self.table!r} is no canonical table; known: {', '.join(TABLES)}")
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
            if rule.cast is not None and rule.cast not in _CASTS_BY_KIND.get(kind, frozenset()):
                raise ValueError(f"{name} is {kind.value}: it cannot be read as {rule.cast}")
            if rule.add_minutes and kind is not Kind.INSTANT:
                raise ValueError(f"{name} is {kind.value}: add_minutes is for instants")
            sums = rule.plus or rule.minus or rule.times or rule.negative
            if sums and kind not in (Kind.MONEY, Kind.PRICE):
                raise ValueError(
                    f"{name} is {kind.value}: plus, minus, times and negative are for amounts"
                )
        deciding = {key for rule in self.columns.values() for key in rule.deciding()}
        if idle := sorted(set(self.optional) - deciding):
            raise ValueError(f"{', '.join(idle)} decides nothing here: optional is for what does")
        return self

    @property
    def canonical_table(self) -> Table:
        """The table that this delivery feeds."""
        return TABLES[self.table]

    def read_fields(self) -> tuple[str, ...]:
        """Return every vendor field that the delivery may read, each once."""
        names = [field for rule in self.columns.values() for field in rule.read_fields()]
        for key in (*self.where, *self.deleted):
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


class Mapping(_Strict):
    """One vendor's format.

    :param zone: the zone of instants written without one; None = the configured zone.
    :param decimal: the decimal mark, where it is not the point.
    :param dates: ``day_first``, ``month_first`` or a pattern, where dates are not ISO dates.
    :param ends: whether ends of periods are their last day (``inclusive``) or the first after it.
    :param version: the record's own version, per row the first that is not empty; a delivery may say more.
    :param deleted: a row of any delivery for which one of these holds is deleted.
    :param ignored: patterns of columns that need not be told of where nothing reads them.
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
            if self.format != CANONICAL and UPDATED_AT.name not in columns:
                names = [*self.version, *CONNECTOR_VERSIONS]
                version = Rule.model_validate({"first_of": names, "as": "version"})
                columns = {**columns, UPDATED_AT.name: version}
            changes = {
                "columns": columns,
                "deleted": {**CONNECTOR_DELETIONS, **self.deleted, **one.deleted},
                "ignored": (*self.ignored, *one.ignored),
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

    def requires(self, table: Table, column: Column) -> bool:
        """Whether a row of ``table`` needs this column itself: a companion may bring it instead."""
        if not column.required:
            return False
        if not column.from_tables or self.format == CANONICAL:
            return True
        return not any(one.table in column.from_tables for one in self.deliveries)

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that the mapping says."""
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
