"""A dead man's switch for those who use cron: a URL that is fetched when a run has ended well.

Whoever listens there (a service made for it, a monitor of one's own) alarms when the fetch does not come.
"""

import os
from collections.abc import Mapping
from urllib.error import URLError
from urllib.request import Request, urlopen

from dagster_project.config import Settings
from dagster_project.red_lines.targets import filled_in, redacted, secrets_of

_PATIENCE_SECONDS = 10


def beat(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """Fetch the heartbeat URL of the settings.

    :returns: why that failed, free of secrets; empty where it was fetched, or there is none.
    """
    if settings.heartbeat is None:
        return ""
    url, missing = filled_in(settings.heartbeat, environment)
    if missing:
        return f"environment variable {', '.join(missing)} is not set"
    if not url.startswith(("https://", "http://")):
        return "the heartbeat is not an http or https URL"
    try:
        with urlopen(Request(url, method="GET"), timeout=_PATIENCE_SECONDS) as answer:
            answer.read(1024)
    except (URLError, OSError, ValueError) as error:
        return redacted(str(error), secrets_of(url, ()))
    return ""
