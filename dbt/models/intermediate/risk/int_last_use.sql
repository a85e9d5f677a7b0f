-- One pass over both, ordered by day, instead of looking back from every customer and morning.
with

scored as (
    select * from {{ ref('int_scored_customers') }}
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

usage_months as (
    select * from {{ ref('int_usage_months') }}
),

last_of_week as (
    select
        customer_id,
        max(used_on) as used_on
    from usage_days
    where used_on >= {{ add_days(after_until(), -200) }}
    group by customer_id, {{ period_start('week', 'used_on') }}
),

timeline as (
    select
        customer_id,
        last_used_on as on_day,
        last_used_on as used_on,
        cast(null as date) as score_on
    from usage_months

    union all

    select
        customer_id,
        used_on as on_day,
        used_on,
        cast(null as date) as score_on
    from last_of_week

    union all

    select
        customer_id,
        {{ add_days('score_on', -1) }} as on_day,
        cast(null as date) as used_on,
        score_on
    from scored
),

looked_back as (
    select
        customer_id,
        score_on,
        max(used_on) over (
            partition by customer_id
            order by on_day
            range between unbounded preceding and current row
        ) as last_used_on
    from timeline
),

final as (
    select
        customer_id,
        score_on,
        last_used_on
    from looked_back
    where score_on is not null
)

select * from final
