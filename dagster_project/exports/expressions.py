"""Rules as SQL: which fields of a vendor make up a canonical column, and under which conditions.

Every cast is a fixed template of ``values.py``. Names reach SQL only as generated column references, values
only as parameters; nothing from a mapping, a file name or a cell is ever pasted into a statement.
"""

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from dagster_project.exports import values
from dagster_project.exports.contract import Column, Kind
from dagster_project.exports.mapping import Delivery
from dagster_project.exports.rules import Condition, Rule, alternatives
from dagster_project.exports.writing import Writing


class Parameters:
    """Collects the values of one statement and hands out their placeholders."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """Return a placeholder for ``value``."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"${name}"
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Field:
    """One field of the file, as SQL: an expression and the family of its type.

    :param family: text, integer, decimal, float, boolean, timestamp, timestamptz, date or nested.
    """

    sql: str
    family: str = "text"

    @property
    def text(self) -> str:
        """The field as VARCHAR."""
        return self.sql if self.family == "text" else f"cast({self.sql} as varchar)"


class Fields(Protocol):
    """What a file offers: the fields that a rule can ask for."""

    def find(self, name: str) -> Field | None:
        """Return the field called ``name``, None where the file cannot have it."""

    @property
    def open_ended(self) -> bool:
        """Whether a record may have fields that the file's beginning does not show (JSON)."""


@dataclass(frozen=True)
class Compiled:
    """A canonical column as SQL.

    :param source: the vendor's value, for the null check and for messages; becomes column ``t_<name>``.
    :param value: the typed value, written over ``t_<name>`` and the helpers.
    :param helpers: further source values by name, computed beside ``t_<name>``.
    """

    source: str
    value: str
    helpers: MappingOf[str, str] = field(default_factory=dict)
    may_mislead: bool = False


def find_any(names: tuple[str, ...], fields: Fields) -> Field | None:
    """Return the first of several fields that a record has."""
    found = [one for name in names if (one := fields.find(name)) is not None]
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return Field(f"coalesce({', '.join(one.text for one in found)})")


def condition_sql(
    conditions: MappingOf[str, Condition],
    fields: Fields,
    parameters: Parameters,
    *,
    any_of_them: bool = False,
) -> str:
    """Return a boolean expression (never NULL) that holds where all conditions do.

    :param any_of_them: one of the conditions is enough; without any, it never holds.
    """
    parts = []
    for name, condition in conditions.items():
        found = find_any(alternatives(name), fields)
        text = found.text if found else "cast(null as varchar)"
        if condition.present is not None:
            parts.append(f"{text} is {'not ' if condition.present else ''}null")
        elif condition.contains is not None:
            parts.append(_holds_item(text, condition.contains, parameters))
        elif condition.any_of:
            parts.append(_equals_one(text, condition.any_of, parameters))
        elif condition.none_of:
            parts.append(f"not {_equals_one(text, condition.none_of, parameters)}")
        else:
            number = f"try_cast({text} as decimal(38,9))"
            for sign, bound in ((">", condition.above), ("<", condition.below)):
                if bound is not None:
                    limit = f"cast({parameters.bind(str(bound))} as decimal(38,9))"
                    parts.append(f"coalesce({number} {sign} {limit}, false)")
    if any_of_them:
        return "(" + " or ".join(parts) + ")" if parts else "false"
    return "(" + " and ".join(parts) + ")" if parts else "true"


def _equals_one(text: str, wanted: tuple[str, ...], parameters: Parameters) -> str:
    """A field is one of these values: as a truth, as a number, or as a word whatever its case."""
    parts = []
    words = [one.lower() for one in wanted]
    for word in words:
        if word in ("true", "false"):
            negation = "" if word == "true" else "not "
            parts.append(f"{negation}try_cast({text} as boolean)")
        elif _is_number(word):
            number = f"cast({parameters.bind(word)} as decimal(38,9))"
            parts.append(f"try_cast({text} as decimal(38,9)) = {number}")
    listed = ", ".join(parameters.bind(word) for word in words)
    parts.append(f"lower({text}) in ({listed})")
    return "(" + " or ".join(f"coalesce({part}, false)" for part in parts) + ")"


def _is_number(word: str) -> bool:
    try:
        return Decimal(word).is_finite()
    except InvalidOperation:
        return False


