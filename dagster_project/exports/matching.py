"""Which file feeds which table: file name first, then the columns that the file has.

Reads no row and loads nothing; ``loader.py`` and ``formats.py`` both ask here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dagster_project.errors import InputRefusedError
from dagster_project.exports.contract import WITHOUT, Column, Kind
from dagster_project.exports.formats import Opened
from dagster_project.exports.header import normal
from dagster_project.exports.mapping import CANONICAL, Delivery, Mapping
from dagster_project.exports.profile import form_of
from dagster_project.exports.rules import Rule, alternatives


@dataclass(frozen=True)
class Candidate:
    """A delivery that a file name points to, and the mapping that it stands in."""

    mapping: Mapping
    delivery: Delivery

    @property
    def shape(self) -> str:
        """The delivery in words, for messages."""
        named = f" ({self.delivery.shape})" if self.delivery.shape else ""
        return f"{self.mapping.format} {self.delivery.table}{named}"


def candidates(file_name: str, mappings: tuple[Mapping, ...]) -> tuple[Candidate, ...]:
    """Return the deliveries that the file's name points to; empty where no mapping knows it.

    Those of the vendor come before the canonical ones, and the longest pattern first, so that
    ``invoice_line_items*`` is asked before ``invoice*``.
    """
    known = form_of(file_name)
    if known is None:
        return ()
    stem = known[0].lower()
    found: list[Candidate] = []
    for mapping in mappings:
        matches = [
            (max(lengths), Candidate(mapping, delivery))
            for delivery in mapping.deliveries
            if delivery.enabled
            and (lengths := [len(one) for one in delivery.files if fnmatchcase(stem, one.lower())])
        ]
        # A stable sort: of equal length, the order of the mapping file holds.
        found += [one for _, one in sorted(matches, key=lambda match: -match[0])]
    return tuple(found)


def choose(opened: Opened, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the deliveries that explain most of the file's columns and miss none: per table, the best.

    All come from one mapping, that which explains most; of equals, the vendor's before the canonical one and
    the earlier before the later.

    :raises InputRefusedError: none fits; names what the nearest one misses.
    """
    fitting = [one for one in found if not missing_columns(opened, one)]
    best: tuple[Candidate, ...] = ()
    for mapping in dict.fromkeys(one.mapping.format for one in fitting):
        chosen: dict[str, Candidate] = {}
        for one in fitting:
            if one.mapping.format != mapping:
                continue
            known = chosen.get(one.delivery.table)
            if known is None or len(explained(opened, one)) > len(explained(opened, known)):
                chosen[one.delivery.table] = one
        together = tuple(one for one in found if one in chosen.values())
        if not best or _explained_by(opened, together) > _explained_by(opened, best):
            best = together
    if best:
        return best
    nearest = min(found, key=lambda one: len(missing_columns(opened, one)))
    missing = "; ".join(missing_columns(opened, nearest))
    shape = f" ({nearest.delivery.shape})" if nearest.delivery.shape else ""
    seen = ", ".join(repr(name[:_SHOWN_NAME]) for name in _own(opened.names)[:12])
    raise InputRefusedError(
        f"this is no {nearest.mapping.format} file for {nearest.delivery.table}{shape}: "
        f"expected {missing}; found {seen or 'no fields'}",
        where=f"{opened.file_name}:1",
    )


_SHOWN_NAME = 80
_IN_LIST = "[]."


def _own(names: tuple[str, ...]) -> list[str]:
    """Return the names of the records' own fields, without those inside their lists."""
    return [name for name in names if _IN_LIST not in name]


def explained(opened: Opened, candidate: Candidate) -> frozenset[str]:
    """Return the columns of the file that a delivery reads, by their normal names."""
    have = {normal(name): None for name in opened.names}
    read = {
        _in_record(_bare(name), candidate.delivery) for name in candidate.delivery.read_fields()
    }
    if candidate.delivery.unnest:
        read.add(normal(_IN_LIST.join(candidate.delivery.unnest)))
    return frozenset(
        name
        for name in have
        if name in read or any(other.startswith((f"{name}.", f"{name}[]")) for other in read)
    )


