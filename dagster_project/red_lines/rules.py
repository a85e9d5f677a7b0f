"""Red lines as YAML entries: what may be written, and how it is checked.

``default_rules.yml`` holds the four that come with ebbline. ``red_lines`` in ``ebbline.yml`` is
``default`` or a list that builds on them: ``{rule: churn_above, line: 0.08}`` changes one by name,
``enabled: false`` turns one off, and an entry with a ``name`` of its own adds one. Nothing is
evaluated here.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from dagster_project.config import DIMENSIONS, Age, Settings
from dagster_project.config_sections import Owner, Runbook, crossing
from dagster_project.errors import SettingsError, did_you_mean
from dagster_project.metrics import WATCHED, Metric, Unit
from dagster_project.metrics.catalogue import called
from dagster_project.metrics.words import written
from dagster_project.period import Grain
from dagster_project.plural import counted
from dagster_project.red_lines.intervals import trials_column
from dagster_project.yaml_document import read_yaml

Severity = Literal["warning", "page"]
When = Literal["above", "at_least", "below", "at_most", "falling", "rising"]
Number = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

_DEFAULTS = "default_rules.yml"
# A cell of two dimensions is small: one of two lost is no alarm.
SAMPLE_OF_A_CROSSING = 10
_TRENDS = ("falling", "rising")
# A share lies between 0 and 1; a ratio of 10 is already absurd. Beyond that a percentage was written.
_SENSIBLE_LINES = {Unit.SHARE: (0.0, 1.0), Unit.RATIO: (-10.0, 10.0)}


def _whole_business() -> dict[str, tuple[str, ...] | Literal["*"]]:
    return {"all": ("all",)}


class Baseline(BaseModel):
    """A line made of the metric's own past.

    ``times`` is a factor: 0.8 of the same month last year. ``deviations`` is a distance in standard deviations from the
    mean of the trailing window, on the side that ``when`` speaks of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Literal["last_year", "trailing"]
    times: Annotated[float, Field(gt=0, le=100)] | None = None
    deviations: Annotated[float, Field(gt=0, le=100)] | None = None
    periods: Annotated[int, Field(ge=2, le=60)] = 6

    @model_validator(mode="after")
    def _one_way(self) -> "Baseline":
        if (self.times is None) == (self.deviations is None):
            raise ValueError("give either 'times' or 'deviations'")
        if self.of == "last_year" and self.deviations is not None:
            raise ValueError("'deviations' belongs to 'of: trailing'")
        return self

    def words(self, grain: str) -> str:
        """Return it as the end of a sentence."""
        if self.of == "last_year":
            return f"{_percent(self.times)} of the same {grain} last year"
        window = f"its mean over {counted(self.periods, grain)}"
        if self.times is not None:
            return f"{_percent(self.times)} of {window}"
        return f"{window}, {self.deviations:g} standard deviations away"


def _percent(times: float | None) -> str:
    return f"{(times or 0) * 100:g} %"