def _holds_item(text: str, item: str, parameters: Parameters) -> str:
    """A JSON list (of texts, or of objects with a name) or delimited text holds the item, whatever the case."""
    named = f"""regexp_replace(lower({text}), '"name"\\s*:\\s*', '', 'g')"""
    bare = f"regexp_replace({named}, '[\\[\\]{{}}\"]', '', 'g')"
    return (
        f"coalesce(list_contains(regexp_split_to_array({bare}, '[,;|\\s]+'), "
        f"{parameters.bind(item.lower())}), false)"
    )


def compile_rule(
    column: Column,
    rule: Rule,
    fields: Fields,
    parameters: Parameters,
    *,
    writing: Writing,
    delivery: Delivery,
) -> Compiled | None:
    """Return the column as SQL; None where the file has no field for it, or not the field that decides it.

    :param column: the canonical column to make.
    :param writing: how the file's values are written.
    :param delivery: whose rule it is; it says without which fields a rule still holds.
    """
    if undecided(rule, delivery, fields):
        return None
    origin = _origin(rule, fields, parameters)
    if origin is None:
        return None
    reference = f"t_{column.name}"
    helpers: dict[str, str] = {}
    source = origin
    if rule.contains is not None:
        source = Field(
            f"case when {origin.text} is null then null "
            f"else cast({_holds_item(origin.text, rule.contains, parameters)} as varchar) end"
        )
    if rule.translate:
        source = Field(_translated(source.text, rule, parameters))
    for role, names in (
        ("currency", rule.currency),
        ("plus", rule.plus),
        ("minus", rule.minus),
        ("times", rule.times),
        ("minutes", rule.add_minutes),
    ):
        if names:
            found = find_any(names, fields)
            helpers[f"h_{column.name}_{role}"] = found.text if found else "cast(null as varchar)"
    if rule.add_minutes:
        minutes = helpers[f"h_{column.name}_minutes"]
        source = Field(f"case when {minutes} is not null then {source.text} end")
    shaped = _Shaping(
        column,
        rule,
        writing,
        parameters,
        is_json=fields.open_ended,
        thousandths=delivery.thousandths,
    )
    return Compiled(
        source=source.sql,
        value=shaped.value(reference, source.family),
        helpers=helpers,
        may_mislead=(
            column.kind in (Kind.MONEY, Kind.PRICE)
            and rule.cast is None
            and writing.decimal is None
            and source.family == "text"
        ),
    )


def undecided(rule: Rule, delivery: Delivery, fields: Fields) -> tuple[str, ...]:
    """Return the fields that decide what a rule gives and that the file has not.

    A record of JSON may leave a field out that another has: there, it is enough that one of them is known.
    """
    absent = [
        key
        for key in rule.deciding()
        if key not in delivery.optional and find_any(alternatives(key), fields) is None
    ]
    return tuple(absent)


def _origin(rule: Rule, fields: Fields, parameters: Parameters) -> Field | None:
    if rule.value is not None:
        return Field(parameters.bind(rule.value))
    if rule.cases:
        branches = []
        for case in rule.cases:
            if case.value is not None:
                result = parameters.bind(case.value)
            else:
                found = find_any(alternatives(case.field), fields) if case.field else None
                result = found.text if found else "null"
            holds = condition_sql(case.when or {}, fields, parameters)
            branches.append(f"when {holds} then {result}")
        return Field(f"cast(case {' '.join(branches)} end as varchar)")
    if rule.digest:
        parts = [found.text for name in rule.digest if (found := fields.find(name))]
        if not parts:
            return None
        joined = ", ".join(f"coalesce({part}, '')" for part in parts)
        return Field(f"md5(concat_ws(chr(31), {joined}))")
    names = rule.first_of or rule.fields
    present = [found for name in names if (found := fields.find(name))]
    if not present:
        return None
    # A column may hold an object or its id alone, and only each row tells which.
    holds_either = any(name.split(".", 1)[0] in names for name in names if "." in name)
    if len(present) == 1 or (rule.fields and not fields.open_ended and not holds_either):
        return present[0]
    return Field(f"coalesce({', '.join(one.text for one in present)})")


