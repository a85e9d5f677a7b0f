"""Landing zones behind a URL: listed to their end, each file fetched whole before it is read.

A file is copied beside the warehouse's temporary files first, so that a connection that breaks loses a
copy and never half a load. Which client speaks which protocol is fsspec's business.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dagster_project.errors import InputRefusedError, SettingsError
from dagster_project.exports.addresses import hidden, without_secrets
from dagster_project.exports.landing import LandingFile, natural_key
from dagster_project.exports.profile import form_of

_NEEDS = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
}
_CLIENT_ERRORS = (("aiohttp", "ClientError"), ("botocore.exceptions", "BotoCoreError"))
# What tells one state of a remote file from another, by protocol.
_STATE_KEYS = ("ETag", "etag", "generation", "md5Hash", "Content-MD5")
# When a file was last written, by protocol.
_TIME_KEYS = ("LastModified", "last_modified", "updated", "mtime", "modified")
_VERSION_KEYS = (*_STATE_KEYS, "LastModified", "mtime", "size")


class RemoteLanding:
    """A folder behind a URL such as ``s3://bucket/exports/billing``."""

    def __init__(self, url: str) -> None:
        """Open the file system of ``url``.

        :raises SettingsError: the protocol is unknown, or its client is not installed.
        """
        self._url = url.rstrip("/")
        protocol = url.split("://", 1)[0]
        fsspec = import_module("fsspec.core")
        try:
            # No listing is kept between runs: a daemon must see what arrived since.
            self._fs, self._root = fsspec.url_to_fs(url, skip_instance_cache=True)
        except ImportError as error:
            raise SettingsError(
                f"{protocol}:// needs the package {_NEEDS.get(protocol, 'for that protocol')}",
                where=without_secrets(url),
                fix=f"pip install {_NEEDS.get(protocol, 'it')}",
            ) from error
        except ValueError as error:
            raise SettingsError(
                f"the URL cannot be followed: {hidden(str(error), url)}", where=without_secrets(url)
            ) from None
        self._root = self._root.rstrip("/")
        self._errors = _client_errors()
        self._fetched: dict[str, str | None] = {}

    def files(self) -> tuple[LandingFile, ...]:
        """Return every file below the URL in natural order; a listing in pages is read to its end.

        :raises InputRefusedError: the listing fails.
        """
        try:
            if self._url.startswith("http"):
                # A walk over pages passes over those that fail: a server that is down would look empty.
                self._fs.ls(self._root, detail=False)
            listed: dict[str, dict[str, Any]] = self._fs.find(self._root, detail=True)
        except self._errors as error:
            raise InputRefusedError(
                f"the landing zone cannot be listed: {self._words(error)}",
                where=without_secrets(self._url),
                fix="check the URL, the credentials and the network",
            ) from None
        found = [
            LandingFile(
                self._relative(path),
                path,
                int(info.get("size") or 0),
                _state(info),
                modified_at=_modified_at(info),
            )
            for path, info in listed.items()
            if info.get("type", "file") == "file"
        ]
        visible = [
            one for one in found if one.name and not one.name.rsplit("/", 1)[-1].startswith(".")
        ]
        return tuple(sorted(visible, key=lambda file: natural_key(file.name)))

    @contextmanager
    def at_hand(self, file: LandingFile) -> Iterator[Path]:
        """Fetch the file whole and give the copy, which is removed afterwards.

        :raises InputRefusedError: it cannot be fetched, is shorter than announced, or changed meanwhile.
        """
        known = form_of(file.name)
        ending = known[1].value if known else "bin"
        with TemporaryDirectory(prefix="ebbline-") as folder:
            copy = Path(folder, f"input.{ending}")
            try:
                before = self._version(file)
                self._fs.get_file(file.location, str(copy))
                after = self._version(file)
            except self._errors as error:
                raise InputRefusedError(
                    f"the file cannot be fetched: {self._words(error)}", where=file.name
                ) from None
            size = before.get("size")
            if size is not None and copy.stat().st_size != size:
                raise InputRefusedError(
                    f"only {copy.stat().st_size} of {size} bytes arrived",
                    where=file.name,
                    fix="run again; nothing of the file was loaded",
                )
            if before != after:
                raise InputRefusedError("the file changed while it was fetched", where=file.name)
            self._fetched[file.location] = _state(before)
            yield copy

    def version_at_hand(self, file: LandingFile) -> str | None:
        """Return the version of the copy that was last fetched."""
        return self._fetched.get(file.location)

    def _version(self, file: LandingFile) -> dict[str, Any]:
        self._fs.invalidate_cache()
        info = self._fs.info(file.location)
        return {key: info[key] for key in _VERSION_KEYS if key in info}

    def _words(self, error: BaseException) -> str:
        """Say what went wrong; a client's error quotes the URL, and a log would keep it."""
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        return hidden(text, self._url)

    def _relative(self, path: str) -> str:
        return path.removeprefix(self._root).lstrip("/")


def _state(info: dict[str, Any]) -> str | None:
    """Return what tells this state of a remote file from every other; None where nothing surely does.

    A time of change alone is not sure: a file may be replaced within its second.
    """
    for key in _STATE_KEYS:
        if info.get(key):
            return f"{key.lower()}:{str(info[key]).strip(chr(34))}:{info.get('size')}"
    return None


def _modified_at(info: dict[str, Any]) -> datetime | None:
    """Return when the file system says that the file was last written; None where it does not say."""
    for key in _TIME_KEYS:
        found = info.get(key)
        try:
            if isinstance(found, int | float) and found > 0:
                return datetime.fromtimestamp(found, UTC)
            if isinstance(found, str):
                found = datetime.fromisoformat(found)
        except (OverflowError, OSError, ValueError):
            continue
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _client_errors() -> tuple[type[BaseException], ...]:
    """The errors of the clients that are installed, beside those of the operating system."""
    errors: list[type[BaseException]] = [OSError, TimeoutError]
    for module, name in _CLIENT_ERRORS:
        try:
            errors.append(getattr(import_module(module), name))
        except ImportError:
            continue
    return tuple(errors)
