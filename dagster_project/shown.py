"""Text from exports as it may be shown: control and bidi characters are seen, not obeyed, and length is bounded.

For every screen, message and table that a person reads. What is stored keeps its bytes.
"""

import unicodedata

_CUT = "\N{HORIZONTAL ELLIPSIS}"
_UNSEEN = "\N{REPLACEMENT CHARACTER}"
# Persian, Hindi and emoji are spelt with these.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def shown(
    text: object, limit: int | None = None, *, keep: str = "", printable_only: bool = False
) -> str:
    """Return text without a character that a terminal, a mail reader or a browser would act on.

    :param limit: the most characters to return; a cut is marked.
    :param keep: characters that may stay although they are not printable, such as a line feed.
    :param printable_only: replace also the spaces and joiners that names are written with.
    """
    is_seen = str.isprintable if printable_only else _is_text
    seen = "".join(c if is_seen(c) or c in keep else _UNSEEN for c in str(text))
    return seen if limit is None or len(seen) <= limit else seen[: limit - 1] + _CUT


def _is_text(character: str) -> bool:
    """Whether a character is one that names are written with, spaces of every width among them."""
    return (
        character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"
    )