def _translated(text: str, rule: Rule, parameters: Parameters) -> str:
    branches = " ".join(
        f"when {parameters.bind(theirs)} then {parameters.bind(ours)}"
        for theirs, ours in rule.translate.items()
    )
    if rule.otherwise is None or rule.otherwise == "keep":
        other = text
    elif rule.otherwise == "empty":
        other = "null"
    else:
        other = f"case when {text} is null then null else {parameters.bind(rule.otherwise)} end"
    return f"case lower({text}) {branches} else {other} end"


@dataclass(frozen=True)
class _Shaping:
    """How the value of one rule is made of its source and helpers."""

    column: Column
    rule: Rule
    writing: Writing
    parameters: Parameters
    is_json: bool
    thousandths: bool

    def value(self, reference: str, family: str) -> str:
        """Return the typed value over the source ``reference`` of a type family."""
        kind, typed = self.column.kind, family != "text"
        text = f"cast({reference} as varchar)" if typed else reference
        if kind is Kind.TEXT:
            return self._text(text)
        if kind in (Kind.INSTANT, Kind.DATE):
            return values.first_after(self.column, self._time(reference, family), self.writing)
        if kind is Kind.BOOLEAN:
            return f"try_cast({reference} as boolean)"
        if kind is Kind.INTEGER:
            number = f"try_cast({reference} as decimal(18,6))"
            return f"case when {number} = trunc({number}) then try_cast({number} as integer) end"
        if self.rule.cast == "minor_units":
            return self._minor_units(text)
        if self.rule.cast == "percent":
            share = self._number(text, "decimal(18,6)", typed=typed)
            return f"try_cast({share} * cast(0.01 as decimal(3,2)) as {kind.sql_type})"
        amount = (
            f"try_cast({reference} as {kind.sql_type})"
            if typed
            else self._number(reference, kind.sql_type)
        )
        if self.rule.times:
            factor = self._number(f"coalesce(h_{self.column.name}_times, '1')", "decimal(18,6)")
            amount = f"try_cast({amount} * {factor} as {kind.sql_type})"
        return self._summed(amount, lambda helper: self._number(helper, kind.sql_type))

    def _summed(self, amount: str, number: Callable[[str], str]) -> str:
        for names, role in ((self.rule.plus, "plus"), (self.rule.minus, "minus")):
            if names:
                helper = f"h_{self.column.name}_{role}"
                amount = values.less(
                    amount, helper, number(helper), sign="+" if role == "plus" else "-"
                )
        return f"-({amount})" if self.rule.negative else amount

    def _number(self, text: str, sql_type: str, *, typed: bool = False) -> str:
        return values.number(text, sql_type, self.writing, typed=typed or self.is_json)

    def _text(self, text: str) -> str:
        if self.rule.cast == "address":
            return values.address(text)
        if self.column.name == "currency":
            return f"upper({text})"
        return f"lower({text})" if self.column.allowed else text

    def _minor_units(self, text: str) -> str:
        minor = f"try_cast({text} as decimal(18,3))"
        minor = self._summed(minor, lambda helper: f"try_cast({helper} as decimal(18,3))")
        currency = f"h_{self.column.name}_currency" if self.rule.currency else None
        factor = values.minor_factor(currency, thousandths=self.thousandths)
        return f"try_cast(({minor}) * ({factor}) as {self.column.kind.sql_type})"

    def _time(self, reference: str, family: str) -> str:
        rule, is_day, bind = self.rule, self.column.kind is Kind.DATE, self.parameters.bind
        # A column of instants (Parquet) is one already, whatever the vendor's text would have been.
        if rule.cast is not None and family not in ("timestamp", "timestamptz", "date"):
            instant = values.epoch(reference, rule.cast, typed=family != "text")
            if rule.cast in ("epoch_or_iso", "version"):
                text = reference if family == "text" else f"cast({reference} as varchar)"
                instant = f"coalesce({instant}, {values.instant(text, self.writing, bind)})"
            if is_day:
                return f"cast({instant} as date)"
        elif is_day:
            return (
                values.day(reference, self.writing, bind)
                if family == "text"
                else f"try_cast({reference} as date)"
            )
        elif family != "text":
            instant = f"try_cast({reference} as timestamptz)"
        else:
            instant = values.instant(reference, self.writing, bind)
        if rule.add_minutes:
            minutes = f"try_cast(h_{self.column.name}_minutes as bigint)"
            return f"({instant}) + to_minutes({minutes})"
        return instant
