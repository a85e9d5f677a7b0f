-- Of the losses that reached this age without a return and have been seen for a month more,
-- how many returned in that month or later, as far as can be seen.
with

movements as (
    select
        customer_id,
        movement_type,
        movement_on as lost_on,
        lead(movement_on) over (partition by customer_id order by movement_on) as returned_on
    from {{ ref('int_mrr_movements') }}
    where movement_type in ('churn', 'reactivation')
),

returns as (
    select * from movements
    where movement_type = 'churn'
),

numbers as (
    {{ numbers(2) }}
),

aged as (
    select
        cast(numbers.n as integer) as months_since_lost,
        returns.returned_on,
        case when returns.returned_on < {{ add_months('returns.lost_on', 'numbers.n + 1') }} then 1 else 0 end
            as returned_in_month
    from returns
    cross join numbers
    where
        {{ add_months('returns.lost_on', 'numbers.n + 1') }} <= {{ after_until() }}
        and (
            returns.returned_on is null
            or returns.returned_on >= {{ add_months('returns.lost_on', 'numbers.n') }}
        )
),

final as (
    select
        months_since_lost,
        cast(count(*) as integer) as lost_customers,
        cast(sum(returned_in_month) as integer) as returned_in_month,
        {{ share('sum(returned_in_month)', 'count(*)') }} as return_rate_in_month,
        cast(count(returned_on) as integer) as returned_later,
        {{ share('count(returned_on)', 'count(*)') }} as reactivation_rate
    from aged
    group by months_since_lost
)

select * from final
