"""How the text of a vendor's field becomes a value of one kind: fixed templates of SQL, by kind and writing.

Names reach SQL only as generated references, values only as parameters. What a rule of a mapping does beside
(other fields, conditions, translations) is ``expressions.py``.
"""

from collections.abc import Callable

from dagster_project.exports.contract import Column, Kind
from dagster_project.exports.writing import DATES_BY_NAME, Writing

# Currencies whose minor unit is not a hundredth, as Stripe counts; of UGX and ISK, which have none, it counts
# hundredths all the same. Chargebee counts no thousandths (``thousandths: false`` in its mapping).
ZERO_DECIMAL = (
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG",
    "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMAL = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# The ends of periods: what ``ends: inclusive`` moves to the first day after.
ENDS = frozenset({"period_end_at", "valid_to_at", "valid_to_on"})

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

# Tails and beginnings of a text that say how it is written.
ZONE_NAME = r"[0-9]\s*\(?([A-Za-z]{2,5})\)?$"
_ZONE_TAIL = r"\s*\(?[A-Za-z]{2,5}\)?$"
DAY_OR_MONTH = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}"
_GROUPED = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?$"
_COMMA = r"^[-+]?([0-9]{1,3}([. ''\x{00A0}\x{202F}][0-9]{3})+|[0-9]*)(,[0-9]*)?$"
_PARTS_THOUSANDS = r"[. ''\x{00A0}\x{202F}]"

Bind = Callable[[object], str]


def number(text: str, sql_type: str, writing: Writing, *, typed: bool = False) -> str:
    """Return the number that a text says, NULL where it says none.

    :param typed: the text was made of a number, so that only a comma in it can be a vendor's mark.
    """
    if writing.decimal == ",":
        plain = f"replace(regexp_replace({text}, '{_PARTS_THOUSANDS}', '', 'g'), ',', '.')"
        by_comma = f"case when regexp_matches({text}, '{_COMMA}') then {plain} end"
        told = (
            f"case when contains({text}, ',') then {by_comma} else {text} end"
            if typed
            else by_comma
        )
        return f"try_cast({told} as {sql_type})"
    if writing.decimal == "." and not typed:
        told = f"case when regexp_matches({text}, '{_GROUPED}') then replace({text}, ',', '') else {text} end"
        return f"try_cast({told} as {sql_type})"
    return f"try_cast({text} as {sql_type})"


def less(amount: str, helper: str, other: str, *, sign: str = "-") -> str:
    """Return an amount less another (or, with ``+``, more by it), which counts as 0 where it is empty."""
    return f"case when {helper} is null then {amount} else {amount} {sign} {other} end"


def address(text: str) -> str:
    """Return an e-mail address or telephone number as it is compared.

    Case does not matter, nor the apostrophe that keeps a spreadsheet from taking it for a number, nor what stands
    between the digits of a telephone number.
    """
    bare = f"lower(ltrim(trim({text}), chr(39)))"
    number = f"regexp_replace({bare}, '[ ().\\-/]', '', 'g')"
    return f"nullif(case when regexp_full_match({bare}, '[+]?[0-9 ().\\-/]+') then {number} else {bare} end, '')"


def minor_factor(currency: str | None, *, thousandths: bool) -> str:
    """Return what one minor unit is worth in major ones, by the text of a currency.

    :param thousandths: whether the vendor counts thousandths where a currency has them.
    """
    if currency is None:
        return "cast(0.01 as decimal(4,3))"
    code = f"upper({currency})"
    zero = ", ".join(f"'{one}'" for one in ZERO_DECIMAL)
    three = ", ".join(f"'{one}'" for one in THREE_DECIMAL)
    thousandth = (
        f"when {code} in ({three}) then cast(0.001 as decimal(4,3)) " if thousandths else ""
    )
    return (
        f"case when {code} in ({zero}) then cast(1 as decimal(4,3)) {thousandth}"
        "else cast(0.01 as decimal(4,3)) end"
    )


def epoch(reference: str, cast: str, *, typed: bool) -> str:
    """Return the instant of a number of seconds, milliseconds or microseconds since 1970.

    :param typed: whether the export gives a number; else a text, which may say something else.
    """
    exact = f"try_cast({reference} as decimal(19,3))"
    if not typed:
        # What has a time of day is no number, and a cast that fails is dear.
        exact = f"case when not contains({reference}, ':') then {exact} end"
    scale = {"epoch_millis": "1000", "epoch_micros": "1"}.get(cast, "1000000")
    if cast == "version":
        # Seconds or milliseconds, told by their size: no record of today was changed in 1970 or in the year 5000.
        scale = f"case when {exact} < 100000000000 then 1000000 else 1000 end"
    micros = f"try_cast({exact} * cast({scale} as decimal(7,0)) as bigint)"
    # Beyond the year 9999 an epoch is in the wrong unit, and the constructor would raise.
    return f"case when abs({micros}) < 253402300800000000 then make_timestamptz({micros}) end"


