with

cohorts as (
    select * from {{ ref('int_cohorts') }}
    where dimension = 'all'
),

kinds as (
    {{ cohort_kinds() }}
),

final as (
    select
        kinds.kind,
        {{ cohort_figures() }}
    from cohorts
    inner join kinds on cohorts.kind = kinds.built_from
)

select * from final
