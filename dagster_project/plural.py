"""A count with its noun, for every screen and message. How other figures are written is not decided here."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 row``, ``2 rows`` or ``1,234 rows``.

    :param plural: where it is not the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
