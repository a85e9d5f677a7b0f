"""Rules as SQL: how the text of a vendor's field becomes a typed, checked canonical value.

Every cast is a fixed template written here. Names reach SQL only as generated column references, values
only as parameters; nothing from a mapping, a file name or a cell is ever pasted into a statement.
"""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any, Protocol

from dagster_project.exports.contract import Column, Kind
from dagster_project.exports.mapping import Condition, Rule

# ISO 4217 currencies whose minor unit is not a hundredth; Stripe, Chargebee and Recurly count in these.
ZERO_DECIMAL = (
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG",
    "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMAL = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")

EXPECTED = {
    Kind.TEXT: "text",
    Kind.INSTANT: "an instant such as 2025-12-31T10:00:00Z",
    Kind.DATE: "a date such as 2025-12-31",
    Kind.MONEY: "an amount such as 1234.56",
    Kind.PRICE: "a price such as 1234.56",
    Kind.QUANTITY: "a number such as 12.5",
    Kind.FRACTION: "a fraction from 0 to 1",
    Kind.SCORE: "a number",
    Kind.INTEGER: "a whole number",
    Kind.BOOLEAN: "true or false",
}


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
    :param source_family: type family of ``source``.
    """

    source: str
    value: str
    source_family: str = "text"
    helpers: MappingOf[str, str] = field(default_factory=dict)
    may_mislead: bool = False


def condition_sql(
    conditions: MappingOf[str, Condition], fields: Fields, parameters: Parameters
) -> str:
    """Return a boolean expression (never NULL) that holds where all conditions do."""
    parts = []
    for name, condition in conditions.items():
        found = fields.find(name)
        text = found.text if found else "cast(null as varchar)"
        if condition.present is not None:
            parts.append(f"{text} is {'not ' if condition.present else ''}null")
        elif condition.contains is not None:
            parts.append(_holds_item(text, condition.contains, parameters))
        else:
            listed = ", ".join(parameters.bind(one.lower()) for one in condition.any_of)
            parts.append(f"coalesce(lower({text}) in ({listed}), false)")
    return "(" + " and ".join(parts) + ")" if parts else "true"


def _holds_item(text: str, item: str, parameters: Parameters) -> str:
    """A JSON list or delimited text holds the item, whatever the case."""
    bare = f"regexp_replace(lower({text}), '[\\[\\]\"]', '', 'g')"
    return (
        f"coalesce(list_contains(regexp_split_to_array({bare}, '[,;|\\s]+'), "
        f"{parameters.bind(item.lower())}), false)"
    )


def compile_rule(
    column: Column, rule: Rule, fields: Fields, parameters: Parameters
) -> Compiled | None:
    """Return the column as SQL; None where the file has no field for it.

    :param column: the canonical column to make.
    """
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
    for role, name in (
        ("currency", rule.currency),
        ("plus", rule.plus),
        ("minus", rule.minus),
        ("times", rule.times),
        ("minutes", rule.add_minutes),
    ):
        if name is not None:
            found = fields.find(name)
            helpers[f"h_{column.name}_{role}"] = found.text if found else "cast(null as varchar)"
    if rule.add_minutes is not None:
        minutes = helpers[f"h_{column.name}_minutes"]
        source = Field(f"case when {minutes} is not null then {source.text} end")
    value = _value(column, rule, reference, source.family)
    return Compiled(
        source=source.sql,
        value=value,
        source_family=source.family,
        helpers=helpers,
        may_mislead=(
            column.kind in (Kind.MONEY, Kind.PRICE)
            and rule.cast is None
            and source.family == "text"
        ),
    )


def _origin(rule: Rule, fields: Fields, parameters: Parameters) -> Field | None:
    if rule.value is not None:
        return Field(parameters.bind(rule.value))
    if rule.cases:
        branches = []
        for case in rule.cases:
            if case.value is not None:
                result = parameters.bind(case.value)
            else:
                found = fields.find(case.field or "")
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
    if len(present) == 1 or (rule.fields and not fields.open_ended):
        return present[0]
    return Field(f"coalesce({', '.join(one.text for one in present)})")


def _translated(text: str, rule: Rule, parameters: Parameters) -> str:
    branches = " ".join(
        f"when {parameters.bind(theirs)} then {parameters.bind(ours)}"
        for theirs, ours in rule.translate.items()
    )
    if rule.otherwise is None or rule.otherwise == "keep":
        other = text
    else:
        other = f"case when {text} is null then null else {parameters.bind(rule.otherwise)} end"
    return f"case lower({text}) {branches} else {other} end"


def _value(column: Column, rule: Rule, reference: str, family: str) -> str:
    kind, typed = column.kind, family != "text"
    text = f"cast({reference} as varchar)" if typed else reference
    if kind is Kind.TEXT:
        return _address(text) if rule.cast == "address" else _text(column, text)
    if kind in (Kind.INSTANT, Kind.DATE):
        return _time(column, rule, reference, family)
    if kind is Kind.BOOLEAN:
        return f"try_cast({reference} as boolean)"
    if kind is Kind.INTEGER:
        number = f"try_cast({reference} as decimal(18,6))"
        return f"case when {number} = trunc({number}) then try_cast({number} as integer) end"
    if rule.cast == "minor_units":
        return _minor_units(column, rule, text)
    if rule.cast == "percent":
        hundredth = f"try_cast({text} as decimal(18,6)) * cast(0.01 as decimal(3,2))"
        return f"try_cast({hundredth} as {kind.sql_type})"
    amount = f"try_cast({reference} as {kind.sql_type})"
    if rule.times is not None:
        factor = f"try_cast(coalesce(h_{column.name}_times, '1') as decimal(18,6))"
        amount = f"try_cast({amount} * {factor} as {kind.sql_type})"
    return _signed(_summed(amount, column, rule, kind.sql_type), rule)


def _address(text: str) -> str:
    """An e-mail address or telephone number: case does not matter, nor the quote spreadsheets put before it."""
    return f"nullif(lower(ltrim({text}, chr(39))), '')"


def _summed(amount: str, column: Column, rule: Rule, sql_type: str) -> str:
    for field_name, role, sign in ((rule.plus, "plus", "+"), (rule.minus, "minus", "-")):
        if field_name is not None:
            helper = f"h_{column.name}_{role}"
            other = f"try_cast({helper} as {sql_type})"
            amount = f"case when {helper} is null then {amount} else {amount} {sign} {other} end"
    return amount


def _signed(amount: str, rule: Rule) -> str:
    return f"-({amount})" if rule.negative else amount


def _text(column: Column, text: str) -> str:
    if column.name == "currency":
        return f"upper({text})"
    if column.allowed:
        return f"lower({text})"
    return text


def _minor_units(column: Column, rule: Rule, text: str) -> str:
    minor = _summed(f"try_cast({text} as decimal(18,3))", column, rule, "decimal(18,3)")
    if rule.currency is None:
        factor = "cast(0.01 as decimal(4,3))"
    else:
        code = f"upper(h_{column.name}_currency)"
        zero = ", ".join(f"'{one}'" for one in ZERO_DECIMAL)
        three = ", ".join(f"'{one}'" for one in THREE_DECIMAL)
        factor = (
            f"case when {code} in ({zero}) then cast(1 as decimal(4,3)) "
            f"when {code} in ({three}) then cast(0.001 as decimal(4,3)) "
            "else cast(0.01 as decimal(4,3)) end"
        )
    return _signed(f"try_cast(({minor}) * ({factor}) as {column.kind.sql_type})", rule)


def _time(column: Column, rule: Rule, reference: str, family: str) -> str:
    kind = column.kind
    if rule.cast is not None:
        scale = {"epoch_millis": "1000", "epoch_micros": "1"}.get(rule.cast, "1000000")
        exact = f"try_cast({reference} as decimal(19,3))"
        micros = f"try_cast({exact} * cast({scale} as decimal(7,0)) as bigint)"
        # Beyond the year 9999 an epoch is in the wrong unit, and the constructor would raise.
        instant = (
            f"case when abs({micros}) < 253402300800000000 then make_timestamptz({micros}) end"
        )
        if rule.cast == "epoch_or_iso":
            instant = f"coalesce({instant}, try_cast({reference} as timestamptz))"
    elif family != "text":
        instant = f"try_cast({reference} as timestamptz)"
    else:
        # Ruby and Shopify write the offset after a space: 2025-12-31 10:00:00 -0400.
        spaced = f"regexp_replace({reference}, ' ([+-][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
        instant = (
            f"coalesce(try_cast({reference} as timestamptz), try_cast({spaced} as timestamptz))"
        )
    if kind is Kind.DATE:
        if rule.cast is None:
            return f"try_cast({reference} as date)"
        return f"cast({instant} as date)"
    if rule.add_minutes is not None:
        minutes = f"try_cast(h_{column.name}_minutes as bigint)"
        return f"({instant}) + to_minutes({minutes})"
    return instant
