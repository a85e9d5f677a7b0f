"""How each metric is made, in words and in exact arithmetic: METRICS.md, sections 3 and 5.

The sums that go in come from elsewhere; here is only what is done with them.
"""

from decimal import Decimal
from fractions import Fraction

from dagster_project.warehouse.published_figure import Figure
from dagster_project.warehouse.rounding import to_the_cent

FORMULAS: dict[str, str] = {
    "customers_opening": "customers with MRR at the end of the day before the period",
    "customers_closing": "customers with MRR at the end of the period",
    "customers_retained": "customers with MRR at opening and at closing",
    "customers_lost": "customers with MRR at opening and none at closing",
    "customers_new": "customers with MRR at closing who never had any before the period",
    "customers_reactivated": "customers with MRR at closing, none at opening, but once before",
    "customers_lost_voluntary": "customers lost who left, or whose leaving nobody explained",
    "customers_lost_involuntary": "customers lost because a payment failed",
    "upgrades": "retained customers whose MRR rose, exchange rates aside",
    "downgrades": "retained customers whose MRR fell, exchange rates aside",
    "mrr_opening": "MRR at the end of the day before the period",
    "mrr_closing": "MRR at the end of the period",
    "mrr_new": "closing MRR of new customers",
    "mrr_reactivation": "closing MRR of reactivated customers",
    "mrr_expansion": "rise of MRR of retained customers, exchange rates aside",
    "mrr_contraction": "fall of MRR of retained customers, exchange rates aside",
    "mrr_churn": "opening MRR of lost customers",
    "mrr_churn_voluntary": "opening MRR of customers lost who left",
    "mrr_churn_involuntary": "opening MRR of customers lost because a payment failed",
    "fx": "what changed exchange rates did to the MRR of retained customers",
    "transfer_in": "closing MRR of retained customers who came from another segment",
    "transfer_out": "closing MRR of retained customers who went to another segment",
    "churn_rate": "customers_lost / customers_opening",
    "retention_rate": "customers_retained / customers_opening",
    "mrr_churn_rate": "mrr_churn / mrr_opening",
    "ndr": "closing MRR of the customers active at opening / mrr_opening",
    "grr": "that MRR, at most the opening's for each customer / mrr_opening",
    "ndr_12m": "closing MRR of the customers active twelve months before / their MRR then",
    "grr_12m": "that MRR, at most the one of twelve months before / their MRR then",
    "quick_ratio": "(mrr_new + mrr_reactivation + mrr_expansion) / (mrr_contraction + mrr_churn)",
    "arpa": "mrr_closing / customers_closing, to the cent",
    "ltv": "arpa (not rounded) * gross margin / mean churn_rate of the last three months with "
    "customers at opening, to the cent; none where nobody was lost",
    "buyers": "customers who bought in the period",
    "buyers_to_date": "customers who bought by the end of the period",
    "repeat_buyers_to_date": "customers with two purchases or more by the end of the period",
    "returning_buyers": "customers who bought in the period and had bought before it",
    "purchases": "purchases in the period",
    "purchase_amount": "paid for the purchases in the period",
    "repeat_purchases": "purchases in the period that were not their customer's first",
    "repeat_purchase_amount": "paid for the repeat purchases in the period",
    "repeat_customer_amount": "purchase_amount of customers with two purchases or more by the end of"
    " the period",
    "average_days_between": "days from the purchase before to each repeat purchase / repeat_purchases",
    "repeat_customer_rate": "repeat_buyers_to_date / buyers_to_date",
    "returning_rate": "returning_buyers / buyers",
    "repeat_revenue_share": "repeat_customer_amount / purchase_amount",
}


def figure_of(metric: str, numerator: Decimal, denominator: Decimal | None) -> Figure:
    """Return the figure that two sums make; a rate over nothing has no value."""
    if denominator is None:
        return Figure(float(numerator), numerator, None)
    if not denominator:
        return Figure(None, numerator, denominator)
    if metric == "arpa":
        exact = Fraction(numerator) / Fraction(denominator)
        return Figure(float(to_the_cent(exact)), numerator, denominator)
    return Figure(float(numerator) / float(denominator), numerator, denominator)
