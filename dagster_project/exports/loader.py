"""Loading one source: file by file, each in a transaction of its own, every row accounted for.

The order of the work stands here, and what becomes of a file that is refused; what a file brings is
``recording.py``, how a source is read ``source_run.py``, the ledger ``ledger.py``.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import InputRefusedError
from dagster_project.exports import dump_parts, ledger
from dagster_project.exports.contract import SOURCES
from dagster_project.exports.dump_parts import Dumps
from dagster_project.exports.formats.fields import first_line
from dagster_project.exports.landing import Landing, LandingFile, LocalLanding, natural_key
from dagster_project.exports.load_report import FileLoad, LoadReport
from dagster_project.exports.matching import Candidate, candidates
from dagster_project.exports.profile import content_hash, profile_file
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.exports.reading import Reading
from dagster_project.exports.recording import record, state_of
from dagster_project.exports.remote import RemoteLanding
from dagster_project.exports.source_run import SourceRun
from dagster_project.exports.windows_text import readable


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
    run = SourceRun.of(known, format, settings, clock)
    ensure_raw_tables(con)
    landing = _open_landing(path)
    loads: list[FileLoad] = []
    unrecognised: list[str] = []
    zone_before = con.execute("select current_setting('TimeZone')").fetchone()
    try:
        listed = [(file, candidates(file.name, run.mappings)) for file in _by_time(run, landing)]
        known_names = [file.name for file, found in listed if found]
        dumps = _dumps(con, run, landing, listed)
        for file, found in listed:
            if _leads_to_one_of(file, known_names):
                continue
            if found:
                loads += _load_and_note(con, run, landing, dumps, file, found)
            else:
                unrecognised.append(f"{file.name} ({file.instead})" if file.instead else file.name)
    finally:
        if zone_before is not None:
            con.execute("set timezone = ?", [zone_before[0]])
    return LoadReport(known, format, tuple(loads), tuple(unrecognised))


def _by_time(run: SourceRun, landing: Landing) -> list[LandingFile]:
    """Return the files in the order in which they were exported, as far as it can be told."""
    return sorted(
        landing.files(),
        key=lambda file: (run.exported_at(file), natural_key(file.name)),
    )


def _dumps(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    landing: Landing,
    listed: Sequence[tuple[LandingFile, tuple[Candidate, ...]]],
) -> Dumps:
    """Return which of the files are parts of one full dump, and whether a part of it is new."""
    full = [
        (file, tables)
        for file, found in listed
        if (tables := frozenset(one.delivery.table for one in found if run.is_full(one)))
    ]
    hashes = {file.name: run.mapping_hash(found) for file, found in listed if found}

    def is_known(file: LandingFile) -> bool:
        with landing.at_hand(file) as path:
            fed = ledger.already_loaded(
                con,
                source=run.source,
                file_name=file.name,
                mapping_hash=hashes[file.name],
                content_hash=content_hash(path),
            )
        return bool(fed)

    return dump_parts.find(full, run.named_instant, is_known)


def _leads_to_one_of(file: LandingFile, names: Sequence[str]) -> bool:
    """Whether this is a folder, named like a file, that holds files of these names: they stand for it."""
    return file.instead is not None and any(name.startswith(f"{file.name}/") for name in names)


def _open_landing(path: Path | str) -> Landing:
    return RemoteLanding(str(path)) if "://" in str(path) else LocalLanding(Path(path))


def _load_and_note(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    landing: Landing,
    dumps: Dumps,
    file: LandingFile,
    found: tuple[Candidate, ...],
) -> list[FileLoad]:
    """Load a file, and note that it was delivered: one that comes again unchanged still says up to when it speaks."""
    loads = _load_file(con, run, landing, dumps, file, found)
    if any(load.outcome == "refused" for load in loads):
        dumps.spoil(file.name)
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
    run: SourceRun,
    landing: Landing,
    dumps: Dumps,
    file: LandingFile,
    found: tuple[Candidate, ...],
) -> list[FileLoad]:
    started_at, begun = run.clock.now(), time.monotonic()
    mapping_hash = run.mapping_hash(found)
    known = {"source": run.source, "file_name": file.name, "mapping_hash": mapping_hash}
    part = dumps.part(file.name)
    # Of a dump of which one part is new, every part is read: together they say what is gone.
    again = part is not None and part.must_be_read
    if file.version is not None and not again and file.name not in dumps.unclear:
        fed = ledger.already_loaded(con, **known, remote_version=file.version)
        if fed:
            return _not_read_again(file, fed)
    digest: str | None = None
    try:
        dumps.refuse_unclear(file.name)
        with landing.at_hand(file) as path:
            version = landing.version_at_hand(file)
            before = state_of(path)
            digest = content_hash(path)
            fed = ledger.already_loaded(con, **known, content_hash=digest)
            if fed and not again:
                if version is not None:
                    ledger.remember_version(
                        con, source=run.source, file_name=file.name, remote_version=version
                    )
                return _not_read_again(file, fed)
            profile = profile_file(path, file.name, digest=digest)
            exported_at = ledger.not_before(
                con,
                source=run.source,
                file_name=file.name,
                exported_at=min(run.exported_at(file), started_at),
            )
            with readable(path, profile) as (text, profile):
                reading = Reading(
                    text,
                    file,
                    profile,
                    found,
                    mapping_hash,
                    version,
                    started_at,
                    begun,
                    exported_at,
                    part,
                    original=path,
                )
                return record(con, run, reading, before)
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


def _not_read_again(file: LandingFile, tables: tuple[str, ...]) -> list[FileLoad]:
    return [FileLoad(file.name, table, "unchanged", message="not read again") for table in tables]
