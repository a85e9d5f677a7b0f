-- Every dimension divides the whole business: its members sum to all/all, and what leaves one member enters
-- another.
{%- set columns = [
    'customers_opening', 'customers_closing', 'customers_retained', 'customers_lost', 'customers_new',
    'customers_reactivated', 'upgrades', 'downgrades', 'mrr_opening', 'mrr_new', 'mrr_reactivation', 'mrr_expansion',
    'mrr_contraction', 'mrr_churn', 'fx', 'mrr_closing',
] %}

with

summed as (
    select
        grain,
        period_start,
        dimension,
        sum(transfer_in) as transfer_in,
        sum(transfer_out) as transfer_out,
        {%- for column in columns %}
        sum({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('mart_revenue_periods') }}
    group by grain, period_start, dimension
),

final as (
    select summed.*
    from summed
    inner join {{ ref('mart_revenue_periods') }} as whole
        on
            summed.grain = whole.grain
            and summed.period_start = whole.period_start
            and whole.dimension = 'all'
    where
        summed.transfer_in <> summed.transfer_out
        {%- for column in columns %}
        or summed.{{ column }} <> whole.{{ column }}
        {%- endfor %}
)

select * from final
