"""Which file feeds which table: file name first, then the columns that the file has.

Reads no row and loads nothing; ``loader.py`` and ``formats.py`` both ask here.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from dagster_project.errors import InputRefusedError
from dagster_project.exports.header import normal
from dagster_project.exports.mapping import Delivery, Mapping, Rule
from dagster_project.exports.profile import form_of
from dagster_project.exports.reader import Opened


@dataclass(frozen=True)
class Candidate:
    """A delivery that a file name points to, and the mapping that it stands in."""

    mapping: Mapping
    delivery: Delivery


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
    """Return the deliveries that the file's columns can satisfy: per table, the one that reads most of them.

    All come from one mapping; the vendor's goes before the canonical one. Of equals the first is taken.

    :raises InputRefusedError: none fits; names what the nearest one misses.
    """
    have = {normal(name) for name in opened.names}
    chosen: dict[str, tuple[int, Candidate]] = {}
    mapping: Mapping | None = None
    for candidate in found:
        if mapping is not None and candidate.mapping is not mapping:
            break
        if missing_columns(opened, candidate):
            continue
        mapping = candidate.mapping
        read = sum(_has(name, have) for name in candidate.delivery.read_fields())
        if read > chosen.get(candidate.delivery.table, (-1, candidate))[0]:
            chosen[candidate.delivery.table] = (read, candidate)
    if chosen:
        return tuple(candidate for _, candidate in chosen.values())
    nearest = min(found, key=lambda one: len(missing_columns(opened, one)))
    missing = "; ".join(missing_columns(opened, nearest))
    shape = f" ({nearest.delivery.shape})" if nearest.delivery.shape else ""
    seen = ", ".join(repr(name) for name in [one for one in opened.names if "[]" not in one][:12])
    raise InputRefusedError(
        f"this is no {nearest.mapping.format} file for {nearest.delivery.table}{shape}: "
        f"expected {missing}; found {seen or 'no fields'}",
        where=f"{opened.file_name}:1",
    )


def missing_columns(opened: Opened, candidate: Candidate) -> tuple[str, ...]:
    """Return, in words, the required columns that the file cannot give."""
    if opened.is_json and not opened.names and not candidate.delivery.unnest:
        # Nothing could be sampled (an empty file, or broken lines): rows decide, not the header.
        return ()
    delivery = candidate.delivery
    table = delivery.canonical_table
    have = {normal(name) for name in opened.names}
    if delivery.unnest:
        # What the list's elements hold may not be in the sample; the list itself must be.
        path = "[].".join(delivery.unnest)
        found = opened.is_json and normal(path) in have
        return () if found else (f"JSON records with a list {path}",)
    missing = []
    for column in table.columns:
        rule = delivery.columns.get(column.name)
        if rule is None or not candidate.mapping.requires(table, column):
            continue
        if _satisfied(rule, have):
            continue
        wanted = " or ".join(dict.fromkeys((*rule.fields, *rule.first_of, *rule.digest)))
        missing.append(f"{wanted} (for {column.name})" if wanted != column.name else wanted)
    missing += [f"{name} (to tell rows apart)" for name in delivery.where if not _has(name, have)]
    return tuple(missing)


def _satisfied(rule: Rule, have: set[str]) -> bool:
    if rule.value is not None or rule.cases:
        needed = [name for case in rule.cases for name in (case.when or {})]
        return not needed or any(_has(name, have) for name in needed)
    return any(_has(name, have) for name in (*rule.fields, *rule.first_of, *rule.digest))


def _has(name: str, have: set[str]) -> bool:
    bare = (
        normal(name).removeprefix("/").replace("/", ".") if name.startswith("/") else normal(name)
    )
    return bare in have or (
        bare.split(".", 1)[0] in have
        and "." in bare
        and not any(other.startswith(bare.split(".", 1)[0] + ".") for other in have)
    )
