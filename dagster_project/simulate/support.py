"""Support: tickets, their metrics, ratings and contacts, worse and more frequent before a customer
leaves.

Belongs here: what a support desk records. Does not belong here: files (the writers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dagster_project.simulate.calendar import DAY, Bools, Ints, Window
from dagster_project.simulate.customers import Customers, pick
from dagster_project.simulate.ledger import NEVER, NO_SECOND

TICKET_STATUSES: Final = ("open", "pending", "solved", "closed")
OPEN_TICKET, PENDING_TICKET, SOLVED, CLOSED = range(4)
TICKET_TYPES: Final = ("problem", "incident", "question", "task")
TICKET_PRIORITIES: Final = ("low", "normal", "high", "urgent")
TICKET_CHANNELS: Final = ("email", "web", "chat", "api")
TICKET_TOPICS: Final = ("billing", "login", "data_quality", "performance", "how_to", "integration")
CONTACT_CHANNELS: Final = ("email", "phone", "meeting")


@dataclass(frozen=True)
class Tickets:
    """One entry per ticket; `reply_minutes` and `solved` are -1 where it has not happened."""

    customer: Ints
    created: Ints
    status: Ints
    kind: Ints
    priority: Ints
    channel: Ints
    topic: Ints
    complaint: Bools
    reply_minutes: Ints
    solved: Ints
    reopens: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Ratings:
    """Satisfaction with a ticket: `good` or not, `rated` second."""

    ticket: Ints
    good: Bools
    rated: Ints

    def __len__(self) -> int:
        return len(self.ticket)


@dataclass(frozen=True)
class Surveys:
    """Net promoter answers, 0 to 10."""

    customer: Ints
    score: Ints
    rated: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Contacts:
    """Calls and mails between account owner and customer."""

    customer: Ints
    contacted: Ints
    channel: Ints
    inbound: Bools
    campaign: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Support:
    """Everything the support desk knows."""

    tickets: Tickets
    ratings: Ratings
    surveys: Surveys
    contacts: Contacts


def draw_support(
    rng: np.random.Generator, customers: Customers, last_day: Ints, window: Window
) -> Support:
    """Draw tickets, ratings, surveys and contacts.

    :param last_day: per customer, the first day without any subscription, or NEVER.
    """
    tickets = _tickets(rng, customers, last_day, window)
    return Support(
        tickets=tickets,
        ratings=_ratings(rng, tickets, window),
        surveys=_surveys(rng, customers, last_day, window),
        contacts=_contacts(rng, customers, last_day, window),
    )


def _span(customers: Customers, last_day: Ints, window: Window) -> tuple[Ints, Ints]:
    begin = customers.created_second
    end = np.minimum(
        np.where(last_day == NEVER, window.until_day + 1, last_day) * DAY, window.end_second
    )
    return begin, np.maximum(end, begin + DAY // 4)


def _tickets(
    rng: np.random.Generator, customers: Customers, last_day: Ints, window: Window
) -> Tickets:
    begin, end = _span(customers, last_day, window)
    months = (end - begin) / (30 * DAY)
    usual = rng.poisson(months * (0.07 + 0.12 * (1 - customers.engagement)))
    leaves = last_day != NEVER
    unhappy = rng.poisson(np.where(leaves, 1.1, 0.0))
    who = np.repeat(np.arange(len(customers), dtype=np.int64), usual)
    when = begin[who] + (rng.random(len(who)) * (end - begin)[who]).astype(np.int64)
    who_late = np.repeat(np.arange(len(customers), dtype=np.int64), unhappy)
    back = (rng.random(len(who_late)) * 60 * DAY).astype(np.int64)
    late = np.maximum(end[who_late] - 1 - back, begin[who_late])
    customer, created = np.concatenate([who, who_late]), np.concatenate([when, late])
    created = np.minimum(created, window.end_second - 1)
    bad = np.concatenate([rng.random(len(who)) < 0.14, rng.random(len(who_late)) < 0.62])
    order = np.lexsort((customer, created))
    customer, created, bad = customer[order], created[order], bad[order]

    size = len(customer)
    reply = (
        np.round(np.exp(rng.normal(4.0, 1.0, size)) * np.where(bad, 5.0, 1.0)).astype(np.int64) + 1
    )
    to_solve = reply + np.round(
        np.exp(rng.normal(6.2, 1.1, size)) * np.where(bad, 2.5, 1.0)
    ).astype(np.int64)
    left = window.end_second - created
    replied = (reply * 60 < left) & (rng.random(size) > 0.02)
    solved = replied & (to_solve * 60 < left) & (rng.random(size) > 0.03)
    old = left > 30 * DAY
    status = np.where(
        solved, np.where(old, CLOSED, SOLVED), np.where(replied, PENDING_TICKET, OPEN_TICKET)
    )
    return Tickets(
        customer=np.where(rng.random(size) < 0.01, -1, customer),
        created=created,
        status=status,
        kind=np.where(bad, pick(rng, (70, 30), size), 1 + pick(rng, (15, 60, 25), size)),
        priority=np.where(bad, 1 + pick(rng, (30, 50, 20), size), pick(rng, (30, 55, 15), size)),
        channel=pick(rng, (50, 28, 17, 5), size),
        topic=pick(rng, (20, 12, 18, 14, 24, 12), size),
        complaint=bad & (rng.random(size) < 0.6),
        reply_minutes=np.where(replied, reply, -1),
        solved=np.where(solved, created + to_solve * 60, NO_SECOND),
        reopens=np.where(solved, rng.poisson(np.where(bad, 0.8, 0.08)), 0),
    )


def _ratings(rng: np.random.Generator, tickets: Tickets, window: Window) -> Ratings:
    asked = (tickets.solved >= 0) & (rng.random(len(tickets)) < 0.45)
    rated = tickets.solved + rng.integers(600, 3 * DAY, len(tickets))
    ticket = np.flatnonzero(asked & (rated < window.end_second))
    slow = tickets.reply_minutes[ticket] > 240
    sour = np.where(tickets.complaint[ticket], 0.62, np.where(slow, 0.3, 0.07))
    return Ratings(ticket=ticket, good=rng.random(len(ticket)) >= sour, rated=rated[ticket])


def _surveys(
    rng: np.random.Generator, customers: Customers, last_day: Ints, window: Window
) -> Surveys:
    begin, end = _span(customers, last_day, window)
    answers = (rng.random(len(customers)) < 0.35) & (end - begin > 100 * DAY)
    who = np.flatnonzero(answers)
    rated = (
        begin[who]
        + 90 * DAY
        + (rng.random(len(who)) * (end - begin - 95 * DAY)[who].clip(1)).astype(np.int64)
    )
    leaning = customers.engagement[who] * 6 + 4 - 2.5 * (last_day[who] != NEVER)
    score = np.round(leaning + rng.normal(0, 1.6, len(who))).astype(np.int64).clip(0, 10)
    return Surveys(customer=who, score=score, rated=rated)


def _contacts(
    rng: np.random.Generator, customers: Customers, last_day: Ints, window: Window
) -> Contacts:
    begin, end = _span(customers, last_day, window)
    months = (end - begin) / (30 * DAY)
    number = rng.poisson(months * 0.11 * (0.6 + customers.engagement))
    who = np.repeat(np.arange(len(customers), dtype=np.int64), number)
    when = begin[who] + (rng.random(len(who)) * (end - begin)[who]).astype(np.int64)
    order = np.lexsort((who, when))
    who, when = who[order], when[order]
    size = len(who)
    inbound = rng.random(size) < 0.35
    campaign = np.where(~inbound & (rng.random(size) < 0.4), rng.integers(0, 5, size), -1)
    return Contacts(
        customer=who,
        contacted=when,
        channel=pick(rng, (60, 28, 12), size),
        inbound=inbound,
        campaign=campaign,
    )
