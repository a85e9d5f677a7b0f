"""What the numbers of the report mean, in a line or two each.

The full text is METRICS.md; nothing else is said here.
"""

DEFINITIONS: dict[str, str] = {
    "movements": (
        "Each customer at the month's opening against the same one at its closing. Opening + "
        "new + reactivation + expansion − contraction − churn = closing, to the cent (with "
        "what changed exchange rates did, where rates are dated). The line is the net of the "
        "month."
    ),
    "mrr": (
        "MRR: the monthly value of every recurring subscription in force at the end of the month."
    ),
    "churn": (
        "Churn rate: customers lost ÷ customers at opening. A customer is lost who had MRR at "
        "the opening of the month and none at its closing. Retention rate is the rest; "
        "together they are 1."
    ),
    "customers": (
        "New: first MRR ever. Returned: MRR again after having lost it. Lost: MRR at opening, "
        "none at closing. New and lost within one month appears in neither."
    ),
    "ndr": (
        "NDR: MRR now of the customers of twelve months ago ÷ their MRR then; above 100\u00a0% "
        "the base grows by itself. GRR: the same without what they added."
    ),
    "arpa": "ARPA: closing MRR ÷ customers at closing.",
    "ltv": (
        "LTV: ARPA × gross margin ÷ churn rate, averaged over the last three months. There is "
        "none when nobody was lost."
    ),
    "logo": (
        "Of the customers whose first MRR was in the cohort's month, the share with MRR at "
        "the close of that month and of each month after. Cells that cannot be known yet are "
        "empty."
    ),
    "revenue": (
        "The MRR that the cohort still brings ÷ the MRR that it started with. Above 100\u00a0%, "
        "expansion is greater than what was lost."
    ),
    "plans": (
        "Upgrade and downgrade: customers with MRR at both ends of the month that rose or fell, not only"
        " by a commitment or a discount."
    ),
    "products": (
        "Customers with MRR at both ends of a month whose main product at its opening (down) and "
        "at its closing (across) differ. The plan with most MRR is the main one."
    ),
    "reasons": (
        "The reason given with the cancellation of the customers lost, ranked by the MRR they "
        "had at the month's opening. Beside each bar: how many customers."
    ),
    "repeat": (
        "Repeat customer rate: customers with at least two purchases ÷ customers with at "
        "least one, to date. Returning: buyers of the month who had bought before it began."
    ),
    "red_lines": (
        "Judged on complete months only. Unknown: the value is missing, stale, or rests on "
        "too few customers; it is never taken for clear."
    ),
}