CALENDAR_ZONE = "calendar_zone"
"""The variable of the session that names the zone of the calendar; the session's own zone where it is not set."""

_CALENDAR_ZONE = f"coalesce(getvariable('{CALENDAR_ZONE}'), current_setting('TimeZone'))"


def instant(reference: str, writing: Writing, bind: Bind) -> str:
    """Return the instant that a text says; one without a zone is read in the session's.

    A date alone is a day of business: it begins with its day in the zone of the calendar (:data:`CALENDAR_ZONE`),
    whatever the zone of the export. A name of a zone is known where it means one thing (:meth:`Writing.offsets`); what
    begins with two numbers that could be day or month is read where their order is said.
    """
    # Ruby and Shopify write the offset after a space: 2025-12-31 10:00:00 -0400.
    spaced = f"regexp_replace({reference}, ' ([+-][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
    plain = f"try_cast({reference} as timestamptz), try_cast({spaced} as timestamptz)"
    words = _dated(reference, DATES_BY_NAME, bind)
    offsets = writing.offsets()
    base = f"regexp_replace({reference}, '{_ZONE_TAIL}', '')"
    name = f"upper(regexp_extract({reference}, '{ZONE_NAME}', 1))"
    seconds = f"({bind(list(offsets.values()))})[list_position({bind(list(offsets))}, {name})]"
    said = [_dated(base, writing.date_patterns, bind)] if writing.date_patterns else []
    naive = ", ".join([f"try_cast({base} as timestamp)", *said, _dated(base, DATES_BY_NAME, bind)])
    named = f"timezone('UTC', coalesce({naive})) - to_seconds({seconds})"
    ordered = (
        _of_the_calendar(reference, _dated(reference, writing.date_patterns, bind))
        if writing.date_patterns
        else "cast(null as timestamptz)"
    )
    # A pattern of one's own may begin as it likes; an order of day and month speaks where the text begins with them.
    own = [ordered] if writing.dates and "%" in writing.dates else []
    day_alone = f"timezone({_CALENDAR_ZONE}, cast(try_cast({reference} as date) as timestamp))"
    alone = f"case when length({reference}) = 10 then {day_alone} end"
    return (
        f"case when {names_a_zone(reference)} then {named} when {begins_with_day_or_month(reference)} then {ordered} "
        f"else coalesce({', '.join([*own, alone, plain])}, {_of_the_calendar(reference, words)}) end"
    )


def _of_the_calendar(text: str, naive: str) -> str:
    """What a text without a zone says: a time of day in the session's zone, a day alone in the calendar's."""
    in_calendar = f"timezone({_CALENDAR_ZONE}, {naive})"
    return (
        f"case when contains({text}, ':') then cast({naive} as timestamptz) else {in_calendar} end"
    )


def names_a_zone(text: str) -> str:
    """Whether a text ends with an abbreviation of a zone (and not with AM or PM); cheap where it ends in digits."""
    return (
        f"(right({text}, 2) >= 'A' and not suffix(upper({text}), 'M') "
        f"and regexp_matches({text}, '{ZONE_NAME}'))"
    )


def begins_with_day_or_month(text: str) -> str:
    """Whether a text begins with one or two digits that may be either; cheap where it begins with a year."""
    return (
        f"((substr({text}, 3, 1) in ('/', '.', '-') or substr({text}, 2, 1) in ('/', '.', '-')) "
        f"and regexp_matches({text}, '{DAY_OR_MONTH}'))"
    )


def day(reference: str, writing: Writing, bind: Bind) -> str:
    """Return the date that a text says."""
    patterns = writing.date_patterns
    ordered = (
        f"cast({_dated(reference, patterns, bind)} as date)" if patterns else "cast(null as date)"
    )
    own = [ordered] if writing.dates and "%" in writing.dates else []
    words = f"cast({_dated(reference, DATES_BY_NAME, bind)} as date)"
    return (
        f"case when {begins_with_day_or_month(reference)} then {ordered} "
        f"else coalesce({', '.join([*own, f'try_cast({reference} as date)', words])}) end"
    )


def _dated(text: str, patterns: tuple[str, ...], bind: Bind) -> str:
    return f"try_strptime({text}, {bind(list(patterns))})"


def first_after(column: Column, value: str, writing: Writing) -> str:
    """Return the end of a period as the first day after it, where the export writes the last."""
    if writing.ends != "inclusive" or column.name not in ENDS:
        return value
    if column.kind is Kind.DATE:
        return f"({value}) + 1"
    in_calendar = f"timezone({_CALENDAR_ZONE}, {value})"
    return (
        f"case when {in_calendar} = date_trunc('day', {in_calendar}) "
        f"then timezone({_CALENDAR_ZONE}, {in_calendar} + interval 1 day) "
        f"else date_trunc('day', {value}) + interval 1 day end"
    )
