-- Guard: a company with subscriptions has recurring revenue. Refused where subscriptions run and there never was any; only
-- named where there was some, since they may all be unpaid.
with

running as (
    select
        subscription_id,
        row_number() over (order by subscription_id) as place
    from {{ ref('int_running_subscriptions') }}
),

recurring as (
    select
        count(*) as pieces,
        coalesce(sum(case when valid_to is null or valid_to > {{ until_date() }} then 1 else 0 end), 0) as open_pieces
    from {{ ref('int_recurring_periods') }}
    where mrr > 0 and valid_from <= {{ until_date() }}
),

subscriptions as (
    select
        count(*) as running_count,
        {{ examples('subscription_id') }} as examples
    from running
),

final as (
    select
        'recurring_revenue' as guard,
        false as is_present,
        subscriptions.running_count as rows_checked,
        case when recurring.open_pieces = 0 then subscriptions.running_count else 0 end as rows_differing,
        null as amount_checked,
        null as amount_differing,
        null as mrr_effect,
        null as mrr_effect_month,
        0 as warns_above_rows,
        null as warns_above_money,
        case when recurring.pieces = 0 then 0 end as refuses_above_rows,
        null as refuses_above_money,
        case
            when recurring.pieces = 0 then 'MRR would be 0.00 throughout'
            else 'MRR is 0.00 on the last day covered'
        end as detail,
        subscriptions.examples
    from subscriptions
    cross join recurring
)

select * from final
