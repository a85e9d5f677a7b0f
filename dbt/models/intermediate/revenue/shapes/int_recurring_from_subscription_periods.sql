-- The monthly value is given: it is taken as it is. A later export in which a period has another beginning, and lasts at
-- least as long or is worth the same, says the same period anew: with the same value the earlier one never was, with another
-- it ends there.
with

periods as (
    select * from {{ ref('stg_billing__subscription_periods') }}
),

plans as (
    select * from {{ ref('int_plans') }}
),

said_anew as (
    select
        earlier.customer_id,
        earlier.subscription_id,
        earlier.plan_id,
        earlier.valid_from_on,
        min(later.valid_from_on) as valid_from_anew,
        min(
            case
                when later.valid_from_on < earlier.valid_from_on then 0
                when later.mrr = earlier.mrr and later.quantity = earlier.quantity then 0
                else 1
            end
        ) as lasts_until_then
    from periods as earlier
    inner join periods as later
        on
            earlier.customer_id = later.customer_id
            and earlier.subscription_id = later.subscription_id
            and coalesce(earlier.plan_id, '') = coalesce(later.plan_id, '')
            and earlier.version_at < later.version_at
            and earlier.valid_from_on <> later.valid_from_on
            and (earlier.valid_to_on is null or later.valid_from_on < earlier.valid_to_on)
            and (
                later.valid_to_on is null
                or later.valid_to_on >= earlier.valid_to_on
                or (later.mrr = earlier.mrr and later.quantity = earlier.quantity)
            )
    group by earlier.customer_id, earlier.subscription_id, earlier.plan_id, earlier.valid_from_on
),

standing as (
    select
        periods.*,
        -- What has no end of its own ends with its subscription.
        coalesce(said_anew.valid_from_anew, periods.valid_to_on, subscriptions.ended_on) as stands_until
    from periods
    left join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on periods.subscription_id = subscriptions.subscription_id and periods.customer_id = subscriptions.customer_id
    left join said_anew
        on
            periods.customer_id = said_anew.customer_id
            and periods.subscription_id = said_anew.subscription_id
            and coalesce(periods.plan_id, '') = coalesce(said_anew.plan_id, '')
            and periods.valid_from_on = said_anew.valid_from_on
    where coalesce(said_anew.lasts_until_then, 1) = 1
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
        periods.stands_until as valid_to,
        cast(null as {{ dbt.type_string() }}) as end_reason,
        'subscription_periods' as source_table,
        concat(
            periods.subscription_id, '/', coalesce(periods.plan_id, ''), '/',
            cast(periods.valid_from_on as {{ dbt.type_string() }})
        ) as source_key,
        periods._source_file as source_file,
        periods._source_row as source_row
    from standing as periods
    left join plans
        on periods.plan_id = plans.plan_id
)

select * from final
