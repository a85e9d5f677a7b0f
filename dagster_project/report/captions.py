"""What the panels of the report mean, in a line or two each.

The full text is METRICS.md; nothing else is said here.
"""

CAPTIONS: dict[str, str] = {
    "movements": (
        "Each customer at the period's opening against the same one at its closing. Opening + new + reactivation + "
        "expansion − contraction − churn = closing, to the cent (with what changed exchange rates did, where rates "
        "are dated). The line is the net of the period."
    ),
    "waterfall": (
        "The movements themselves, summed over the last twelve months: who went up and down again within a month "
        "counts twice here and not at all above. Both lead to the same closing."
    ),
    "waterfall_compared": "The movements of the last twelve months, each month's opening against its closing.",
    "churn": (
        "Customers lost ÷ customers at opening. A customer is lost who had MRR at the opening of the period and none "
        "at its closing. Retention rate is the rest; together they are 1."
    ),
    "customers": (
        "New: first MRR ever. Returned: MRR again after having lost it. Lost: MRR at opening, none at closing. New "
        "and lost within one period appears in neither."
    ),
    "ndr": (
        "NDR: MRR now of the customers of twelve months ago ÷ their MRR then; above 100 % the base grows by "
        "itself. GRR: the same without what they added."
    ),
    "arpa": "ARPA: closing MRR ÷ customers at closing.",
    "ltv": (
        "LTV: ARPA × gross margin ÷ churn rate, averaged over the last three months. There is none when nobody was "
        "lost."
    ),
    "logo": (
        "Of the customers whose first MRR was in the cohort's month (· how many), the share with MRR at the close of "
        "each month after. The average is weighted by size. What cannot be known yet is empty."
    ),
    "revenue": (
        "The MRR that the cohort still brings ÷ the MRR that it started with. Above 100 %, expansion is greater "
        "than what was lost."
    ),
    "orders": (
        "Of the buyers whose first purchase was in the cohort's month (· how many), the share who bought in each "
        "month after. The average is weighted by size."
    ),
    "plans": (
        "Customers with MRR at both ends of the period that rose or fell, not only by a commitment or a discount."
    ),
    "causes": "What retained customers pay more and less, by cause, months added up.",
    "products": (
        "Customers with MRR at both ends of a month whose main product at its opening (down) and at its closing "
        "(across) differ. The plan with most MRR is the main one."
    ),
    "reasons": (
        "The reason given with the cancellation of the customers lost, ranked by the MRR they had at the month's "
        "opening. Beside each bar: how many customers."
    ),
    "ahead": (
        "By the month in which what is paid for ends: MRR that renews unless somebody cancels, and MRR whose customer "
        "has asked to cancel."
    ),
    "bought": "What was paid for the purchases of the period, after discounts and refunds.",
    "repeat": (
        "Repeat customer rate: customers with at least two purchases ÷ customers with at least one, to date. "
        "Returning: buyers of the period who had bought before it began."
    ),
    "again": "Buyers whose first purchase is at least that long ago, and how many had bought again by then.",
    "first": "Buyers by what their first purchase was of, and how many of them bought again.",
    "seasons": "Buyers of a season of three months last year, and how many of them bought in it this year.",
    "onboarding": (
        "Customers by the length of their first session; stayed: in use 30 days later, of those who can be known to "
        "be. Met the value: had a key event."
    ),
    "support": (
        "Tickets by the month they were opened in. Satisfied: share of the two best marks of five. A bad experience "
        "is a complaint, a reopened or unanswered request or a bad mark."
    ),
    "concentration": "Customers from the largest to the smallest in ten equal parts; the line is all up to there.",
    "benchmarks": "Customers of a year ago who still are, by industry, beside the usual yearly retention of it.",
    "backtest": (
        "At each past month's opening the tenth with the highest score was flagged, by what was known then. Right: the "
        "share of the flagged who were lost. Found: the share of the lost who were flagged. Lift: against chance. Who "
        "had asked to cancel is left out."
    ),
    "calibration": "Customers at past months' openings by their score, and the share lost within three months.",
    "red_lines": (
        "Judged on complete periods only. Unknown: the value is missing, stale, or rests on too few customers; it is "
        "never taken for held."
    ),
}


def replayed(*, has_recurring: bool) -> str:
    """Return what is said of how the red lines have done; the damage is that to the business it is."""
    damage = "MRR lost, for purchases by their fall" if has_recurring else "the fall of purchases"
    return (
        "Each red line judged over all periods as if each had been the newest in turn: how often it told of something, "
        f"and whether damage followed in the same period or within three: one of the worst fifth by {damage}. In vain: "
        "none followed. Missed: damage that it told nothing of."
    )
