"""What must hold in every row of the marts, whatever the histories: sums, complements and chains,
to the cent.
"""

from tests.integration.metrics.conftest import Case

PERIOD_MARTS = ("mart_revenue_periods", "mart_churn_periods")


def test_opening_plus_movements_is_closing_in_every_row(case: Case) -> None:
    for mart in PERIOD_MARTS:
        assert (
            case.marts.query(f"""
                select * from marts.{mart}
                where mrr_opening + mrr_new + mrr_reactivation + mrr_expansion - mrr_contraction
                    - mrr_churn + fx + transfer_in - transfer_out <> mrr_closing
            """)
            == []
        )


def test_without_transfers_and_rates_the_plain_identity_holds(case: Case) -> None:
    found = case.marts.query("""
        select * from marts.mart_revenue_periods
        where dimension <> 'plan' and fx = 0 and (
            transfer_in <> 0 or transfer_out <> 0
            or mrr_opening + mrr_new + mrr_reactivation + mrr_expansion - mrr_contraction
            - mrr_churn <> mrr_closing
        )
    """)
    assert found == []


def test_retention_and_churn_rate_are_one_together(case: Case) -> None:
    found = case.marts.query("""
        select * from marts.mart_churn_periods
        where customers_opening > 0 and retention_rate + churn_rate <> 1
            or (customers_opening = 0) <> (churn_rate is null)
            or (customers_opening = 0) <> (retention_rate is null)
            or customers_retained + customers_lost <> customers_opening
    """)
    assert found == []


def test_members_of_every_dimension_sum_to_the_whole(case: Case) -> None:
    sums = """
        sum(customers_opening), sum(customers_closing), sum(customers_retained),
        sum(customers_lost), sum(customers_new), sum(customers_reactivated), sum(mrr_opening), sum(mrr_new),
        sum(mrr_reactivation), sum(mrr_expansion), sum(mrr_contraction), sum(mrr_churn), sum(mrr_closing), sum(fx),
        sum(upgrades), sum(downgrades), sum(transfer_in) - sum(transfer_out)
    """
    rows = case.marts.query(f"""
        select grain, period_start, dimension, {sums} from marts.mart_revenue_periods
        group by grain, period_start, dimension
    """)
    whole = {row[:2]: row[3:] for row in rows if row[2] == "all"}
    assert [row for row in rows if row[3:] != whole[row[:2]]] == []


def test_a_quarter_and_a_year_open_with_their_first_month_and_close_with_their_last(
    case: Case,
) -> None:
    found = case.marts.query("""
        with months as (select * from marts.mart_revenue_periods where grain = 'month'),
        chained as (
            select
                longer.grain, longer.period_start, longer.dimension, longer.member,
                longer.mrr_opening, longer.mrr_closing,
                longer.customers_opening, longer.customers_closing,
                arg_min(months.mrr_opening, months.period_start) as first_opening,
                arg_max(months.mrr_closing, months.period_start) as last_closing,
                arg_min(months.customers_opening, months.period_start) as first_customers,
                arg_max(months.customers_closing, months.period_start) as last_customers
            from marts.mart_revenue_periods as longer
            inner join months
                on months.dimension = longer.dimension and months.member = longer.member
                and months.period_start >= longer.period_start
                and months.period_start < longer.period_end
            where longer.grain <> 'month'
            group by all
        )
        select * from chained
        where mrr_opening <> first_opening or mrr_closing <> last_closing
            or customers_opening <> first_customers or customers_closing <> last_customers
    """)
    assert found == []


def test_each_period_opens_as_the_one_before_it_closed(case: Case) -> None:
    found = case.marts.query("""
        with chained as (
            select *, lag(mrr_closing) over (
                partition by grain, dimension, member order by period_start
            ) as closed
            from marts.mart_revenue_periods
        )
        select * from chained where coalesce(closed, 0) <> mrr_opening
    """)
    assert found == []


def test_movements_up_to_a_day_sum_to_the_recurring_periods_of_that_day(case: Case) -> None:
    found = case.marts.query("""
        with days as (
            select distinct movement_on as day from marts.fct_mrr_movements
            union select distinct period_start from marts.mart_revenue_periods
        ),
        moved as (
            select day, sum(amount) as mrr from days
            inner join marts.fct_mrr_movements on movement_on <= day group by day
        ),
        plans as (
            select day, customer_id, plan_id, round(sum(mrr), 2) as mrr from days
            inner join intermediate.int_recurring_periods
                on valid_from <= day and (valid_to is null or day < valid_to)
            group by all
        ),
        covered as (select day, sum(mrr) as mrr from plans group by day)
        select * from moved full join covered using (day)
        where coalesce(moved.mrr, 0) <> coalesce(covered.mrr, 0)
            and day <= (select max(period_end) from marts.mart_revenue_periods)
    """)
    until = case.expected.terms.until
    assert [row for row in found if row[0] <= until] == []


def test_movements_of_a_customer_follow_one_another_without_a_break(case: Case) -> None:
    found = case.marts.query("""
        with ordered as (
            select *, lag(mrr_after) over (
                partition by customer_id order by movement_on, movement_type <> 'fx'
            ) as left_at
            from marts.fct_mrr_movements
        )
        select * from ordered
        where coalesce(left_at, 0) <> mrr_before or mrr_before + amount <> mrr_after or amount = 0
            or (movement_type in ('new', 'reactivation')) <> (mrr_before = 0)
            or (movement_type = 'churn') <> (mrr_after = 0)
            or (movement_type = 'new') <> (left_at is null)
    """)
    assert found == []


def test_the_diagonal_of_the_cohorts_is_the_closing_of_the_month(case: Case) -> None:
    found = case.marts.query("""
        with diagonal as (
            select
                cohort_month + to_months(age_months::integer) as month,
                sum(mrr) as mrr, sum(active_customers) as customers
            from marts.mart_cohorts where kind = 'revenue' group by 1
        )
        select * from marts.mart_revenue_periods as periods
        left join diagonal on diagonal.month = periods.period_start
        where grain = 'month' and dimension = 'all' and is_complete
            and (
                coalesce(diagonal.mrr, 0) <> mrr_closing
                or coalesce(diagonal.customers, 0) <> customers_closing
            )
    """)
    assert found == []
