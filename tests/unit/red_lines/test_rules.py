"""What a red line in the settings may say, and what is said when it cannot be followed."""

from collections.abc import Callable
from typing import Any

import pytest

from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.red_lines import Rule, load_rules

MakeSettings = Callable[..., Settings]
NEW_RULE = {
    "name": "ndr_below_one",
    "description": "Revenue shrinks without new business.",
    "metric": "ndr",
    "when": "below",
    "line": 1.0,
}


def rules(settings: MakeSettings, *entries: dict[str, Any]) -> dict[str, Rule]:
    return {rule.name: rule for rule in load_rules(settings(red_lines=list(entries)))}


def refusal(settings: MakeSettings, *entries: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as raised:
        load_rules(settings(red_lines=list(entries)))
    return str(raised.value)


def test_the_first_four_defaults_are_those_of_metrics_section_7(settings: MakeSettings) -> None:
    assert [rule.sentence for rule in load_rules(settings())][:4] == [
        "customers lost above new customers",
        "LTV falling, 3 months running",
        "churn rate above 10 %",
        "downgrades above upgrades",
    ]


def test_an_entry_changes_a_default_by_its_name(settings: MakeSettings) -> None:
    changed = rules(settings, {"rule": "churn_above", "line": 0.08})
    assert changed["churn_above"].line == 0.08
    assert changed["churn_above"].severity == "page"
    assert len(changed) == len(load_rules(settings()))


def test_a_new_red_line_is_one_entry_and_the_defaults_stay(settings: MakeSettings) -> None:
    assert list(rules(settings, NEW_RULE)) == [
        "lost_above_new",
        "ltv_falling",
        "churn_above",
        "downgrades_above_upgrades",
        "ndr_below_100",
        "involuntary_churn_rising",
        "repeat_rate_falling",
        "happiness_falling",
        "first_response_slower",
        "ndr_below_one",
    ]


@pytest.mark.parametrize(
    ("metric", "mart", "sources"),
    [
        ("first_response_hours", "mart_support_periods", ("billing", "support")),
        ("csat", "mart_support_periods", ("billing", "support")),
        ("happiness", "mart_health_periods", ("billing", "support", "usage")),
        ("risk_score", "mart_health_periods", ("billing", "support", "usage")),
        ("growth_rate", "mart_revenue_periods", ("billing",)),
    ],
)
def test_a_rule_may_watch_support_health_risk_and_use(
    settings: MakeSettings, metric: str, mart: str, sources: tuple[str, ...]
) -> None:
    rule = rules(settings, {**NEW_RULE, "metric": metric, "line": 0})["ndr_below_one"]
    assert (rule.subject.table, rule.subject.sources) == (mart, sources)


def test_dimensions_that_are_crossed_are_one_dimension_with_a_sample(
    settings: MakeSettings,
) -> None:
    entry = {**NEW_RULE, "by": ["country", "plan"]}
    rule = rules(settings, entry)["ndr_below_one"]
    assert (rule.segments, rule.min_sample) == ({"plan+country": "*"}, 10)
    beside = rules(settings, {**entry, "segments": "all", "min_sample": 3})["ndr_below_one"]
    assert (beside.segments, beside.min_sample) == ({"all": ("all",), "plan+country": "*"}, 3)


@pytest.mark.parametrize(
    ("entry", "crossed"),
    [
        ({"by": ["country", "plan"]}, [["plan", "country"]]),
        ({"by": ["region", "industry", "region"]}, [["region", "industry"]]),
        ({"segments": ["all", "country+plan"]}, [["plan", "country"]]),
        ({"segments": {"plan+country": ["pro + DE"]}}, [["plan", "country"]]),
        ({"segments": "country"}, []),
        ({"by": ["country"]}, []),
        ({"by": ["country", "colour"]}, []),
        ({"by": 7}, []),
    ],
)
def test_dbt_is_told_what_is_crossed(
    settings: MakeSettings, entry: dict[str, Any], crossed: list[list[str]]
) -> None:
    assert settings(red_lines=[{**NEW_RULE, **entry}]).crossed() == crossed


def test_a_default_can_be_turned_off(settings: MakeSettings) -> None:
    assert "ltv_falling" not in rules(settings, {"rule": "ltv_falling", "enabled": False})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("all", {"all": ("all",)}),
        ("country", {"country": "*"}),
        (["all", "plan"], {"all": ("all",), "plan": "*"}),
        ({"country": ["DE", "FR"]}, {"country": ("DE", "FR")}),
    ],
)
def test_segments_are_a_name_a_list_or_members(
    settings: MakeSettings, written: object, meant: object
) -> None:
    assert rules(settings, {**NEW_RULE, "segments": written})["ndr_below_one"].segments == meant


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({**NEW_RULE, "treshold": 1}, "red_lines[0] (ndr_below_one): unknown key 'treshold'"),
        ({**NEW_RULE, "severty": "page"}, "unknown key 'severty'; did you mean 'severity'?"),
        ({**NEW_RULE, "metric": "churnrate"}, "no column 'churnrate'; did you mean 'churn_rate'?"),
        ({**NEW_RULE, "line": "1; drop table x"}, "there is no column '1; drop table x'"),
        ({**NEW_RULE, "line": "customers_new"}, "'ndr' is a ratio, 'customers_new' a count"),
        ({**NEW_RULE, "segments": ["county"]}, "no dimension 'county'; did you mean 'country'?"),
        ({**NEW_RULE, "segments": []}, "names no segment"),
        ({**NEW_RULE, "when": "greater"}, "when: Input should be 'above'"),
        ({**NEW_RULE, "when": "falling"}, "'line' has no meaning with 'when: falling'"),
        ({**NEW_RULE, "line": None}, "'line' is missing"),
        ({**NEW_RULE, "line": True}, "line:"),
        ({**NEW_RULE, "line": float("nan")}, "line:"),
        ({**NEW_RULE, "consecutive": 0}, "consecutive:"),
        ({**NEW_RULE, "name": "Bad Name"}, "name:"),
        ({**NEW_RULE, "name": "churn_above"}, "write 'rule: churn_above' to change it"),
        ({"rule": "churn_above", "line": 8}, "write 0.08 for 8 %"),
        ({"rule": "churn_abve", "line": 0.08}, "no rule 'churn_abve'; did you mean 'churn_above'?"),
        ({"rule": "churn_above", "name": "x"}, "has both 'rule' and 'name'"),
        ({**NEW_RULE, "by": ["country"]}, "by: takes two dimensions or more"),
        ({**NEW_RULE, "by": ["country", "colour"]}, "by: there is no dimension 'colour'"),
        ({**NEW_RULE, "segments": "plan+colour"}, "there is no dimension 'colour'"),
        ({"metric": "ndr"}, "red_lines[0]: 'name' is missing"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    settings: MakeSettings, entry: dict[str, Any], expected: str
) -> None:
    assert expected in refusal(settings, entry)


