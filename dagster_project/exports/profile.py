"""What a file is, told from its bytes: hash, compression, encoding, line count, signs of damage.

One streaming pass in bounded memory, before any reader sees the file. Rows are not parsed here; only the
first record (a header) is looked at, in ``header.py``.
"""

import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from dagster_project.errors import InputRefusedError

_CHUNK = 1 << 20
_HEAD = 1 << 20
_PROBE = 1 << 16
# Two letters of Windows-1252 beside each other may look like the beginning of one of UTF-8, seldom like all of it.
_MULTIBYTE = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
WINDOWS = "cp1252"
# Bytes that are letters and signs in Windows-1252 and none in Latin-1, and those that are none in either.
_WINDOWS_ONLY = re.compile(rb"[\x80-\x9f]")
_IN_NEITHER = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CONTROLS = bytes([*range(9), *range(14, 32)])
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive (or an Excel workbook)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"SQLite format 3": "an SQLite database",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
}


class Form(StrEnum):
    """How the file's records are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    JSON = "json"
    PARQUET = "parquet"


_FORMS = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".txt": Form.CSV,
    ".jsonl": Form.JSON_LINES,
    ".ndjson": Form.JSON_LINES,
    ".json": Form.JSON,
    ".parquet": Form.PARQUET,
}


@dataclass(frozen=True)
class Profile:
    """The facts about one file.

    :param content_hash: SHA-256 of the bytes as they lie there (compressed, where they are).
    :param newlines: line feeds in the decompressed text; 0 for Parquet.
    :param ends_in_newline: whether the text ends with a line feed.
    :param has_blank_lines: whether two line ends follow each other, inside a quoted value or not.
    :param longest_line: bytes of the longest line, where it is longer than 1 MiB.
    :param longest_line_number: where it stands, from 1.
    :param head: the first decompressed bytes, at most 1 MiB.
    """

    form: Form
    size_bytes: int
    content_hash: str
    compressed: bool = False
    encoding: str = "utf-8"
    newlines: int = 0
    ends_in_newline: bool = True
    has_nul: bool = False
    has_blank_lines: bool = False
    longest_line: int = 0
    longest_line_number: int = 0
    head: bytes = b""

    @property
    def head_text(self) -> str:
        """The head as text; a character cut at its end is left out."""
        return self.head.decode(self.encoding, errors="replace").removeprefix("\ufeff")


def form_of(file_name: str) -> tuple[str, Form] | None:
    """Return the name without folder and known endings, and the form it promises; None if unknown."""
    name = file_name.rsplit("/", 1)[-1]
    bare = name[:-3] if name.lower().endswith(".gz") else name
    for ending, form in _FORMS.items():
        if bare.lower().endswith(ending) and len(bare) > len(ending):
            return bare[: -len(ending)], form
    return None


def content_hash(path: Path) -> str:
    """Return the SHA-256 of the file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def profile_file(path: Path, file_name: str, *, digest: str) -> Profile:
    """Read the file once and tell what it is.

    :param path: where the bytes lie.
    :param digest: its :func:`content_hash`.
    :param file_name: the name as given, for messages and for the form it promises.
    :raises InputRefusedError: the bytes are not what the name promises.
    """
    known = form_of(file_name)
    if known is None:
        raise InputRefusedError("the file's ending is not one that can be read", where=file_name)
    form = known[1]
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(16)
    if form is not Form.PARQUET and size == 0 and form is not Form.JSON_LINES:
        expected = "a header line" if form is Form.CSV else "a JSON document"
        raise InputRefusedError(
            f"the file is empty; {expected} was expected", where=f"{file_name}:1"
        )
    if form is Form.PARQUET:
        _check_parquet(path, file_name, size, start)
        return Profile(form, size, digest)
    if start.startswith(b"PAR1"):
        raise InputRefusedError(
            f"this is a Parquet file; {form.value.upper()} text was expected",
            where=f"{file_name}:1",
            fix="name it .parquet",
        )
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise InputRefusedError(
                f"this is {what}; {form.value.upper()} text was expected",
                where=f"{file_name}:1",
                fix="unpack it, or export it as text",
            )
    compressed = start.startswith(b"\x1f\x8b")
    if file_name.lower().endswith(".gz") and not compressed and size:
        raise InputRefusedError(
            "the name ends in .gz and the content is not gzip", where=f"{file_name}:1"
        )
    return _scan(path, file_name, form, size=size, digest=digest, compressed=compressed)


def _check_parquet(path: Path, file_name: str, size: int, start: bytes) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, size - 4))
        end = stream.read(4)
    if not start.startswith(b"PAR1"):
        raise InputRefusedError(
            "this is not a Parquet file: it does not begin with PAR1", where=file_name
        )
    if end != b"PAR1" or size < 12:
        raise InputRefusedError(
            "the Parquet file is cut off: its footer is missing",
            where=file_name,
            fix="export or copy it again",
        )


