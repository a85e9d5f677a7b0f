"""Empty lines of a CSV file, which its reader passes over: their numbers, so that the others are right.

Only files that have some pay for the pass. Lines inside a quoted value belong to their record.
"""

import re
from pathlib import Path

from dagster_project.exports.profile import Profile, chunks

_BLANK = re.compile(rb"^\r?\n", re.MULTILINE)
# Beyond these the numbers are not worth their memory, and rows are numbered without empty lines.
_MOST_LINES = 1_000_000
_LONGEST_LINE = 64 << 20


def blank_lines(path: Path, profile: Profile, quote: str) -> tuple[int, ...]:
    """Return the numbers (from 1) of the empty lines outside quoted values, in order.

    :param quote: the quote character; an even number of them before a line means outside.
    :return: nothing where they cannot be told in bounded memory.
    """
    if not profile.has_blank_lines:
        return ()
    found: list[int] = []
    line, quotes, rest = 1, 0, b""
    mark = quote.encode()
    for chunk in chunks(path, compressed=profile.compressed):
        block, newline, rest = (rest + chunk).rpartition(b"\n")
        block += newline
        if len(rest) > _LONGEST_LINE:
            return ()
        position = 0
        for match in _BLANK.finditer(block):
            line += block.count(b"\n", position, match.start())
            quotes += block.count(mark, position, match.start())
            position = match.start()
            if quotes % 2 == 0:
                found.append(line)
        line += block.count(b"\n", position)
        quotes += block.count(mark, position)
        if len(found) > _MOST_LINES:
            return ()
    return tuple(found)
