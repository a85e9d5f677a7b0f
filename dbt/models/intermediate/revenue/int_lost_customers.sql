-- Customers lost in a period, with the reason of the last churn in it.
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_periods') }}
),

customer_periods as (
    select * from {{ ref('int_customer_periods') }}
    where status = 'lost'
),

churn_reasons as (
    select * from {{ ref('int_churn_reasons') }}
),

ranked as (
    select
        customer_periods.grain,
        customer_periods.period_start,
        customer_periods.customer_id,
        customer_periods.mrr_opening as mrr_lost,
        customer_periods.plan_opening,
        churn_reasons.reason,
        churn_reasons.is_involuntary,
        row_number() over (
            partition by customer_periods.grain, customer_periods.period_start, customer_periods.customer_id
            order by churn_reasons.churned_on desc
        ) as place
    from customer_periods
    inner join periods
        on
            customer_periods.grain = periods.grain
            and customer_periods.period_start = periods.period_start
    left join churn_reasons
        on
            customer_periods.customer_id = churn_reasons.customer_id
            and churn_reasons.churned_on >= periods.period_start
            and churn_reasons.churned_on < periods.closing_on
),

final as (
    select
        grain,
        period_start,
        customer_id,
        mrr_lost,
        plan_opening,
        coalesce(reason, '(none)') as reason,
        coalesce(is_involuntary, false) as is_involuntary
    from ranked
    where place = 1
)

select * from final
