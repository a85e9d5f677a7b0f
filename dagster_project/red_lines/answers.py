"""What an HTTP receiver answered, which Apprise keeps to itself: the status, and how long it asks to be left alone.

Apprise sends with ``requests``; the answer is read as it passes. Whoever is no HTTP receiver leaves nothing here.
Its services make a session for each request and take neither session nor hook, so the adapter of such sessions is
another one while something is delivered. It does what the usual one does, notes answers in the context of that
delivery alone, and two deliveries are never at once: whoever delivers holds the warehouse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

# Nobody is left alone for longer: a receiver that asks for a year has a fault.
LONGEST_REST = timedelta(days=1)
_ASKS_FOR_REST = frozenset((429, 503))


@dataclass
class Answer:
    """The last answer: its status, and the value of ``Retry-After`` where it asks for that."""

    status: int | None = None
    retry_after: str = ""

    def rest(self, now: datetime) -> timedelta | None:
        """Return how long the receiver asks to be left alone; None where it does not."""
        if not self.retry_after:
            return None
        if self.retry_after.isascii() and self.retry_after.isdigit():
            # A number of a page's length is no number of seconds, but bounded all the same.
            asked = timedelta(seconds=min(int(self.retry_after[:9]), 10**8))
        else:
            try:
                until = parsedate_to_datetime(self.retry_after)
            except ValueError:
                return None
            asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        return min(max(asked, timedelta()), LONGEST_REST)


_heard: ContextVar[Answer | None] = ContextVar("answer", default=None)


class _Listening(requests.adapters.HTTPAdapter):
    """The adapter that every session of ``requests`` uses, which also notes the answer."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().send(*args, **kwargs)
        if (answer := _heard.get()) is not None:
            answer.status = response.status_code
            asks = response.status_code in _ASKS_FOR_REST
            answer.retry_after = response.headers.get("Retry-After", "").strip() if asks else ""
        return response


@contextmanager
def listening() -> Iterator[Answer]:
    """Note the answers to what is sent inside the block."""
    answer = Answer()
    token = _heard.set(answer)
    usual = requests.adapters.HTTPAdapter
    requests.sessions.HTTPAdapter = _Listening  # type: ignore[attr-defined]  # Apprise makes its sessions itself
    try:
        yield answer
    finally:
        requests.sessions.HTTPAdapter = usual  # type: ignore[attr-defined]
        _heard.reset(token)
