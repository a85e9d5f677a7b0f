"""The rules of a mapping: conditions that a row must meet, and how one canonical column comes about.

What a file of such rules says of a vendor is ``mapping.py``; how a rule becomes SQL is ``expressions.py``.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dagster_project.exports.contract import Kind
from dagster_project.exports.writing import date_order, known_zone


def listed(value: Any) -> Any:
    """Return a single name as a list of one."""
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
Zone = Annotated[str, AfterValidator(known_zone)]
DateOrder = Annotated[str, AfterValidator(date_order)]
OptionalNames = Annotated[tuple[str, ...], BeforeValidator(listed)]
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
CASTS_BY_KIND: dict[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"address"}),
    Kind.INSTANT: _INSTANT_CASTS,
    Kind.DATE: _INSTANT_CASTS,
    Kind.MONEY: frozenset({"minor_units", "decimal"}),
    Kind.PRICE: frozenset({"minor_units", "decimal"}),
    Kind.FRACTION: frozenset({"percent", "decimal"}),
    Kind.QUANTITY: frozenset({"decimal"}),
    Kind.SCORE: frozenset({"decimal"}),
}


class Strict(BaseModel):
    """A part of a mapping: it says nothing that is not known, and does not change."""

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


class Condition(Strict):
    """What a field must be: one of some values or none of them, above or below a number, present, or absent.

    Values are compared as what they say, never as text: ``true`` is ``t``, ``1`` and ``TRUE``, a number is equal to
    another form of it, and a word to itself in any case.
    """

    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
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
        among = bool(self.any_of) + bool(self.none_of)
        said = among + ranged + (self.present is not None) + (self.contains is not None)
        if said != 1:
            raise ValueError(
                "say one of: a value, a list of values, none_of, above and below, present, absent, contains"
            )
        return self


Conditions = Annotated[dict[str, Condition], Field(min_length=1)]


class Case(Strict):
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


class Rule(Strict):
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

    fields: Annotated[tuple[str, ...], BeforeValidator(listed)] = Field(default=(), alias="from")
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
