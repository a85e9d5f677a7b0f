"""One message to one target, through Apprise, and what its answer means.

A refusal is about this message: the receiver is there and will not take it, however often it is tried.
Anything else that fails is about the target: it is down, busy, or the way to it is wrong.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import apprise
from apprise.plugins.custom_json import NotifyJSON

from dagster_project.clock import Clock
from dagster_project.red_lines.answers import Answer, listening
from dagster_project.red_lines.blocks import Form, Message, written
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.outbox import AnyAlert
from dagster_project.red_lines.targets import Target, redacted, redacting_logs
from dagster_project.shown import shown

_STATUS = re.compile(r"\berror[=: ]+(\d{3})\b")
# Bad request, conflict, too large, unsupported, unprocessable, header too large: the same message gets the same answer.
_REFUSALS = frozenset((400, 406, 409, 411, 413, 414, 415, 422, 431))
_ERROR_LIMIT = 300
# A run waits no longer than this for one receiver; what asks for more is left to a later run.
LONGEST_PAUSE = timedelta(seconds=30)
_FORMS: Mapping[str, tuple[Form, apprise.NotifyFormat]] = {
    "html": ("html", apprise.NotifyFormat.HTML),
    "markdown": ("markdown", apprise.NotifyFormat.MARKDOWN),
}


@dataclass(frozen=True)
class Attempt:
    """How a message fared: an empty error is success.

    :param rest_until: the receiver asks not to be tried before (429 or 503 with ``Retry-After``).
    """

    tries: int
    error: str = ""
    refused: bool = False
    rest_until: datetime | None = None


def send(
    target: Target,
    key: str,
    alerts: Sequence[AnyAlert],
    message: Message,
    *,
    facts: Mapping[str, Any],
    pauses: Sequence[float],
    sleep: Callable[[float], None],
    clock: Clock,
) -> Attempt:
    """Send one message to one target; a refusal is not tried again, a ``Retry-After`` is obeyed.

    :param alerts: what the message tells of.
    :param facts: what programs at a plain webhook find beside the words.
    :param pauses: seconds between the tries; a receiver that asks for no more than :data:`LONGEST_PAUSE` has that
        in place of one, and one that asks for more is not tried any more in this run.
    """
    service = target.service()
    if service is None:
        return Attempt(0, target.problem or "Apprise cannot read this URL")
    if isinstance(service, NotifyJSON):
        # Webhooks get the key where programs look for it, and the facts beside the words.
        service.headers["Idempotency-Key"] = key
        service.payload_extras.update(idempotency_key=key, **facts)
    form, body_format = _FORMS.get(
        str(getattr(service.notify_format, "value", service.notify_format)),
        ("text", apprise.NotifyFormat.TEXT),
    )
    body = written(message, form)
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    reason, tries, rest, refused = "", 0, None, False
    with redacting_logs(target.secrets) as log, listening() as answer:
        for tries, usual in enumerate((0.0, *pauses), start=1):
            if pause := usual if rest is None else rest.total_seconds():
                sleep(pause)
            log.last_warning, answer.status, answer.retry_after = "", None, ""
            if sender.notify(
                body=body,
                title=message.bounded_title,
                notify_type=_kind(alerts),
                body_format=body_format,
            ):
                return Attempt(tries)
            reason = log.last_warning
            refused = _is_refusal(answer, reason)
            rest = answer.rest(clock.now())
            if refused or (rest is not None and rest > LONGEST_PAUSE):
                break
    error = shown(redacted(reason, target.secrets), _ERROR_LIMIT)
    rest_until = None if rest is None else clock.now() + rest
    return Attempt(tries, error or "the target did not take the message", refused, rest_until)


def _is_refusal(answer: Answer, reason: str) -> bool:
    if answer.status is not None:
        return answer.status in _REFUSALS
    status = _STATUS.search(reason)
    return status is not None and int(status[1]) in _REFUSALS


def _kind(alerts: Sequence[AnyAlert]) -> apprise.NotifyType:
    lasting = [one for one in alerts if one.event not in (Event.RESOLVED, Event.MENDED)]
    if not lasting:
        return apprise.NotifyType.SUCCESS
    is_page = any(one.severity == "page" for one in lasting)
    return apprise.NotifyType.FAILURE if is_page else apprise.NotifyType.WARNING
