-- The monthly value is given: it is taken as it is.
with

periods as (
    select * from {{ ref('stg_billing__subscription_periods') }}
),

plans as (
    select * from {{ ref('stg_billing__plans') }}
),

final as (
    select
        periods.customer_id,
        periods.subscription_id,
        periods.plan_id,
        periods.quantity,
        coalesce(periods.currency, plans.currency, '{{ var("reporting_currency") }}') as currency,
        cast({{ cents('periods.mrr') }} as {{ wide_integer() }}) as monthly_numerator,
        cast(1 as {{ wide_integer() }}) as monthly_denominator,
        periods.valid_from_on as valid_from,
        periods.valid_to_on as valid_to,
        cast(null as {{ dbt.type_string() }}) as end_reason,
        'subscription_periods' as source_table,
        concat(
            periods.subscription_id, '/', coalesce(periods.plan_id, ''), '/',
            cast(periods.valid_from_on as {{ dbt.type_string() }})
        ) as source_key,
        periods._source_file as source_file,
        periods._source_row as source_row
    from periods
    left join plans
        on periods.plan_id = plans.plan_id
)

select * from final
