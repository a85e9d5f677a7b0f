"""One source as it is read in one run: its mappings, how its values are written, what is a full dump.

No file is read here but to open it; the order of the work is ``loader.py``.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.config import Source as SourceSettings
from dagster_project.exports.contract import Source
from dagster_project.exports.export_time import named_instant
from dagster_project.exports.formats import Opened, open_file
from dagster_project.exports.landing import LandingFile
from dagster_project.exports.mapping import (
    CANONICAL,
    CONNECTOR_WRAPPERS,
    Mapping,
    canonical_mapping,
    mapping_for,
)
from dagster_project.exports.matching import Candidate
from dagster_project.exports.profile import Profile
from dagster_project.exports.writing import Writing


@dataclass(frozen=True)
class SourceRun:
    """What is the same for every file of one source."""

    source: Source
    mappings: tuple[Mapping, ...]
    zone: str
    max_quarantined_share: float
    clock: Clock
    said: Writing
    full: frozenset[str]
    whole: frozenset[str]

    @classmethod
    def of(cls, source: Source, format_name: str, settings: Settings, clock: Clock) -> "SourceRun":
        """Return how a source of this format is read under these settings."""
        given = settings.sources.named().get(source)
        return cls(
            source,
            mappings_of(format_name, source),
            settings.calendar.timezone,
            settings.ingest.max_quarantined_share,
            clock,
            _said(given),
            frozenset(given.full if given is not None else ()),
            frozenset(given.whole if given is not None else ()),
        )

    def mapping_hash(self, found: tuple[Candidate, ...]) -> str:
        """Identify how a file is read: another mapping, writing or zone reads the same bytes otherwise."""
        prints = dict.fromkeys(one.mapping.fingerprint for one in found)
        said = [repr(self.said)] if self.said != Writing() else []
        full = [f"full {' '.join(sorted(self.full))}"] if self.full else []
        whole = [f"whole {' '.join(sorted(self.whole))}"] if self.whole else []
        return ":".join([*(one[:16] for one in prints), self.zone, *said, *full, *whole])

    def writing(self, candidate: Candidate) -> Writing:
        """How a file's values are written: the settings know this export, the mapping the vendor's."""
        return self.said.over(candidate.delivery.writing)

    def zone_of(self, candidate: Candidate) -> str:
        """The zone of instants that name none."""
        return self.writing(candidate).zone or self.zone

    def is_full(self, candidate: Candidate) -> bool:
        """Whether the file holds every row that exists."""
        return candidate.delivery.full_dump or candidate.delivery.table in self.full

    def is_whole(self, candidate: Candidate) -> bool:
        """Whether the file holds all rows of each record of which it has some."""
        return candidate.delivery.whole or candidate.delivery.table in self.whole

    def named_instant(self, file: LandingFile) -> datetime | None:
        """Return the time of its export that stands in the name of a file."""
        return named_instant(file.name, self.said.zone or self.zone)

    def exported_at(self, file: LandingFile) -> datetime:
        """Return when a file was exported: the time in its name, else when it was last written."""
        return self.named_instant(file) or file.modified_at or self.clock.now()


def _said(given: SourceSettings | None) -> Writing:
    """What the settings say of how the exports of a source are written."""
    if given is None:
        return Writing()
    return Writing(given.decimal, given.dates, given.zone, given.ends)


def mappings_of(format_name: str, source: Source) -> tuple[Mapping, ...]:
    """Return the mappings that a folder of this format is read with: the vendor's, then the canonical."""
    canonical = canonical_mapping(source)
    if format_name == CANONICAL:
        return (canonical,)
    return (mapping_for(format_name, source), canonical)


def open_landed(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    file_name: str,
    profile: Profile,
    found: tuple[Candidate, ...],
    *,
    lists: bool = False,
) -> Opened:
    """Open a file for the deliveries that its name points to.

    :param lists: whether the records in a list of each record are wanted.
    """
    fields = dict.fromkeys(field for one in found for field in one.delivery.read_fields())
    records = dict.fromkeys(key for one in found for key in one.delivery.records)
    own = [one.delivery.within for one in found if one.delivery.within]
    within = dict.fromkeys([*CONNECTOR_WRAPPERS, *own])
    return open_file(
        con,
        path=path,
        file_name=file_name,
        profile=profile,
        fields=tuple(fields),
        records=tuple(records),
        within=tuple(within),
        lists=lists,
    )
