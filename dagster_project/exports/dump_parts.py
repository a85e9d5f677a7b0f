"""Full dumps that come in several files: which files are parts of one, and which of them is the last.

Files of one table that name the same day or instant are of one dump, and so are files without a date that are alike but
for the number of a part. Only what all parts together no longer hold is gone; a part that cannot be read deletes
nothing. Of several files without date and number nothing tells whether they add up or which is the last: none of them
is read.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.errors import InputRefusedError
from dagster_project.exports.landing import LandingFile
from dagster_project.exports.profile import form_of

# part-2, page_003, chunk2of5; and the twelve digits that warehouses put behind an export's name.
_NUMBERED = re.compile(
    r"[-_. ]?(?:(?:part|page|chunk|split|shard)[-_. ]?\d+(?:[-_. ]?of[-_. ]?\d+)?|(?<!\d)\d{12}(?!\d))",
    re.IGNORECASE,
)


@dataclass
class Dump:
    """One full dump; it is whole as long as each of its parts could be read."""

    parts: tuple[str, ...]
    must_be_read: bool
    is_whole: bool = True


@dataclass(frozen=True)
class Part:
    """A file as a part of its dump."""

    dump: Dump
    is_first: bool
    is_last: bool

    @property
    def must_be_read(self) -> bool:
        """Whether some part of the dump is new."""
        return self.dump.must_be_read


@dataclass(frozen=True)
class Dumps:
    """The dumps of one source that came in several files, by the name of each file.

    :param unclear: files that may be parts of one dump or dumps of different days, each with the others.
    """

    by_file: dict[str, Dump] = field(default_factory=dict)
    unclear: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def refuse_unclear(self, file_name: str) -> None:
        """Refuse a file of which nothing tells whether it adds to others or follows them.

        :raises InputRefusedError: with the names of the others.
        """
        if file_name in self.unclear:
            others = ", ".join(self.unclear[file_name])
            raise InputRefusedError(
                f"this is a full dump without a date beside others ({others}): it is not told whether they are "
                "parts of one, or which is the last",
                where=file_name,
                fix="put the day of the export into the names (2026-11-30), or number the parts (part-1, part-2)",
            )

    def part(self, file_name: str) -> Part | None:
        """Return which part of a dump a file is; None where it is no part of one."""
        dump = self.by_file.get(file_name)
        if dump is None:
            return None
        return Part(dump, file_name == dump.parts[0], file_name == dump.parts[-1])

    def spoil(self, file_name: str) -> None:
        """Note that a file could not be read: its dump does not say what is gone."""
        if (dump := self.by_file.get(file_name)) is not None:
            dump.is_whole = False


def find(
    files: Iterable[tuple[LandingFile, frozenset[str]]],
    named_instant: Callable[[LandingFile], datetime | None],
    is_known: Callable[[LandingFile], bool],
) -> Dumps:
    """Return the dumps that came in several of these files.

    :param files: the files that are dumps or parts of one, in the order in which they are read, each with the
        tables of which it is one.
    :param named_instant: the instant in a file's name; None where there is none.
    :param is_known: whether a file has been loaded in this state.
    """
    groups: dict[Hashable, list[LandingFile]] = {}
    alone: dict[frozenset[str], list[str]] = {}
    for file, tables in files:
        if file.instead is not None:
            continue
        instant = named_instant(file)
        if instant is not None:
            groups.setdefault((tables, instant), []).append(file)
            continue
        known = form_of(file.name)
        stem, numbers = _NUMBERED.subn("", known[0] if known else file.name)
        if numbers:
            groups.setdefault((tables, file.name.rpartition("/")[0], stem), []).append(file)
        else:
            alone.setdefault(tables, []).append(file.name)
    dumps: dict[str, Dump] = {}
    for group in groups.values():
        if len(group) > 1:
            names = tuple(file.name for file in group)
            dump = Dump(names, must_be_read=not all(map(is_known, group)))
            dumps |= dict.fromkeys(names, dump)
    unclear = {
        name: tuple(other for other in names if other != name)
        for names in alone.values()
        if len(names) > 1
        for name in names
    }
    return Dumps(dumps, unclear)
