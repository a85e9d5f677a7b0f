-- The cohorts of mart_cohorts by each dimension; those of one dimension add up to them.
with

cohorts as (
    select * from {{ ref('int_cohorts') }}
    where dimension <> 'all'
),

kinds as (
    {{ cohort_kinds() }}
),

final as (
    select
        kinds.kind,
        cast(cohorts.dimension as {{ dbt.type_string() }}) as dimension,
        cast(cohorts.member as {{ dbt.type_string() }}) as member,
        {{ cohort_figures() }}
    from cohorts
    inner join kinds on cohorts.kind = kinds.built_from
)

select * from final