class Rule(BaseModel):
    """One red line.

    ``metric`` is a column of the marts, ``line`` a number or another column of the same mart; with
    ``when: falling`` or ``rising`` the line is the value of the period before. The line counts as
    crossed when that held in ``consecutive`` complete periods running.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    description: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    metric: str
    when: When
    line: Number | str | Baseline | None = None
    grain: Grain = "month"
    segments: dict[str, tuple[str, ...] | Literal["*"]] = Field(
        default_factory=_whole_business,
        description="dimension to members; '*' is every member",
    )
    by: tuple[str, ...] = Field(
        default=(), description="dimensions that are crossed: every member of all of them at once"
    )
    min_sample: Annotated[int, Field(ge=0)] = Field(
        default=0,
        description="fewer customers than this at opening: unknown, not crossed; 10 with `by`",
    )
    consecutive: Annotated[int, Field(ge=1, le=60)] = 1
    severity: Severity = "warning"
    max_staleness_days: Annotated[int, Field(ge=0)] | None = Field(
        default=3, description="billing read last this many days before the period closed: unknown"
    )
    remind_every: Annotated[int, Field(ge=0)] = Field(
        default=3,
        description="still crossed after this many more periods: say so again; 0 is never",
    )
    enabled: bool = True
    resolve_after: Annotated[int, Field(ge=1, le=60)] = Field(
        default=1, description="clear periods running that end an incident"
    )
    resolve_line: Number | None = Field(
        default=None, description="a period counts as clear only on the good side of this line too"
    )
    escalate_after: Age = Field(
        default=None, description="open so long without acknowledgement: told again as a page"
    )
    only_if_certain: bool = Field(
        default=False,
        description="crossed only where the whole Wilson interval (95 %) is beyond the line",
    )
    owner: Owner | None = None
    runbook: Runbook | None = None

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, column: str) -> str:
        return _known_column(column)

    @field_validator("segments", mode="before")
    @classmethod
    def _as_mapping(cls, segments: Any) -> Any:
        """Accept ``all``, ``country`` and ``[all, country]`` beside ``{country: [DE, FR], plan:
        '*'}``.
        """
        if isinstance(segments, str):
            segments = [segments]
        if isinstance(segments, list):
            segments = dict.fromkeys(segments, "*")
        if not isinstance(segments, dict):
            return segments
        return {name: ("all",) if name == "all" else members for name, members in segments.items()}

    @model_validator(mode="before")
    @classmethod
    def _crossed(cls, document: Any) -> Any:
        """Take ``by: [plan, country]`` as the segments of a dimension called ``plan+country``."""
        if not isinstance(document, dict) or not isinstance(document.get("by"), list | tuple):
            return document
        if not document["by"]:
            return document
        try:
            named = crossing(map(str, document["by"]))
        except ValueError as error:
            raise ValueError(f"by: {error}") from None
        beside = cls._as_mapping(document.get("segments", {}))
        beside = beside if isinstance(beside, dict) else {}
        return {
            "min_sample": SAMPLE_OF_A_CROSSING,
            **document,
            "by": named,
            "segments": {**beside, "+".join(named): "*"},
        }

    @field_validator("segments")
    @classmethod
    def _known_dimensions(cls, segments: dict[str, Any]) -> dict[str, Any]:
        known = ("all", *DIMENSIONS)
        for dimension in segments:
            if "+" not in dimension and dimension not in known:
                raise ValueError(_unknown("dimension", dimension, known))
        if not segments:
            raise ValueError("names no segment; write 'all' for the whole business")
        return {
            "+".join(crossing(name.split("+"))) if "+" in name else name: members
            for name, members in segments.items()
        }

    @model_validator(mode="after")
    def _certainty_is_known(self) -> "Rule":
        if self.only_if_certain and trials_column(self.subject) is None:
            raise ValueError(f"'only_if_certain' needs a share of people; {self.metric} is none")
        return self

    @model_validator(mode="after")
    def _line_fits(self) -> "Rule":
        if self.when in _TRENDS:
            if self.line is not None:
                raise ValueError(f"'line' has no meaning with 'when: {self.when}'; leave it out")
            return self
        if isinstance(self.line, Baseline):
            return self
        if self.line is None:
            raise ValueError(f"'line' is missing: {self.metric} {self.when} what?")
        if isinstance(self.line, str):
            line = WATCHED[_known_column(self.line)]
            if line.table != self.subject.table:
                raise ValueError(f"'{self.metric}' and '{self.line}' are in different marts")
            if line.unit != self.subject.unit:
                raise ValueError(
                    f"'{self.metric}' is a {self.subject.unit}, '{self.line}' a {line.unit}"
                )
            return self
        sensible = _SENSIBLE_LINES.get(self.subject.unit)
        if sensible is not None and not sensible[0] <= self.line <= sensible[1]:
            raise ValueError(
                f"'line' is {self.line}, but {self.metric} is a fraction: "
                f"write {self.line / 100:g} for {self.line:g} %"
            )
        return self

    @property
    def subject(self) -> Metric:
        """The metric the rule watches."""
        return WATCHED[self.metric]

    @property
    def sentence(self) -> str:
        """The rule in words, such as ``churn rate above 10 %``."""
        if self.when in _TRENDS:
            words = f"{self.subject.label} {self.when}"
        elif isinstance(self.line, str):
            words = f"{self.subject.label} {self.when.replace('_', ' ')} {WATCHED[self.line].label}"
        elif isinstance(self.line, Baseline):
            words = (
                f"{self.subject.label} {self.when.replace('_', ' ')} {self.line.words(self.grain)}"
            )
        else:
            line = None if self.line is None else float(self.line)
            words = (
                f"{self.subject.label} {self.when.replace('_', ' ')} "
                f"{written(line, self.subject.unit)}"
            )
        return (
            words
            if self.consecutive == 1
            else f"{words}, {counted(self.consecutive, self.grain)} running"
        )


def load_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the red lines in force, defaults first.

    :raises SettingsError: as :func:`read_rules`.
    """
    return tuple(rule for rule in read_rules(settings) if rule.enabled)


