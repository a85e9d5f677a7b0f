"""What ``ebbline init`` leaves in a folder: settings, landing folders, and a made-up company to try it on.

Nothing that is there already is changed. Asking the user is the command line's business.
"""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from jinja2 import Environment, StrictUndefined

from dagster_project.errors import SettingsError, did_you_mean
from dagster_project.exports.mapping import CANONICAL, available_formats

EXAMPLE = "example"

_SETTINGS = """\
# ebbline's settings. Every key but `sources` may be left out; docs/settings.md has them all.
sources:
{%- for source, format in formats.items() %}
  {{ (source ~ ":").ljust(9) }}{format: {{ format }}, path: data/landing/{{ source }}}
{%- endfor %}
warehouse: data/warehouse
calendar:
  timezone: {{ timezone }}
  until: yesterday            # the last day covered; a date where the exports are a finished data set
currency:
  reporting: {{ currency }}
  rates: {}                   # {EUR: 1.08}: what one unit of another currency is worth in {{ currency }}
red_lines: default
notify: []                    # [{url: "${EBBLINE_SLACK_URL}", severities: [warning, page]}]
"""


@dataclass(frozen=True)
class Choice:
    """What somebody who begins has.

    :param formats: format by source; a source that is left out has no export.
    :param currency: in which everything is reported, such as ``USD``.
    :param timezone: in which an instant becomes a date, such as ``Europe/Berlin``.
    """

    formats: dict[str, str]
    currency: str = "USD"
    timezone: str = "UTC"


def formats_of(source: str) -> tuple[str, ...]:
    """Return the formats in which exports of a source may come, ``canonical`` first."""
    vendors = sorted({m.format for m in available_formats() if m.source == source})
    return (CANONICAL, *(name for name in vendors if name != CANONICAL))


def initialise(folder: Path, choice: Choice, *, with_example: bool) -> list[Path]:
    """Write settings and landing folders, and exports of a made-up company under ``example/``.

    :returns: what was made, in the order in which to look at it.
    :raises SettingsError: settings are here already, or the choice cannot be; all faults are named.
    """
    settings = folder / "ebbline.yml"
    faults = _faults(choice)
    if faults:
        raise SettingsError("this cannot be begun with", where="ebbline init", evidence=faults)
    if settings.exists():
        raise SettingsError(
            "there are settings here already, and they stay as they are",
            where=str(settings),
            fix="name another folder, or edit the file",
        )
    folder.mkdir(parents=True, exist_ok=True)
    made = [settings]
    template = Environment(undefined=StrictUndefined, autoescape=False).from_string(
        _SETTINGS, {"formats": choice.formats}
    )
    settings.write_text(
        template.render(currency=choice.currency, timezone=choice.timezone) + "\n",
        encoding="utf-8",
    )
    for source in choice.formats:
        landing = folder / "data" / "landing" / source
        landing.mkdir(parents=True, exist_ok=True)
        made.append(landing)
    if with_example and not (folder / EXAMPLE).exists():
        from dagster_project import simulate

        simulate.run(60, 18, 1, CANONICAL, folder / EXAMPLE, shape="invoice_lines")
        made.append(folder / EXAMPLE)
    return made


def _faults(choice: Choice) -> list[str]:
    faults = []
    if "billing" not in choice.formats:
        faults.append("billing: without its exports there is nothing to count")
    for source, name in choice.formats.items():
        if name not in formats_of(source):
            question = did_you_mean(name, formats_of(source))
            faults.append(
                f"{source}: {name!r} is not one of {', '.join(formats_of(source))}; {question}".rstrip(
                    "; "
                )
            )
    if choice.timezone not in available_timezones():
        faults.append(f"timezone: {choice.timezone!r} is no IANA zone such as Europe/Berlin")
    if not (len(choice.currency) == 3 and choice.currency.isascii() and choice.currency.isupper()):
        faults.append(f"currency: {choice.currency!r} is not a code of three letters such as USD")
    return faults
