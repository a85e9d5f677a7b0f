"""One file at hand, before its rows are read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.exports.dump_parts import Part
from dagster_project.exports.landing import LandingFile
from dagster_project.exports.matching import Candidate
from dagster_project.exports.profile import Profile


@dataclass(frozen=True)
class Reading:
    """One file at hand, and what is known of it before its rows are read.

    :param part: which part of a full dump it is, where the dump came in several files.
    :param original: the file itself, where ``path`` is a copy in another encoding.
    """

    path: Path
    file: LandingFile
    profile: Profile
    found: tuple[Candidate, ...]
    mapping_hash: str
    version: str | None
    started_at: datetime
    begun: float
    exported_at: datetime
    part: Part | None = None
    original: Path | None = None
