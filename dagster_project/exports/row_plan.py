"""One file x one table as SQL: source values, then typed values, then the verdict on every row.

Nothing is read here; ``staging.py`` runs what this says, ``parquet_insert.py`` the same without a stage.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dagster_project.exports.contract import Column, Kind
from dagster_project.exports.expressions import (
    Compiled,
    Parameters,
    compile_rule,
    condition_sql,
    find_any,
)
from dagster_project.exports.formats import Opened
from dagster_project.exports.mapping import Delivery, Mapping
from dagster_project.exports.rules import Condition, alternatives
from dagster_project.exports.values import (
    EXPECTED,
    begins_with_day_or_month,
    names_a_zone,
)
from dagster_project.exports.writing import Writing
from dagster_project.warehouse.quoting import quote_identifier

NOT_MEANT = -1
BLANK = -2
UNMAPPED = -3
STAGE = "ebb_stage"
_ROW_TEXT_LIMIT = 4000
_KEY_LIMIT = 1000
_SHOWN_VALUE = 60
_FIRST_INSTANT = "timestamptz '1900-01-01 00:00:00+00'"
_AFTER_LAST_INSTANT = "timestamptz '10000-01-01 00:00:00+00'"


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong: the column and what was expected of it."""

    column: str | None
    reason: str


