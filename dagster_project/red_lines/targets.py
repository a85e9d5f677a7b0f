"""Whom to tell: the ``notify`` targets of the settings, with their secrets kept out of sight.

A secret comes from the environment only; it is put into the URL here, in memory, and nowhere else.
What is logged while a message is sent goes through a filter that masks it.
"""

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus, unquote

import apprise

from dagster_project.config import NotifyTarget, Settings
from dagster_project.errors import SettingsError
from dagster_project.red_lines.quiet_hours import Quiet, never_ends

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Where the part after :// is a machine. With most services of Apprise it is a token.
_NAMES_A_MACHINE = frozenset(
    ("json", "jsons", "xml", "xmls", "form", "forms", "http", "https", "mailto", "mailtos")
)
_MACHINE = re.compile(
    r"(?:[^/?#]*@)?((?:\$\{\w+\}|[A-Za-z0-9.-]+)(?::\d{1,5})?)(?:[/?#].*)?", re.DOTALL
)
# Loggers that may speak of a URL while Apprise sends.
_LOGGERS = ("apprise", "urllib3.connectionpool", "requests")
MASK = "****"


@dataclass(frozen=True)
class Target:
    """One place to send alerts to.

    :param key: identifies it in ``ops.deliveries``; made from the URL as written, before secrets.
    :param label: how it is called on screen: its place in ``notify``, and its variable or scheme and
        machine. Free of anything secret.
    :param severities: the severities it wants.
    :param url: the URL with its secrets; never shown, not even by ``repr``.
    :param secrets: the texts to mask wherever they appear.
    :param problem: why nothing can be sent to it; empty when all is well.
    :param quiet: its quiet hours.
    """

    key: str
    label: str
    severities: frozenset[str]
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    problem: str = ""
    quiet: Quiet = field(default_factory=lambda: Quiet((), "UTC"))

    def service(self) -> apprise.NotifyBase | None:
        """Return Apprise's service for the URL; None where Apprise cannot read it."""
        with redacting_logs(self.secrets):
            asset = apprise.AppriseAsset(async_mode=False, app_id="ebbline", app_desc="ebbline")
            made = apprise.Apprise.instantiate(self.url, asset=asset, suppress_exceptions=True)
        return made if isinstance(made, apprise.NotifyBase) else None


def targets(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[Target, ...]:
    """Return the targets of the settings. One that cannot be used carries its ``problem``."""
    zone = settings.calendar.timezone
    return tuple(
        replace(
            _target(n, entry, environment),
            quiet=Quiet(
                settings.quiet_hours if entry.quiet_hours is None else entry.quiet_hours, zone
            ),
        )
        for n, entry in enumerate(settings.notify)
    )


def check_targets(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Check that every target can be used, before a run begins.

    :raises SettingsError: a variable is not set, Apprise does not know the kind of URL, or its quiet hours never end.
    """
    known = targets(settings, environment)
    problems = [t for t in known if t.problem]
    silent = [t.label for t in known if never_ends(t.quiet.hours, settings.calendar.timezone)]
    if silent:
        raise SettingsError(
            "quiet hours never end",
            where="quiet_hours",
            evidence=silent,
            fix="leave out a day, or let 'severities' of the target say what it never hears",
        )
    if problems:
        raise SettingsError(
            "alerts could not be sent",
            where="notify",
            evidence=[f"{target.label}: {target.problem}" for target in problems],
            fix="set the variable, or see docs/red-lines.md for the form of a URL",
        )


def _target(position: int, entry: NotifyTarget, environment: Mapping[str, str]) -> Target:
    url, missing = filled_in(entry.url, environment)
    values = {name: environment.get(name, "") for name in _VARIABLE.findall(entry.url)}
    target = Target(
        key=hashlib.sha256(entry.url.encode()).hexdigest()[:16],
        label=f"notify[{position}]" + (f" ({place})" if (place := _place(entry.url)) else ""),
        severities=frozenset(entry.severities),
        url=url,
        secrets=secrets_of(url, tuple(values.values())),
    )
    problem = ""
    if missing:
        problem = f"environment variable {', '.join(missing)} is not set"
    elif target.service() is None:
        problem = "Apprise cannot read this URL"
    return Target(target.key, target.label, target.severities, target.url, target.secrets, problem)


def filled_in(written: str, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return a URL with its ``${NAME}`` filled in, and the names that the environment lacks."""
    names = _VARIABLE.findall(written)
    missing = [name for name in names if not environment.get(name)]
    return _VARIABLE.sub(lambda match: environment.get(match.group(1), ""), written), missing


def _place(written: str) -> str:
    """Return what may be seen of a URL as the settings have it: no credentials, no path."""
    scheme, found, rest = written.partition("://")
    if not found:
        name = _VARIABLE.search(written)
        return name.group() if name else ""
    machine = _MACHINE.fullmatch(rest)
    if machine is None or scheme.lower() not in _NAMES_A_MACHINE:
        return scheme
    return f"{scheme}://{machine.group(1)}"


def secrets_of(url: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return what must not be seen: variables' values, the URL, and its path, which often is the
    token.
    """
    after_scheme = url.split("://", 1)[-1]
    parts = [url, after_scheme, *values, *(v.split("://", 1)[-1] for v in values)]
    if "/" in after_scheme:
        parts.append(after_scheme.split("/", 1)[1])
    parts += [piece for v in values for piece in re.split(r"[/?&=@:]+", v)]
    # As a client writes them into a log: with other characters escaped, or none.
    parts += [write(p) for p in parts for write in (quote, quote_plus, unquote)]
    parts += [quote(p, safe="") for p in parts]
    # A short piece ("8080", "api") is no secret, and masking it would garble every message.
    return tuple(sorted({p for p in parts if len(p) >= 6}, key=len, reverse=True))


def redacted(text: str, secrets: Sequence[str]) -> str:
    """Return the text with every secret masked."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


class _Redactor(logging.Filter):
    """Rewrites log records without the secrets, and keeps the last warning as the reason of a
    failure.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = secrets
        self.last_warning = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.getMessage(), self._secrets)
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        if record.levelno >= logging.WARNING:
            self.last_warning = record.msg
        return True


@contextmanager
def redacting_logs(secrets: Sequence[str]) -> Iterator[_Redactor]:
    """Mask secrets in whatever is logged inside the block."""
    redactor = _Redactor(secrets)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(redactor)
    try:
        yield redactor
    finally:
        for logger in loggers:
            logger.removeFilter(redactor)
