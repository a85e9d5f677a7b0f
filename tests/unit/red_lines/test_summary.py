"""What the screen says of the red lines."""

from typing import Any

from dagster_project.red_lines import Rule, summary


def test_crossed_lines_come_first_then_unknown_then_clear(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    marts.month("2026-03", downgrades=9, churn_rate=None)
    rules = (
        defaults["lost_above_new"],
        defaults["churn_above"],
        defaults["downgrades_above_upgrades"],
    )
    assert [(line.rule, line.state) for line in summary(marts.judge(rules, "2026-03-31"))] == [
        ("downgrades_above_upgrades", "crossed"),
        ("churn_above", "unknown"),
        ("lost_above_new", "clear"),
    ]


def test_a_line_says_value_line_period_and_how_long(marts: Any, defaults: dict[str, Rule]) -> None:
    marts.month("2026-02", churn_rate=0.15)
    marts.month("2026-03", churn_rate=0.1234)
    (line,) = summary(marts.judge((defaults["churn_above"],), "2026-03-31"))
    assert line.text == "churn rate above 10 %: 2026-03: 12.34 % against 10 %, 2 months running"


def test_earlier_crossings_are_counted(marts: Any, defaults: dict[str, Rule]) -> None:
    for month, rate in (("01", 0.2), ("02", 0.01), ("03", 0.2), ("04", 0.01)):
        marts.month(f"2026-{month}", churn_rate=rate)
    (line,) = summary(marts.judge((defaults["churn_above"],), "2026-04-30"))
    assert (line.state, line.earlier_crossed, line.earlier_periods) == ("clear", 2, 3)