class Plan:
    """One file x one table as SQL: source values, then typed values, then the verdict.

    :raises InputRefusedError: a Parquet file has types that cannot be what the contract wants.
    """

    def __init__(
        self,
        opened: Opened,
        mapping: Mapping,
        delivery: Delivery,
        *,
        writing: Writing,
        takes_broken_records: bool,
        beside: tuple[Delivery, ...] = (),
        tells_unmapped: bool = False,
    ) -> None:
        opened.require_types(delivery)
        self.writing = writing
        self.opened = opened
        self.mapping = mapping
        self.delivery = delivery
        self.table = delivery.canonical_table
        self.parameters: Parameters = opened.parameters
        self.takes_broken_records = takes_broken_records
        self.beside = beside
        self.tells_unmapped = tells_unmapped and bool(delivery.where)
        self.faults: list[Fault] = []
        self.compiled: dict[str, Compiled | None] = {
            column.name: compile_rule(
                column,
                delivery.columns[column.name],
                opened,
                self.parameters,
                writing=writing,
                delivery=delivery,
            )
            if column.name in delivery.columns
            else None
            for column in self.table.columns
        }
        self.extra = opened.extra(delivery)
        self.marks_deleted = any(
            find_any(alternatives(key), self.opened) is not None for key in delivery.deleted
        )
        self.marks_partial = any(
            find_any(alternatives(key), self.opened) is not None for key in delivery.partial
        )
        self.keeps_extra = bool(self.extra) or opened.open_ended or delivery.history is not None

    def stage_statement(self, *, count_newlines: bool) -> str:
        """Return the CREATE TABLE statement of the stage."""
        # Every column kept here is held in memory for every row: what is not needed is left out.
        kept = ["_extra"] if self.keeps_extra else []
        source = [f"{given} as {name}" for name, given in self.opened.originals().items()]
        if self.marks_deleted:
            kept.append("_gone")
        if self.marks_partial:
            source.append(f"{self._partial()} as _partial")
            kept.append("_partial")
        if count_newlines:
            source.append(f"{self.opened.line_feeds()} as _newlines")
            kept.append("_newlines")
        if self.delivery.history is not None:
            source += [f"{self._ended()} as _ended", f"{self._ended_at()} as _ended_at"]
            kept += ["_ended", "_ended_at"]
        told = ""
        if self.tells_unmapped:
            source.append(f"{self._what_it_is()} as _what")
            told = f"when _fault = {UNMAPPED} then _what "
        rows, worst = self.checked_rows(source, self._relation())
        return (
            f"create temp table {STAGE} as select {', '.join((*self.output(), *kept))}, _fault, "
            f"case when _fault > 0 then coalesce(left({worst}, 200), '') || chr(31) "
            f"|| left({self.opened.row_text()}, {_ROW_TEXT_LIMIT}) {told}end as _bad from {rows}"
        )

    def output(self) -> list[str]:
        """Return the canonical columns as SQL over :meth:`checked_rows`, in the table's order."""
        return [
            f"cast(null as {column.kind.sql_type}) as {quote_identifier(column.name)}"
            if self.compiled[column.name] is None
            else f"v_{column.name} as {quote_identifier(column.name)}"
            for column in self.table.columns
        ]

    def checked_rows(self, handed_through: list[str], relation: str) -> tuple[str, str]:
        """Return a FROM item with typed values and ``_fault``, and the offending value as SQL.

        Nothing dear is worked out of a record that is not meant, as most of a file of events are not for users.

        :param handed_through: further columns of the relation, as SQL with their names.
        """
        meant = self._meant()
        is_meant = meant if meant == "true" else "_meant"
        source, typed = [*handed_through], []
        for column in self.table.columns:
            compiled = self.compiled[column.name]
            if compiled is None:
                continue
            source.append(f"{compiled.source} as t_{column.name}")
            source += [f"{sql} as {helper}" for helper, sql in compiled.helpers.items()]
            typed.append(f"{_where(is_meant, compiled.value)} as v_{column.name}")
        source += [f"{meant} as _meant", f"{self.opened.broken} as _broken"]
        if self.marks_deleted:
            source.append(f"{self._gone()} as _gone")
        source += [f"{self.opened.blank} as _blank", f"{self._unmapped()} as _unmapped"]
        if self.keeps_extra:
            source.append(f"{_where(meant, self.opened.extra_json(self.delivery))} as _extra")
        verdict, worst = self._verdict()
        rows = (
            f"(select *, {verdict} as _fault "
            f"from (select *, {', '.join(typed) or '1'} from (select {', '.join(source)} "
            f"from {relation} as src)))"
        )
        return rows, worst

    def _relation(self) -> str:
        return self.opened.rows(self.delivery, takes_broken_records=self.takes_broken_records)

    def _meant(self) -> str:
        meant = self._holds(self.delivery)
        if not self.opened.open_ended:
            return meant
        broken = self.opened.broken
        return f"(({broken} and {str(self.takes_broken_records).lower()}) or (not {broken} and {meant}))"

    def _holds(self, delivery: Delivery) -> str:
        return condition_sql(delivery.where, self.opened, self.parameters)

    def _unmapped(self) -> str:
        """A sound record that neither this delivery nor one beside it takes."""
        if not self.tells_unmapped:
            return "false"
        sound = f"not {self.opened.broken} and " if self.opened.open_ended else ""
        wanted = " or ".join(self._holds(one) for one in (self.delivery, *self.beside))
        return f"({sound}not ({wanted}))"

    def _what_it_is(self) -> str:
        """What a record that nothing takes is, in words, by the fields that tell records apart."""
        words = []
        for name, condition in self._told_apart().items():
            found = find_any(alternatives(name), self.opened)
            text = found.text if found else "cast(null as varchar)"
            if condition.present is None:
                without = self.parameters.bind(f"without {name}")
                shown = f"{self.parameters.bind(name + ' ')} || left({text}, {_SHOWN_VALUE})"
                words.append(f"case when {text} is null then {without} else {shown} end")
            elif condition.present:
                without = self.parameters.bind(f"without {name}")
                words.append(f"case when {text} is null then {without} end")
            else:
                given = self.parameters.bind(f"with {name}")
                words.append(f"case when {text} is not null then {given} end")
        return f"case when {self._unmapped()} then concat_ws(', ', {', '.join(words)}) end"

    def _told_apart(self) -> dict[str, Condition]:
        """The conditions of all deliveries by field; one on its value before one on its presence."""
        conditions: dict[str, Condition] = {}
        for delivery in (self.delivery, *self.beside):
            for name, condition in delivery.where.items():
                known = conditions.get(name)
                if known is None or known.present is not None:
                    conditions[name] = condition
        return conditions

    def _gone(self) -> str:
        return condition_sql(self.delivery.deleted, self.opened, self.parameters, any_of_them=True)

    def _partial(self) -> str:
        return condition_sql(self.delivery.partial, self.opened, self.parameters, any_of_them=True)

    def _ended(self) -> str:
        history = self.delivery.history
        ended = (
            condition_sql(history.ended, self.opened, self.parameters)
            if history is not None and history.ended
            else "false"
        )
        return f"({ended} or {self._gone()})" if self.marks_deleted else ended

    def _ended_at(self) -> str:
        history = self.delivery.history
        found = self.opened.find(history.ended_at) if history and history.ended_at else None
        ended = f"try_cast({found.text if found else 'null'} as timestamptz)"
        # Beyond the years of an instant it is no date of an end; the dump that shows the end then dates it.
        return f"case when {ended} >= {_FIRST_INSTANT} and {ended} < {_AFTER_LAST_INSTANT} then {ended} end"

    def _verdict(self) -> tuple[str, str]:
        """Return the fault code and the offending value as SQL; fills :attr:`faults`."""
        tests: list[str] = []
        worst: list[str] = []

        def fault(test: str, column: str | None, reason: str, value: str = "null") -> None:
            self.faults.append(Fault(column, reason))
            code = len(self.faults)
            tests.append(f"when {test} then {code}")
            worst.append(f"when {code} then {value}")

        if self.opened.open_ended:
            fault("_broken", None, "the line is not a JSON object")
        for column in self.table.columns:
            compiled = self.compiled[column.name]
            if compiled is None:
                continue
            text = f"cast(t_{column.name} as varchar)"
            self._column_faults(column, compiled, text, fault)
        codes = " ".join(tests)
        case = (
            f"case when _blank then {BLANK} when _unmapped then {UNMAPPED} "
            f"when not _meant then {NOT_MEANT} {codes} end"
        )
        chosen = f"case _fault {' '.join(worst)} end" if worst else "null"
        return f"cast({case} as smallint)", f"cast({chosen} as varchar)"

    def _column_faults(
        self, column: Column, compiled: Compiled, text: str, fault: Callable[..., None]
    ) -> None:
        name, given, value = column.name, f"t_{column.name}", f"v_{column.name}"
        if self.mapping.requires(column):
            # Of what is gone, some exports say no more than its id.
            still_there = (
                " and not _gone" if self.marks_deleted and name not in self.table.key else ""
            )
            fault(f"{given} is null{still_there}", name, f"{name} is required and empty")
        if column.kind is Kind.TEXT:
            if column.allowed:
                # The enumeration comes from the contract, not from a file: it may be written out.
                listed = ", ".join(f"'{one}'" for one in column.allowed)
                fault(
                    f"{value} not in ({listed})",
                    name,
                    f"{name} is not one of {', '.join(column.allowed)}",
                    text,
                )
            if name == "currency":
                fault(
                    f"length({value}) <> 3",
                    name,
                    "currency is not an ISO 4217 code of three letters",
                    text,
                )
            if name in self.table.key:
                fault(f"strlen({value}) > {_KEY_LIMIT}", name, f"{name} is longer than an id")
            if self.opened.profile.has_nul:
                fault(f"contains({value}, chr(0))", name, f"{name} holds a NUL character")
            return
        if column.bound is not None:
            # A number that even the type cannot hold is no value any more; as a double it is still large.
            number = f"try_cast({given} as double)"
            fault(
                f"{value} >= {column.bound} or {value} <= -{column.bound} "
                f"or ({value} is null and isfinite({number}) and abs({number}) >= {column.bound})",
                name,
                f"{name} is too large: it must be below {column.bound:,}",
                text,
            )
        for test, reason in self._ambiguities(column, given):
            fault(f"{given} is not null and {value} is null and {test}", name, reason, text)
        fault(
            f"{given} is not null and {value} is null",
            name,
            f"{name} is not {EXPECTED[column.kind]}",
            text,
        )
        if compiled.may_mislead:
            # 1.234 may be one thousand two hundred and thirty-four; guessing would be a wrong number.
            fault(
                f"{given} like '%.___' and "
                f"regexp_matches({given}, '^[-+]?[1-9][0-9]{{0,2}}[.][0-9]{{3}}$')",
                name,
                f"{name} has three decimals: a thousands point or a decimal point? "
                f'{self._option("decimal")}: "." or "," says which',
                text,
            )
        if column.kind is Kind.INSTANT:
            fault(
                f"not ({value} >= {_FIRST_INSTANT} and {value} < {_AFTER_LAST_INSTANT})",
                name,
                f"{name} lies outside the years 1900 to 9999",
                text,
            )
        if column.kind is Kind.DATE:
            fault(
                f"not ({value} >= date '1900-01-01' and {value} < date '10000-01-01')",
                name,
                f"{name} lies outside the years 1900 to 9999",
                text,
            )
        for test, wanted in _ranges(column, value):
            fault(test, name, f"{name} is not {wanted}", text)

    def _ambiguities(self, column: Column, given: str) -> list[tuple[str, str]]:
        """What may be meant in two ways and is not said: a test of the text, and what to say where."""
        name, text = column.name, f"cast({given} as varchar)"
        if column.kind in (Kind.INSTANT, Kind.DATE):
            return [
                (
                    names_a_zone(text),
                    f"{name} names a zone by letters that mean several zones or none; "
                    f"{self._option('zone')}: Europe/London (an IANA name) says which",
                ),
                (
                    begins_with_day_or_month(text),
                    f"{name} may begin with the day or the month; "
                    f"{self._option('dates')}: day_first or month_first says which",
                ),
            ]
        if column.kind is Kind.BOOLEAN or column.kind is Kind.INTEGER:
            return []
        if self.writing.decimal is None:
            return [
                (
                    f"contains({text}, ',')",
                    f"{name} has a comma: a decimal mark, or between thousands? "
                    f'{self._option("decimal")}: "," or "." says which',
                )
            ]
        return [
            (
                f"regexp_matches({text}, '[0-9][.,][0-9]')",
                f"{name} is not a number whose decimal mark is {self.writing.decimal!r} ({self._option('decimal')})",
            )
        ]

    def _option(self, name: str) -> str:
        return f"sources.{self.mapping.source}.{name}"


def _where(condition: str, value: str) -> str:
    return value if condition == "true" else f"case when {condition} then {value} end"


def _ranges(column: Column, value: str) -> Iterator[tuple[str, str]]:
    """What a value must not be: a test, and what it should be instead."""
    if column.kind is Kind.FRACTION:
        yield f"{value} < 0 or {value} > 1", "from 0 to 1"
    if column.is_positive:
        yield f"{value} <= 0", "above 0"
