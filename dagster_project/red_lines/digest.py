"""What quiet hours held, as one message: whoever looks at their phone at seven finds one, not a burst."""

from collections.abc import Sequence
from datetime import datetime

from dagster_project.plural import counted
from dagster_project.red_lines.blocks import Block, Facts, Link, Message, Paragraph
from dagster_project.red_lines.naming import key_of
from dagster_project.red_lines.outbox import Waiting

_TITLES = 20


def in_order(held: Sequence[Waiting]) -> list[Waiting]:
    """Return the messages as a digest tells them: pages first, each as old as it is."""
    return sorted(held, key=lambda one: (one.alert.severity != "page", one.arose, one.key))


def digest_key(held: Sequence[Waiting]) -> str:
    """Return the key of a digest: the same whenever the same messages are told together."""
    return key_of("digest#" + " ".join(sorted(one.key for one in held)))


def digest(held: Sequence[Waiting], messages: Sequence[Message], *, until: datetime) -> Message:
    """Return one message that tells of several: their titles first, then what each says.

    :param held: in the order in which they are told.
    :param messages: each in words.
    :param until: when the quiet hours ended, in their zone.
    """
    pages = sum(one.alert.severity == "page" for one in held)
    since = min(one.arose for one in held).astimezone(until.tzinfo)
    titles = [message.bounded_title for message in messages]
    more = len(titles) - _TITLES
    listed = [*titles[:_TITLES], *([f"and {more} more"] if more > 0 else [])]
    blocks: list[Block] = [
        Paragraph(
            f"Held by quiet hours since {since:%Y-%m-%d %H:%M} ({until.tzinfo}); "
            "what was corrected meanwhile is left out."
        ),
        *(Paragraph(f"{number}. {title}") for number, title in enumerate(listed, start=1)),
    ]
    for number, message in enumerate(messages, start=1):
        blocks.append(Paragraph(f"{number}. {message.bounded_title}"))
        blocks += [one for one in message.blocks if not _is_said_once(one, blocks)]
    severity = "PAGE" if pages else "WARNING"
    of_pages = f", {counted(pages, 'page')} among them" if 0 < pages < len(held) else ""
    title = f"[{severity}] {counted(len(held), 'message')} held by quiet hours{of_pages}"
    return Message(title, tuple(blocks))


def _is_said_once(block: Block, said: Sequence[Block]) -> bool:
    """Whether a block need not stand under each message: where the report lies."""
    return isinstance(block, Link | Facts) and block in said
