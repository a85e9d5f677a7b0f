"""Text from exports as it may be shown: control and bidi characters are seen, not obeyed, and length is bounded.

For every screen, message and table that a person reads. What is stored keeps its bytes.
"""

_CUT = "\N{HORIZONTAL ELLIPSIS}"
_UNSEEN = "\N{REPLACEMENT CHARACTER}"


def shown(text: object, limit: int | None = None, *, keep: str = "") -> str:
    """Return text without a character that a terminal, a mail reader or a browser would act on.

    :param limit: the most characters to return; a cut is marked.
    :param keep: characters that may stay although they are not printable, such as a line feed.
    """
    seen = "".join(c if c.isprintable() or c in keep else _UNSEEN for c in str(text))
    return seen if limit is None or len(seen) <= limit else seen[: limit - 1] + _CUT
