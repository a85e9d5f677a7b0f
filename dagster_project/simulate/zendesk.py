"""The support desk as Zendesk's API writes it: one JSON object a line.

Belongs here: Zendesk's objects. Does not belong here: canonical names, mistakes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dagster_project.simulate import support
from dagster_project.simulate.company import Company


def tickets(company: Company) -> Iterator[dict[str, Any]]:
    """Ticket objects; `external_id` is the customer."""
    t = company.support.tickets
    for number in range(len(t)):
        tags = [support.TICKET_TOPICS[t.topic[number]]]
        if t.complaint[number]:
            tags.insert(0, "complaint")
        customer = int(t.customer[number])
        updated = t.solved[number] if t.solved[number] >= 0 else t.created[number]
        yield {
            "id": 1001 + number,
            "external_id": None if customer < 0 else f"cus_{customer + 1:06d}",
            "created_at": _instant(t.created[number]),
            "updated_at": _instant(updated),
            "type": support.TICKET_TYPES[t.kind[number]],
            "subject": f"About {tags[-1].replace('_', ' ')}",
            "status": support.TICKET_STATUSES[t.status[number]],
            "priority": support.TICKET_PRIORITIES[t.priority[number]],
            "via": {"channel": support.TICKET_CHANNELS[t.channel[number]]},
            "tags": tags,
        }


def ticket_metrics(company: Company) -> Iterator[dict[str, Any]]:
    """Ticket metric objects: durations in minutes, null while they run."""
    t = company.support.tickets
    for number in range(len(t)):
        reply = int(t.reply_minutes[number]) if t.reply_minutes[number] >= 0 else None
        solved = int(t.solved[number])
        full = (solved - int(t.created[number])) // 60 if solved >= 0 else None
        yield {
            "id": 9001 + number,
            "ticket_id": 1001 + number,
            "created_at": _instant(t.created[number]),
            "updated_at": _instant(solved if solved >= 0 else t.created[number]),
            "reopens": int(t.reopens[number]),
            "replies": 0 if reply is None else 1 + int(t.reopens[number]),
            "solved_at": _instant(solved) if solved >= 0 else None,
            "reply_time_in_minutes": {"calendar": reply, "business": _business(reply)},
            "full_resolution_time_in_minutes": {"calendar": full, "business": _business(full)},
        }


def satisfaction_ratings(company: Company) -> Iterator[dict[str, Any]]:
    """Satisfaction rating objects."""
    r, t = company.support.ratings, company.support.tickets
    for number in range(len(r)):
        good = bool(r.good[number])
        yield {
            "id": 5001 + number,
            "ticket_id": 1001 + int(r.ticket[number]),
            "requester_id": 70001 + int(t.customer[r.ticket[number]]),
            "score": "good" if good else "bad",
            "comment": None if good else "Slow and no help",
            "created_at": _instant(r.rated[number]),
            "updated_at": _instant(r.rated[number]),
        }


def as_line(row: dict[str, Any]) -> str:
    """One object as one line, without spaces."""
    return json.dumps(row, separators=(",", ":"))


def _instant(second: Any) -> str:
    return datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _business(minutes: int | None) -> int | None:
    # eight of twenty-four hours
    return None if minutes is None else minutes // 3
