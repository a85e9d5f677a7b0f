"""Addresses of landing zones as they may be seen: without what is secret in them."""

import re
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit, urlunsplit

_HIDDEN = "***"
_SHORTEST_SECRET = 4


def without_secrets(address: str) -> str:
    """Return a path or URL without user, password, query and fragment: any of these may be a secret."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    user = f"{_HIDDEN}@" if "@" in parts.netloc else ""
    query = _HIDDEN if parts.query else ""
    return urlunsplit((parts.scheme, user + host, parts.path, query, ""))


def hidden(text: str, address: str) -> str:
    """Return a text without what is secret in an address: whoever failed to reach it may quote it."""
    if "://" not in address:
        return text
    text = text.replace(address, without_secrets(address))
    for secret in _secrets(address):
        text = text.replace(secret, _HIDDEN)
    # Another URL in the text: a server that was redirected to, a page of a listing.
    return re.sub(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", lambda match: without_secrets(match[0]), text)


def _secrets(address: str) -> list[str]:
    """Return what must not be seen, the longest first, as it is written and as a client may write it."""
    parts = urlsplit(address)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    values = [user, password, parts.query, parts.fragment]
    values += [value for _, value in parse_qsl(parts.query, keep_blank_values=True)]
    values += [value for one in parts.query.split("&") for value in [one.partition("=")[2]]]
    ways = (str, quote, quote_plus, unquote, lambda value: quote(value, safe=""))
    found = {write(value) for value in values for write in ways}
    return sorted((one for one in found if len(one) >= _SHORTEST_SECRET), key=len, reverse=True)
