"""Text in Windows-1252, as Excel writes it: DuckDB reads UTF-8, UTF-16 and Latin-1, so it is written anew as UTF-8.

Which encoding a file has is told in ``profile.py``.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project.exports.profile import WINDOWS, Profile, chunks


@contextmanager
def readable(path: Path, profile: Profile) -> Iterator[tuple[Path, Profile]]:
    """Give the file, or a copy of it that DuckDB can read, and the profile of that; the copy is gone afterwards."""
    if profile.encoding != WINDOWS:
        yield path, profile
        return
    decoder = codecs.getincrementaldecoder(WINDOWS)()
    with TemporaryDirectory(prefix="ebbline-text-") as folder:
        copy = Path(folder, f"text.{profile.form.value}")
        with copy.open("wb") as stream:
            for chunk in chunks(path, compressed=profile.compressed):
                stream.write(decoder.decode(chunk).encode())
        head = profile.head.decode(WINDOWS).encode()
        yield copy, replace(profile, encoding="utf-8", compressed=False, head=head)