def chunks(path: Path, *, compressed: bool) -> Iterator[bytes]:
    """Give the file's decompressed bytes piece by piece."""
    with ExitStack() as opened:
        stream: BinaryIO | gzip.GzipFile = opened.enter_context(path.open("rb"))
        if compressed:
            stream = opened.enter_context(gzip.GzipFile(fileobj=stream))
        while chunk := stream.read(_CHUNK):
            yield chunk


def _has_blank_line(before: bytes, chunk: bytes) -> bool:
    seam = before + chunk[:2]
    return any(blank in part for part in (seam, chunk) for blank in (b"\n\n", b"\n\r\n"))


class _LongestLine:
    """The longest of the lines that reach over the end of a chunk; no other can matter."""

    def __init__(self) -> None:
        self.length = self.number = self._unended = 0

    def goes_on(self, chunk: bytes, number: int) -> None:
        """Take the next chunk, which begins in line ``number``."""
        first = chunk.find(b"\n")
        self._unended += len(chunk) if first < 0 else first
        if self._unended > self.length:
            self.length, self.number = self._unended, number
        if first >= 0:
            self._unended = len(chunk) - chunk.rfind(b"\n") - 1


class _Signs:
    """What bytes beyond ASCII tell of the encoding of a text."""

    def __init__(self) -> None:
        self._multibyte = self._windows = self._neither = False

    def see(self, chunk: bytes) -> None:
        """Take the next chunk that has such bytes."""
        self._multibyte = self._multibyte or _MULTIBYTE.search(chunk) is not None
        self._windows = self._windows or _WINDOWS_ONLY.search(chunk) is not None
        self._neither = self._neither or _IN_NEITHER.search(chunk) is not None

    def encoding(self, file_name: str, *, valid_utf8: bool) -> str:
        """Return the encoding.

        :raises InputRefusedError: it is none of those that are known.
        """
        # With both broken and sound multi-byte characters the text is UTF-8 with damaged lines:
        # those lines go to quarantine, the others keep their accents.
        if valid_utf8 or self._multibyte:
            return "utf-8"
        if self._neither:
            raise InputRefusedError(
                "the text is neither UTF-8 nor Windows-1252 nor Latin-1",
                where=f"{file_name}:1",
                fix="export it as UTF-8",
            )
        return WINDOWS if self._windows else "latin-1"


def _scan(
    path: Path, file_name: str, form: Form, *, size: int, digest: str, compressed: bool
) -> Profile:
    head = b""
    newlines = nuls = total = 0
    last, has_blank_lines = b"\n", False
    longest = _LongestLine()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    signs = _Signs()
    valid_utf8 = True
    try:
        for chunk in chunks(path, compressed=compressed):
            if len(head) < _HEAD:
                head += chunk[: _HEAD - len(head)]
            longest.goes_on(chunk, newlines + 1)
            newlines += chunk.count(b"\n")
            total += len(chunk)
            has_blank_lines = has_blank_lines or _has_blank_line(last, chunk)
            last = (last + chunk[-2:])[-2:]
            if b"\0" in chunk:
                nuls += chunk.count(b"\0")
            ascii_only = chunk.isascii()
            if not ascii_only:
                signs.see(chunk)
            if valid_utf8 and (not ascii_only or utf8.getstate()[0]):
                try:
                    utf8.decode(chunk)
                except UnicodeDecodeError:
                    valid_utf8 = False
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputRefusedError(
            f"the compressed file is cut off or damaged after line {newlines + 1}: {error}",
            where=f"{file_name}:{newlines + 1}",
            fix="export or copy it again",
        ) from error
    if valid_utf8 and utf8.getstate()[0]:
        valid_utf8 = False
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    probe = head[:_PROBE]
    controls = len(probe) - len(probe.translate(None, _CONTROLS))
    if not utf16 and total and (nuls > total / 100 or controls > len(probe) / 50):
        raise InputRefusedError(
            f"this is binary; {form.value.upper()} text was expected", where=f"{file_name}:1"
        )
    encoding = "utf-16" if utf16 else signs.encoding(file_name, valid_utf8=valid_utf8)
    return Profile(
        form,
        size,
        digest,
        compressed=compressed,
        encoding=encoding,
        newlines=newlines,
        ends_in_newline=not total or last.endswith(b"\n"),
        has_nul=nuls > 0 and not utf16,
        has_blank_lines=has_blank_lines and not utf16,
        longest_line=longest.length,
        longest_line_number=longest.number,
        head=head,
    )
