-- Seasons of three months from December on: shifting a date one month forward makes them
-- calendar quarters. December belongs to the season of the year that follows.
with

purchases as (
    select * from {{ ref('int_purchases') }}
),

seasonal as (
    select distinct
        customer_id,
        {{ add_months(period_start('quarter', add_months(period_start('month', 'purchased_on'), 1)), -1) }}
            as season_start
    from purchases
),

pairs as (
    select
        last_year.customer_id,
        {{ add_months('last_year.season_start', 12) }} as season_start,
        case when this_year.customer_id is null then 0 else 1 end as bought_again
    from seasonal as last_year
    left join seasonal as this_year
        on
            last_year.customer_id = this_year.customer_id
            and {{ add_months('last_year.season_start', 12) }} = this_year.season_start
),

final as (
    select
        season_start,
        {{ add_months('season_start', 3) }} as season_end,
        case extract(month from season_start)
            when 12 then 'december to february'
            when 3 then 'march to may'
            when 6 then 'june to august'
            else 'september to november'
        end as season,
        {{ how_far(add_months('season_start', 3), until_date()) }},
        cast(count(*) as integer) as buyers_last_year,
        cast(sum(bought_again) as integer) as bought_again,
        {{ share('sum(bought_again)', 'count(*)') }} as bought_again_rate
    from pairs
    where season_start <= {{ until_date() }}
    group by season_start
)

select * from final
