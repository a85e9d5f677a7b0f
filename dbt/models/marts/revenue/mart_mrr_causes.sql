-- Expansion and contraction of each period, divided by cause and summed by the members that the customers had at the opening.
with

periods as (
    select * from {{ ref('int_periods') }}
),

causes as (
    select * from {{ ref('int_span_causes') }}
),

{{ of_members_at_opening('causes') }},

figures as (
    select
        opening_on,
        closing_on,
        dimension,
        member,
        cause,
        cast(sum(case when change > 0 then 1 else 0 end) as bigint) as customers_expanded,
        cast(sum(case when change < 0 then 1 else 0 end) as bigint) as customers_contracted,
        {{ money('sum(case when change > 0 then amount else 0 end)') }} as mrr_expansion,
        {{ money('sum(case when change < 0 then -amount else 0 end)') }} as mrr_contraction
    from causes_of_members
    group by opening_on, closing_on, dimension, member, cause
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
        cast(figures.dimension as {{ dbt.type_string() }}) as dimension,
        cast(figures.member as {{ dbt.type_string() }}) as member,
        figures.cause,
        figures.customers_expanded,
        figures.mrr_expansion,
        figures.customers_contracted,
        figures.mrr_contraction
    from figures
    inner join periods
        on figures.opening_on = periods.period_start and figures.closing_on = periods.closing_on
)

select * from final