def test_every_problem_of_every_entry_is_named_at_once(settings: MakeSettings) -> None:
    text = refusal(settings, {**NEW_RULE, "a": 1, "b": 2}, {"rule": "nothing"})
    assert ("'a'" in text, "'b'" in text, "'nothing'" in text) == (True, True, True)


def test_two_entries_of_one_name_are_refused(settings: MakeSettings) -> None:
    assert "'ndr_below_one' is already given by red_lines[0]" in refusal(
        settings, NEW_RULE, NEW_RULE
    )


def test_a_column_of_another_mart_is_no_line(settings: MakeSettings) -> None:
    entry = {**NEW_RULE, "metric": "customers_new", "line": "buyers"}
    assert "'customers_new' and 'buyers' are in different marts" in refusal(settings, entry)


def test_a_level_can_become_a_trend(settings: MakeSettings) -> None:
    changed = rules(settings, {"rule": "churn_above", "when": "rising", "consecutive": 2})
    assert changed["churn_above"].sentence == "churn rate rising, 2 months running"


def test_a_dimension_that_the_settings_leave_out_cannot_be_crossed(settings: MakeSettings) -> None:
    entry = {**NEW_RULE, "by": ["plan", "country"]}
    with pytest.raises(SettingsError) as raised:
        load_rules(settings(red_lines=[entry], dimensions=["country"]))
    assert raised.value.evidence == (
        "red_lines[0] (ndr_below_one): crosses plan+country, but `dimensions` of the settings leaves out plan",
    )
