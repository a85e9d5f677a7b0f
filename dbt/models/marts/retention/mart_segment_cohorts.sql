-- The cohorts of mart_cohorts by each dimension; those of one dimension add up to them.
with

cohorts as (
    select * from {{ ref('int_cohorts') }}
    where dimension <> 'all'
),

kinds as (
    select
        'logo' as kind,
        'revenue' as built_from
    union all
    select
        'revenue' as kind,
        'revenue' as built_from
    union all
    select
        'usage' as kind,
        'usage' as built_from
    union all
    select
        'orders' as kind,
        'orders' as built_from
),

final as (
    select
        kinds.kind,
        cast(cohorts.dimension as {{ dbt.type_string() }}) as dimension,
        cast(cohorts.member as {{ dbt.type_string() }}) as member,
        cohorts.cohort_month,
        cohorts.age_months,
        cohorts.cohort_customers,
        cohorts.active_customers,
        {{ share('cohorts.active_customers', 'cohorts.cohort_customers') }} as active_share,
        cohorts.cohort_mrr,
        cohorts.mrr,
        {{ share('cohorts.mrr', 'cohorts.cohort_mrr') }} as mrr_share,
        cohorts.cumulative_revenue
    from cohorts
    inner join kinds on cohorts.kind = kinds.built_from
)

select * from final