def _in_record(name: str, delivery: Delivery) -> str:
    """Where a field of an element of a list, or of what holds it, stands in the whole record."""
    lists = [f"{normal(one)}[]" for one in delivery.unnest]
    whose, dot, field = name.partition(".")
    if not lists or not dot or whose not in ("item", "parent", "record"):
        return name
    depth = {"item": len(lists), "parent": len(lists) - 1, "record": 0}[whose]
    return ".".join([*lists[:depth], field])


def _explained_by(opened: Opened, candidates: tuple[Candidate, ...]) -> int:
    return len(frozenset().union(*(explained(opened, one) for one in candidates)))


# What could matter, by the words in a column's name.
_TELLING = {
    "an amount": r"amount|price|total|tax|discount|coupon|refund|credit|fee|mrr|paid|cost|revenue|balance",
    "a date": r"(^|[ _.])(at|on|date|time|start|end|begin|until|since|from)($|[ _.(])|_at$|_on$|date|\(utc\)",
    "a status": r"status|state($|[ _.])|type|kind|reason|deleted|cancel|void|paused|(^|[ _.])is_",
    "a customer": r"customer|account|company|organi[sz]ation|client|contact|email|user_?id",
}
_SHOWN_COLUMNS = 12


def unexplained(opened: Opened, chosen: tuple[Candidate, ...]) -> tuple[str, ...]:
    """Return the columns that nothing reads and whose names look like an amount, a date, a status or a customer."""
    known = frozenset[str]().union(*(explained(opened, one) for one in chosen))
    ignored = [pattern for one in chosen for pattern in one.delivery.ignored]
    found = []
    for name in opened.names:
        bare = normal(name)
        if (
            bare in known
            or bare.startswith("_")
            or any(bare.startswith((f"{one}.", f"{one}[]")) for one in known)
            or "[]" in bare
        ):
            continue
        if any(fnmatchcase(bare, normal(pattern)) for pattern in ignored):
            continue
        if any(re.search(words, bare) for words in _TELLING.values()):
            found.append(name[:_SHOWN_NAME])
    return tuple(dict.fromkeys(found))


def warnings(
    opened: Opened,
    chosen: tuple[Candidate, ...],
    candidate: Candidate,
    given: Collection[str] | None = None,
    *,
    alone: Opened,
) -> tuple[str, ...]:
    """Return, in words, what the file lacks and what that changes, and what of it nobody reads.

    :param chosen: all deliveries that the file feeds; the first of them tells of columns that none reads.
    :param given: the canonical columns of which some row has a value; None where the header tells.
    :param alone: the file as it was opened for this delivery.
    """
    told = [*absent_facts(alone, candidate, given)]
    loose = unexplained(opened, chosen) if candidate is chosen[0] else ()
    if loose:
        further = len(loose) - _SHOWN_COLUMNS
        rest = f" and {further} more" if further > 0 else ""
        told.append(
            f"nothing reads {', '.join(loose[:_SHOWN_COLUMNS])}{rest}: by their names they may matter"
        )
    return tuple(told)


def absent_facts(
    opened: Opened, candidate: Candidate, given: Collection[str] | None = None
) -> tuple[str, ...]:
    """Return, in words, the columns that the file lacks and that matter, each with what is then different."""
    keys_by_effect: dict[str, list[str]] = {}
    for key, effect in (*_undecided(opened, candidate), *_lost(opened, candidate, given)):
        keys = keys_by_effect.setdefault(effect, [])
        if key not in keys:
            keys.append(key)
    return tuple(f"without {', '.join(keys)}: {effect}" for effect, keys in keys_by_effect.items())


def _undecided(opened: Opened, candidate: Candidate) -> Iterator[tuple[str, str]]:
    """Yield what would decide a value, or is said to be optional, and is not there, with what is then different."""
    delivery = candidate.delivery
    have = _names_of(opened)
    deciding: set[str] = set()
    for column, rule in delivery.columns.items():
        for key in rule.deciding():
            deciding.add(key)
            if _decides(key, opened, delivery, have):
                continue
            if key in delivery.optional:
                yield key, delivery.optional[key]
            elif not opened.open_ended:
                yield key, WITHOUT.get((delivery.table, column), f"{column} is left empty")
    for key, effect in delivery.optional.items():
        if have and key not in deciding and not any(_has(name, have) for name in alternatives(key)):
            yield key, effect


