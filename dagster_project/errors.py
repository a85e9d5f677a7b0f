"""What can go wrong, in words a person can act on.

Every error that ebbline raises on purpose is an :class:`EbblineError`: what happened, where, the evidence
(keys only, never personal values) and what to do. Errors of one kind are gathered and raised once.
Only the classes that callers tell apart, and the exit codes, belong here.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """How ``ebbline run`` ends; part of the public interface."""

    PUBLISHED = 0
    ERROR = 1
    NOT_PUBLISHED = 2
    INPUT_REFUSED = 3
    LOCKED = 4


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question that names the likeliest of the known names, capitals aside; empty where none is like it."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.strip().casefold(), list(folded), n=1)
    return f"did you mean '{folded[close[0]]}'?" if close else ""


def likeliest_of(name: str, known: Iterable[str], listed: str) -> str:
    """Return ``did you mean 'country'? known: country, plan``, without the question where none is like it.

    :param listed: the known names as they are to be shown.
    """
    return f"{did_you_mean(name, known)} known: {listed}".lstrip()


class EbblineError(Exception):
    """An error with its place, its evidence and its remedy.

    :param what: one sentence that says what happened.
    :param where: ``file:line``, ``table.column`` or the setting concerned.
    :param evidence: the cases found, keys only; the first twenty are shown.
    :param fix: one sentence that says what to do.
    """

    exit_code: ExitCode = ExitCode.ERROR
    shown = 20

    def __init__(
        self, what: str, *, where: str = "", evidence: Sequence[str] = (), fix: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.evidence = tuple(evidence)
        self.fix = fix
        super().__init__(what)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        lines += [f"  - {case}" for case in self.evidence[: self.shown]]
        if len(self.evidence) > self.shown:
            lines.append(f"  ... and {len(self.evidence) - self.shown} more")
        if self.fix:
            lines.append(f"  hint: {self.fix}")
        return "\n".join(lines)


class SettingsError(EbblineError):
    """The settings file says something that ebbline cannot follow."""


class InputRefusedError(EbblineError):
    """An export is not what it claims to be; nothing of it was loaded."""

    exit_code = ExitCode.INPUT_REFUSED


class ValidationRefusedError(EbblineError):
    """A critical expectation failed; nothing was published."""

    exit_code = ExitCode.NOT_PUBLISHED


class WarehouseLockedError(EbblineError):
    """Another run holds the warehouse."""

    exit_code = ExitCode.LOCKED
