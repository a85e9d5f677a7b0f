"""Loading one source: file by file, each in a transaction of its own, every row accounted for.

The order of the work stands here; reading is ``reader.py``, checking ``staging.py``, versions
``versions.py``, the ledger ``ledger.py``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.config import Source as SourceSettings
from dagster_project.errors import InputRefusedError
from dagster_project.exports import ledger, quarantine
from dagster_project.exports.aliases import refuse_cycles
from dagster_project.exports.contract import LINEAGE, SOURCES, Source
from dagster_project.exports.direct import StageNeededError, insert_directly, is_simple
from dagster_project.exports.export_time import named_instant
from dagster_project.exports.history import append_history, dump_instant
from dagster_project.exports.landing import Landing, LandingFile, LocalLanding, natural_key
from dagster_project.exports.line_numbers import number_lines
from dagster_project.exports.load_report import FileLoad, LoadReport
from dagster_project.exports.mapping import (
    CANONICAL,
    Mapping,
    canonical_mapping,
    mapping_for,
)
from dagster_project.exports.matching import Candidate, candidates, choose, warnings
from dagster_project.exports.numbering import number_alike
from dagster_project.exports.profile import Profile, content_hash, profile_file
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.exports.reader import Opened, first_line, open_file
from dagster_project.exports.remote import RemoteLanding
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.staging import Stage, build_stage
from dagster_project.exports.versions import (
    UNCHANGED,
    confirm_again,
    find_unchanged,
    mark_vanished,
    may_supersede,
    refuse_ties,
)
from dagster_project.exports.writing import Writing
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.transaction import transaction

_KINDS_SHOWN = 5


@dataclass(frozen=True)
class _Run:
    """What is the same for every file of one source."""

    source: Source
    mappings: tuple[Mapping, ...]
    zone: str
    max_quarantined_share: float
    clock: Clock
    said: Writing
    full: frozenset[str]

    def mapping_hash(self, found: tuple[Candidate, ...]) -> str:
        """Identify how a file is read: another mapping, writing or zone reads the same bytes otherwise."""
        prints = dict.fromkeys(one.mapping.fingerprint() for one in found)
        said = [repr(self.said)] if self.said != Writing() else []
        full = [f"full {' '.join(sorted(self.full))}"] if self.full else []
        return ":".join([*(one[:16] for one in prints), self.zone, *said, *full])

    def writing(self, candidate: Candidate) -> Writing:
        """How a file's values are written: the settings know this export, the mapping the vendor's."""
        return self.said.over(candidate.delivery.writing)

    def zone_of(self, candidate: Candidate) -> str:
        """The zone of instants that name none."""
        return self.writing(candidate).zone or self.zone

    def is_full(self, candidate: Candidate) -> bool:
        """Whether the file holds every row that exists."""
        return candidate.delivery.full_dump or candidate.delivery.table in self.full


def load_source(
    con: duckdb.DuckDBPyConnection,
    *,
    source: str,
    format: str,
    path: Path | str,
    settings: Settings,
    clock: Clock,
) -> LoadReport:
    """Load every new or changed file of one source into ``raw``.

    :param con: a connection to the working database, outside a transaction.
    :param source: billing, support or usage.
    :param format: ``canonical``, a vendor's mapping, or a mapping file of one's own (``.yml``).
    :param path: the landing folder or URL of this source.
    :param clock: says when rows were loaded.
    :return: what each file brought; files that were refused are in it, and nothing of them in ``raw``.
    :raises MappingError: the format is unknown or cannot be followed.
    :raises InputRefusedError: the landing zone itself cannot be listed.
    """
    known = next((one for one in SOURCES if one == source), None)
    if known is None:
        raise InputRefusedError(
            f"there is no source {source!r}", fix=f"known are: {', '.join(SOURCES)}"
        )
    given = settings.sources.named().get(known)
    run = _Run(
        known,
        mappings_of(format, known),
        settings.calendar.timezone,
        settings.ingest.max_quarantined_share,
        clock,
        _said(given),
        frozenset(given.full if given is not None else ()),
    )
    ensure_raw_tables(con)
    landing = _open_landing(path)
    loads: list[FileLoad] = []
    unrecognised: list[str] = []
    zone_before = con.execute("select current_setting('TimeZone')").fetchone()
    try:
        listed = [(file, candidates(file.name, run.mappings)) for file in _by_time(run, landing)]
        known_names = [file.name for file, found in listed if found]
        for file, found in listed:
            if _leads_to_one_of(file, known_names):
                continue
            if found:
                loads += _load_and_note(con, run, landing, file, found)
            else:
                unrecognised.append(f"{file.name} ({file.instead})" if file.instead else file.name)
    finally:
        if zone_before is not None:
            con.execute("set timezone = ?", [zone_before[0]])
    return LoadReport(known, format, tuple(loads), tuple(unrecognised))


def _said(given: SourceSettings | None) -> Writing:
    """What the settings say of how the exports of a source are written."""
    if given is None:
        return Writing()
    return Writing(given.decimal, given.dates, given.zone, given.ends)


def _by_time(run: _Run, landing: Landing) -> list[LandingFile]:
    """Return the files in the order in which they were exported, as far as it can be told."""
    return sorted(
        landing.files(),
        key=lambda file: (_export_instant(run, file), natural_key(file.name)),
    )


def _export_instant(run: _Run, file: LandingFile) -> datetime:
    """Return when a file was exported: the time in its name, else when it was last written."""
    zone = run.said.zone or run.zone
    return named_instant(file.name, zone) or file.modified_at or run.clock.now()


def _leads_to_one_of(file: LandingFile, names: Sequence[str]) -> bool:
    """Whether this is a folder, named like a file, that holds files of these names: they stand for it."""
    return file.instead is not None and any(name.startswith(f"{file.name}/") for name in names)


def _open_landing(path: Path | str) -> Landing:
    return RemoteLanding(str(path)) if "://" in str(path) else LocalLanding(Path(path))


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
) -> Opened:
    """Open a file for the deliveries that its name points to."""
    fields = dict.fromkeys(field for one in found for field in one.delivery.read_fields())
    records = dict.fromkeys(key for one in found for key in one.delivery.records)
    within = dict.fromkeys(one.delivery.within for one in found if one.delivery.within)
    return open_file(
        con,
        path=path,
        file_name=file_name,
        profile=profile,
        fields=tuple(fields),
        records=tuple(records),
        within=tuple(within),
    )


def _load_and_note(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    landing: Landing,
    file: LandingFile,
    found: tuple[Candidate, ...],
) -> list[FileLoad]:
    """Load a file, and note that it was delivered: one that comes again unchanged still says up to when it speaks."""
    loads = _load_file(con, run, landing, file, found)
    if any(load.outcome != "refused" for load in loads):
        ledger.note_sighting(
            con,
            source=run.source,
            file_name=file.name,
            modified_at=file.modified_at,
            seen_at=run.clock.now(),
            is_new=any(load.outcome == "loaded" for load in loads),
        )
    return loads


def _load_file(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    landing: Landing,
    file: LandingFile,
    found: tuple[Candidate, ...],
) -> list[FileLoad]:
    started_at, begun = run.clock.now(), time.monotonic()
    mapping_hash = run.mapping_hash(found)
    known = {"source": run.source, "file_name": file.name, "mapping_hash": mapping_hash}
    if file.version is not None:
        fed = ledger.already_loaded(con, **known, remote_version=file.version)
        if fed:
            return _not_read_again(file, fed)
    digest: str | None = None
    try:
        with landing.at_hand(file) as path:
            version = landing.version_at_hand(file)
            before = _state(path)
            digest = content_hash(path)
            fed = ledger.already_loaded(con, **known, content_hash=digest)
            if fed:
                if version is not None:
                    ledger.remember_version(
                        con, source=run.source, file_name=file.name, remote_version=version
                    )
                return _not_read_again(file, fed)
            reading = _Reading(
                path,
                file,
                profile_file(path, file.name, digest=digest),
                found,
                mapping_hash,
                version,
                started_at,
                begun,
                ledger.not_before(
                    con,
                    source=run.source,
                    file_name=file.name,
                    exported_at=min(_export_instant(run, file), started_at),
                ),
            )
            try:
                return _load_whole(con, run, reading, before, directly=True)
            except StageNeededError:
                return _load_whole(con, run, reading, before, directly=False)
    except (duckdb.FatalException, duckdb.InternalException) as error:
        # The database cannot be used any more; the file that did it must at least be known.
        raise InputRefusedError(
            f"the database gave up while it was read: {first_line(error)}", where=file.name
        ) from error
    except (InputRefusedError, duckdb.Error, MemoryError, UnicodeError) as raised:
        refusal = _as_refusal(raised, file)
        table = found[0].delivery.table
        load = FileLoad(file.name, table, "refused", message=str(refusal))
        entry = ledger.Entry(
            run.source,
            found[0].mapping.format,
            file.size_bytes,
            digest,
            mapping_hash,
            started_at,
            time.monotonic() - begun,
            load,
        )
        if not ledger.same_refusal(con, entry):
            ledger.write(con, ledger.next_load_id(con), entry)
        return [load]


def _as_refusal(error: BaseException, file: LandingFile) -> InputRefusedError:
    """Return why a file is refused; whatever the engine says of it, the others are read."""
    if isinstance(error, InputRefusedError):
        return error
    if isinstance(error, (duckdb.OutOfMemoryException, MemoryError)):
        return InputRefusedError(
            f"there is not enough memory to read the file: {first_line(error)}",
            where=file.name,
            fix="export it in parts, or with fewer columns",
        )
    return InputRefusedError(
        f"the file cannot be read: {first_line(error)}",
        where=file.name,
        fix="export it again; if it is right, report it",
    )


@dataclass(frozen=True)
class _Reading:
    """One file at hand, and what is known of it before its rows are read."""

    path: Path
    file: LandingFile
    profile: Profile
    found: tuple[Candidate, ...]
    mapping_hash: str
    version: str | None
    started_at: datetime
    begun: float
    exported_at: datetime


def _not_read_again(file: LandingFile, tables: tuple[str, ...]) -> list[FileLoad]:
    return [FileLoad(file.name, table, "unchanged", message="not read again") for table in tables]


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _load_whole(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    reading: _Reading,
    before: tuple[int, int, int],
    *,
    directly: bool,
) -> list[FileLoad]:
    """Load every table of a file in one transaction; a file that changes meanwhile brings nothing."""
    with transaction(con):
        loads = _load_tables(con, run, reading, directly=directly)
        if _state(reading.path) != before:
            raise InputRefusedError("the file changed while it was read", where=reading.file.name)
    fed = [load for load in loads if load.rows_read or load.message]
    return fed or loads[:1]


def _load_tables(
    con: duckdb.DuckDBPyConnection, run: _Run, reading: _Reading, *, directly: bool
) -> list[FileLoad]:
    file, found = reading.file, reading.found
    opened = open_landed(con, reading.path, file.name, reading.profile, found)
    chosen = choose(opened, found)
    loads = []
    for position, candidate in enumerate(chosen):
        con.execute("set timezone = ?", [run.zone_of(candidate)])
        told = warnings(opened, chosen, candidate)
        # Each table has a statement of its own, and so parameters of its own.
        alone = open_landed(con, reading.path, file.name, reading.profile, (candidate, *chosen))
        load_id = ledger.next_load_id(con)
        if directly and len(chosen) == 1 and _is_simple(run, alone, candidate):
            stage = insert_directly(
                con,
                alone,
                candidate.mapping,
                candidate.delivery,
                writing=run.writing(candidate),
                load_id=load_id,
                loaded_at=reading.started_at,
                exported_at=reading.exported_at,
            )
            load = _told(con, run, stage, alone, load_id, unchanged=0)
        else:
            load = _load_by_stage(con, run, reading, alone, chosen, position, load_id)
        load = replace(load, warnings=told, shape=candidate.shape)
        entry = ledger.Entry(
            run.source,
            candidate.mapping.format,
            file.size_bytes,
            reading.profile.content_hash,
            reading.mapping_hash,
            reading.started_at,
            time.monotonic() - reading.begun,
            load,
            reading.version,
            reading.exported_at,
        )
        ledger.write(con, load_id, entry)
        loads.append(load)
    return loads


def _is_simple(run: _Run, opened: Opened, candidate: Candidate) -> bool:
    return is_simple(opened, candidate.delivery) and not run.is_full(candidate)


def _load_by_stage(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    reading: _Reading,
    opened: Opened,
    chosen: tuple[Candidate, ...],
    position: int,
    load_id: int,
) -> FileLoad:
    candidate = chosen[position]
    # Deliveries that share their records: what none of them takes is told by the first.
    same = [
        place
        for place, one in enumerate(chosen)
        if one.delivery.unnest == candidate.delivery.unnest
    ]
    stage = build_stage(
        con,
        opened,
        candidate.mapping,
        candidate.delivery,
        writing=run.writing(candidate),
        takes_broken_records=position == 0,
        beside=tuple(chosen[place].delivery for place in same if place != position),
        tells_unmapped=position == same[0],
    )
    line = number_lines(con, opened, stage)
    number_alike(con, candidate.delivery)
    if candidate.delivery.history is None:
        stage = refuse_ties(con, stage, exported_at=reading.exported_at)
    quarantine.gather(con, stage, line, rejects=position == 0)
    _refuse_if_too_many(con, run, stage, opened)
    return _take_over(con, run, reading, stage, opened, candidate, line, load_id)


def _refuse_if_too_many(
    con: duckdb.DuckDBPyConnection, run: _Run, stage: Stage, opened: Opened
) -> None:
    if not stage.quarantined or stage.quarantined <= run.max_quarantined_share * stage.rows_read:
        return
    raise InputRefusedError(
        f"{counted(stage.quarantined, 'broken row')} of {stage.rows_read:,} for {stage.table.name}, more than "
        f"ingest.max_quarantined_share = {run.max_quarantined_share:g} allows; "
        f"{quarantine.examples(con)}",
        where=f"{opened.file_name}:{quarantine.first_line(con)}",
        fix="correct the file, or raise the limit if the rows may be left out",
    )


def _take_over(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    reading: _Reading,
    stage: Stage,
    opened: Opened,
    candidate: Candidate,
    line: str,
    load_id: int,
) -> FileLoad:
    """Move the stage into ``raw`` and the quarantine, and tell what became of every row."""
    table, name, started_at = stage.table, opened.file_name, reading.started_at
    if candidate.delivery.history is not None:
        zone = run.zone_of(candidate)
        brought = append_history(
            con,
            load_id=load_id,
            file_name=name,
            line=line,
            loaded_at=started_at,
            dumped_at=dump_instant(name, started_at, zone),
            complete=not stage.rejected,
        )
        unchanged = stage.rows - stage.faulty - brought
    else:
        unchanged = find_unchanged(con, stage, exported_at=reading.exported_at)
        _insert(con, stage, reading, line, load_id, some_unchanged=unchanged > 0)
        if unchanged:
            confirm_again(con, table)
    notes = []
    if stage.quarantined:
        quarantine.keep(
            con, stage, load_id=load_id, source=run.source, file_name=name, at=started_at
        )
        notes.append(
            f"{counted(stage.quarantined, 'row')} in quarantine: {quarantine.examples(con)}"
        )
    if run.is_full(candidate) and not stage.rejected:
        gone = mark_vanished(
            con,
            table,
            source=run.source,
            format_name=candidate.mapping.format,
            load_id=load_id,
            file_name=name,
            loaded_at=started_at,
            exported_at=reading.exported_at,
        )
        if gone:
            notes.append(f"{counted(gone, 'row')} vanished from the full dump, marked deleted")
    return _told(con, run, stage, opened, load_id, unchanged=unchanged, notes=notes)


def _told(
    con: duckdb.DuckDBPyConnection,
    run: _Run,
    stage: Stage,
    opened: Opened,
    load_id: int,
    *,
    unchanged: int,
    notes: Sequence[str] = (),
) -> FileLoad:
    """Count what became of every row, and say what is new about the file."""
    table, name = stage.table, opened.file_name
    if table.name == "customer_aliases":
        refuse_cycles(con, name)
    notes = [*notes]
    fresh = ledger.new_extra_columns(
        con,
        source=run.source,
        table_name=table.name,
        names=stage.extra_columns,
        load_id=load_id,
        file_name=name,
    )
    if fresh:
        notes.append(f"columns kept in _extra: {', '.join(fresh)}")
    if stage.unmapped:
        notes.append(_not_mapped(stage.unmapped))
    return FileLoad(
        name,
        table.name,
        "unchanged" if stage.rows_read and unchanged == stage.rows_read else "loaded",
        rows_read=stage.rows_read,
        rows_loaded=stage.rows - stage.faulty - unchanged,
        rows_unchanged=unchanged,
        rows_quarantined=stage.quarantined,
        message="; ".join(notes),
        load_id=load_id,
        rows_for_others=stage.for_others,
    )


def _not_mapped(kinds: tuple[tuple[str, int], ...]) -> str:
    """Say how many rows nothing in the mapping takes, and of what kind the most of them are."""
    whole = sum(count for _, count in kinds)
    if len(kinds) == 1:
        return f"not mapped: {counted(whole, 'row')} {kinds[0][0]}"
    shown = [f"{count} {what}" for what, count in kinds[:_KINDS_SHOWN]]
    rest = whole - sum(count for _, count in kinds[:_KINDS_SHOWN])
    further = [counted(rest, "other")] if rest else []
    return f"not mapped: {counted(whole, 'row')} ({', '.join([*shown, *further])})"


def _insert(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    reading: _Reading,
    line: str,
    load_id: int,
    *,
    some_unchanged: bool,
) -> None:
    table = stage.table
    columns = ", ".join(quote_identifier(name) for name in table.column_names)
    lineage = ", ".join(name for name, _ in LINEAGE)
    new = f"and rowid not in (select r from {UNCHANGED})" if some_unchanged else ""
    con.execute(
        f"insert into raw.{quote_identifier(table.name)} ({columns}, {lineage}) "
        f"select {columns}, $load_id, $file, {line}, $loaded_at, {stage.gone}, "
        f"{'_extra' if stage.keeps_extra else 'null'}, {may_supersede(table)}, "
        f"coalesce(updated_at, $exported) from {STAGE} where _fault is null {new}",
        {
            "load_id": load_id,
            "file": reading.file.name,
            "loaded_at": reading.started_at,
            "exported": reading.exported_at,
        },
    )