def _lost(
    opened: Opened, candidate: Candidate, given: Collection[str] | None
) -> Iterator[tuple[str, str]]:
    """Yield what the vendor writes, the file has not, and the numbers are different without.

    A record of JSON leaves out what it has not: there, what no record has is lost. Of canonical tables everybody
    writes what they have.
    """
    delivery = candidate.delivery
    if not opened.names or candidate.mapping.format == CANONICAL:
        return
    if opened.open_ended and given is None:
        return
    have = _names_of(opened)
    for column, rule in delivery.columns.items():
        if given is not None and column in given:
            continue
        effect = WITHOUT.get((delivery.table, column))
        own = (*rule.fields, *rule.first_of)
        key = " | ".join(own)
        if (
            effect
            and own
            and key not in delivery.optional
            and not any(_has(_in_record(_bare(name), delivery), have) for name in own)
        ):
            yield key, effect


def missing_columns(opened: Opened, candidate: Candidate) -> tuple[str, ...]:
    """Return, in words, the columns that the file cannot give and that are required or decide what is required."""
    if opened.open_ended and not opened.names and not candidate.delivery.unnest:
        # Nothing could be sampled (an empty file, or broken lines): rows decide, not the header.
        return ()
    delivery = candidate.delivery
    table = delivery.canonical_table
    have = _names_of(opened)
    if delivery.unnest:
        # A record may leave out what its elements could hold; the list itself must be there.
        path = _IN_LIST.join(delivery.unnest)
        return () if _has(path, have) else (f"records with a list {path}",)
    missing = []
    for column in table.columns:
        rule = delivery.columns.get(column.name)
        if rule is None:
            continue
        if candidate.mapping.requires(column) and not _satisfied(rule, have):
            wanted = " or ".join(
                dict.fromkeys((*rule.fields, *rule.first_of, *rule.digest, *rule.deciding()))
            )
            missing.append(f"{wanted} (for {column.name})" if wanted != column.name else wanted)
            continue
        if _is_present(rule, have) and _must_be_decided(candidate, column):
            missing += [
                f"{key} (decides {column.name})"
                for key in rule.deciding()
                if not _decides(key, opened, delivery, have)
                and key not in delivery.optional
                # Lists differ in length: an element of one is no column that a file could lack.
                and not key.startswith("/")
            ]
    missing += [
        f"{name} (to tell rows apart)"
        for name in delivery.where
        if not any(_has(one, have) for one in alternatives(name))
    ]
    return tuple(missing)


def _must_be_decided(candidate: Candidate, column: Column) -> bool:
    """Whether a file that cannot tell this column is refused: a class or an amount would be wrong without a word."""
    needed = candidate.mapping.requires(column)
    return needed or column.kind in (Kind.MONEY, Kind.PRICE)


def _decides(key: str, opened: Opened, delivery: Delivery, have: set[str]) -> bool:
    """Whether a deciding field is there; a record of JSON leaves out what it has not."""
    if any(_has(name, have) for name in alternatives(key)):
        return True
    return opened.open_ended and (key not in delivery.optional or bool(delivery.unnest))


def _names_of(opened: Opened) -> set[str]:
    return {normal(name) for name in opened.names}


def _is_present(rule: Rule, have: set[str]) -> bool:
    """Whether the file has the field that the rule is about; one made of cases or a constant always is."""
    own = (*rule.fields, *rule.first_of, *rule.digest)
    return not own or any(_has(name, have) for name in own)


def _satisfied(rule: Rule, have: set[str]) -> bool:
    if rule.value is not None or rule.cases:
        needed = [name for case in rule.cases for name in (case.when or {})]
        return not needed or any(_has(one, have) for name in needed for one in alternatives(name))
    return any(_has(name, have) for name in (*rule.fields, *rule.first_of, *rule.digest))


def _bare(name: str) -> str:
    return (
        normal(name).removeprefix("/").replace("/", ".") if name.startswith("/") else normal(name)
    )


def _has(name: str, have: set[str]) -> bool:
    bare = _bare(name)
    return bare in have or (
        bare.split(".", 1)[0] in have
        and "." in bare
        and not any(other.startswith(bare.split(".", 1)[0] + ".") for other in have)
    )
