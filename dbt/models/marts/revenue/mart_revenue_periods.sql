-- Two ways from opening to closing stand side by side: what the two days differ by (mrr_new, ...), and everything that happened
-- between them (movements_new, ...).
{%- set kinds = ['new', 'reactivation', 'expansion', 'contraction', 'churn'] %}

with

period_figures as (
    select * from {{ ref('int_period_figures') }}
),

movements as (
    select
        grain,
        period_start,
        dimension,
        member,
        {%- for kind in kinds %}
        sum(case when movement_type = '{{ kind }}' then abs(amount) else 0 end) as movements_{{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_movement_figures') }}
    group by grain, period_start, dimension, member
),

figures as (
    select
        period_figures.*,
        {%- for kind in kinds %}
        {{ money('coalesce(movements.movements_' ~ kind ~ ', 0)') }} as movements_{{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from period_figures
    left join movements
        on
            period_figures.grain = movements.grain
            and period_figures.period_start = movements.period_start
            and period_figures.dimension = movements.dimension
            and period_figures.member = movements.member
),

final as (
    select
        {{ period_columns() }},
        {%- for kind in kinds %}
        movements_{{ kind }},
        {%- endfor %}
        {{ if_it_fits(money('12 * mrr_closing')) }} as arr,
        {{ money('mrr_new + mrr_reactivation + mrr_expansion - mrr_contraction - mrr_churn') }} as net_new_mrr,
        {{ share('mrr_closing - mrr_opening', 'mrr_opening') }} as growth_rate,
        {{ share('mrr_contraction + mrr_churn', 'mrr_opening') }} as gross_mrr_churn_rate,
        {{ share('mrr_contraction + mrr_churn - mrr_expansion', 'mrr_opening') }} as net_mrr_churn_rate
    from figures
)

select * from final
