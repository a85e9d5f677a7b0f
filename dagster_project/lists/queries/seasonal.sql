-- Who bought in the running season last year and has not bought in it this year, the largest buyers first.
-- Seasons of three months from December on, as in mart_seasonal_buyers.
with running as (
    select
        season_start,
        season_end,
        strftime(season_start, '%B') || ' to ' || strftime(season_end - interval 1 day, '%B') as season
    from mart_seasonal_buyers
    where season_start <= (select until from publication)
    order by season_start desc
    limit 1
),

bought as (
    select
        lines.customer_id,
        running.season,
        sum(lines.amount) filter (lines.purchased_on < running.season_start) as amount_last_year,
        max(lines.purchased_on) filter (lines.purchased_on < running.season_start) as last_bought_on,
        count(*) filter (lines.purchased_on >= running.season_start) as lines_this_year
    from fct_purchase_lines as lines
    inner join running
        on
            (
                lines.purchased_on >= running.season_start - interval 1 year
                and lines.purchased_on < running.season_end - interval 1 year
            )
            or (lines.purchased_on >= running.season_start and lines.purchased_on < running.season_end)
    group by all
)

select
    customer_id,
    amount_last_year,
    last_bought_on,
    'bought in ' || season || ' last year, not yet this year' as reason,
    'remind of the season' as next_step
from bought
where lines_this_year = 0
order by amount_last_year desc, customer_id