def read_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return every red line that the settings know, also those turned off; defaults first.

    :raises SettingsError: an entry says something unknown; every problem of every entry is named at
        once.
    """
    merged: dict[str, Mapping[str, Any]] = dict(_defaults())
    places = dict.fromkeys(merged, _DEFAULTS)
    problems: list[str] = []
    for position, entry in enumerate([] if settings.red_lines == "default" else settings.red_lines):
        written_at = settings.written_at("red_lines", position)
        place = f"{written_at}: red_lines[{position}]" if written_at else f"red_lines[{position}]"
        changed = entry.get("rule")
        name = changed if "rule" in entry else entry.get("name")
        if "rule" in entry and "name" in entry:
            problems.append(
                f"{place}: has both 'rule' and 'name'; 'rule' changes a default, 'name' adds one"
            )
        elif "rule" in entry and changed not in _defaults():
            problems.append(f"{place}: {_unknown('rule', str(changed), tuple(_defaults()))}")
        elif not isinstance(name, str):
            problems.append(f"{place}: 'name' is missing (or 'rule', to change a default)")
        elif places.get(name, _DEFAULTS) != _DEFAULTS:
            problems.append(f"{place}: '{name}' is already given by {places[name]}")
        elif "name" in entry and name in merged:
            problems.append(f"{place}: '{name}' is a default; write 'rule: {name}' to change it")
        else:
            changes = {key: value for key, value in entry.items() if key != "rule"}
            # A trend has no line: turning a default into one drops the line it came with.
            base = dict(merged.get(name, {}))
            if changes.get("when") in _TRENDS:
                base.pop("line", None)
            merged[name] = {**base, **changes}
            places[name] = place
    rules = []
    for name, document in merged.items():
        try:
            rule = Rule.model_validate(document)
            problems += [f"{places[name]} ({name}): {text}" for text in _left_out(rule, settings)]
            rules.append(rule)
        except ValidationError as error:
            problems += [f"{places[name]} ({name}): {text}" for text in _problems(error)]
    if problems:
        raise SettingsError(
            "the red lines cannot be followed",
            where="red_lines",
            evidence=problems,
            fix="see docs/red-lines.md for every key of a red line",
        )
    return tuple(rules)


def _left_out(rule: Rule, settings: Settings) -> list[str]:
    """Return a sentence for each crossing of a dimension that the settings leave out."""
    return [
        f"crosses {dimension}, but `dimensions` of the settings leaves out {', '.join(missing)}"
        for dimension in rule.segments
        if "+" in dimension
        and (missing := sorted(set(dimension.split("+")) - set(settings.dimensions)))
    ]


@cache
def _defaults() -> Mapping[str, Mapping[str, Any]]:
    document, _ = read_yaml(
        Path(__file__).with_name(_DEFAULTS), SettingsError, "the file of red lines"
    )
    return {entry["name"]: entry for entry in document}


def _known_column(column: str) -> str:
    if column not in WATCHED:
        meant = called(column, WATCHED)
        raise ValueError(
            f"there is no column '{column}'; it is called {meant} here"
            if meant
            else _unknown("column", column, tuple(WATCHED))
        )
    return column


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    return f"there is no {kind} '{name}'; {hint}"


def _problems(error: ValidationError) -> list[str]:
    """Return one sentence per problem; a union's branches say the same thing once."""
    found: dict[str, None] = {}
    for problem in error.errors():
        key = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            hint = did_you_mean(key, Rule.model_fields)
            found[f"unknown key '{key}'{hint and f'; {hint}'}"] = None
        elif problem["type"] == "missing":
            found[f"'{key}' is missing"] = None
        else:
            message = problem["msg"].removeprefix("Value error, ")
            found[f"{key}: {message}" if key else message] = None
    return list(found)
