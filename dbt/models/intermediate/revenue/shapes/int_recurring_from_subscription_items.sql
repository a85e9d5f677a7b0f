-- Monthly value = unit price x quantity x (1 - discount) / months of the interval, as a fraction of whole
-- numbers of cents.
with

items as (
    select * from {{ ref('int_item_versions') }}
),

plans as (
    select * from {{ ref('int_plans') }}
),

priced as (
    select
        items.*,
        coalesce(items.currency, plans.currency, '{{ var("reporting_currency") }}') as item_currency,
        cast({{ millionths('coalesce(items.unit_amount, plans.unit_amount)') }} as {{ wide_integer() }})
            as price_millionths,
        cast({{ millionths('items.quantity') }} as {{ wide_integer() }}) as quantity_millionths,
        cast((1 - items.discount) * 100000000 as {{ wide_integer() }}) as kept_share,
        coalesce(items.billing_interval, plans.billing_interval, 'month') as item_interval,
        -- The plan's count belongs to the plan's interval.
        coalesce(
            items.interval_count,
            case when items.billing_interval is null then plans.interval_count end,
            1
        ) as item_interval_count
    from items
    left join plans
        on items.plan_id = plans.plan_id
    where coalesce(plans.usage, 'licensed') in ('licensed'{{ ", 'metered'" if var('usage_is_recurring') }})
),

monthly as (
    select
        *,
        {{ if_it_fits(
            reduced('price_millionths', 10000) ~ ' * ' ~ reduced('quantity_millionths', 1000000)
            ~ ' * ' ~ reduced('kept_share', 100000000) ~ ' * ' ~ months_denominator('item_interval')
        ) }} as monthly_numerator,
        {{ reduced_unit('price_millionths', 10000) }} * {{ reduced_unit('quantity_millionths', 1000000) }}
        * {{ reduced_unit('kept_share', 100000000) }}
        * {{ months_numerator('item_interval', 'item_interval_count') }} as monthly_denominator
    from priced
),

-- Inside a trial the piece is there and worth nothing; before and after it has its value.
parts as (
    select
        *,
        valid_from_on as part_from,
        least(ends_on, trial_start_on) as part_to,
        1 as is_paid
    from monthly
    where trial_end_on is not null

    union all

    select
        *,
        greatest(valid_from_on, trial_start_on) as part_from,
        least(ends_on, trial_end_on) as part_to,
        0 as is_paid
    from monthly
    where trial_end_on is not null

    union all

    select
        *,
        greatest(valid_from_on, trial_end_on) as part_from,
        ends_on as part_to,
        1 as is_paid
    from monthly
    where trial_end_on is null or trial_end_on < {{ or_never('ends_on') }}
),

final as (
    select
        customer_id,
        subscription_id,
        plan_id,
        quantity,
        item_currency as currency,
        monthly_numerator * is_paid as monthly_numerator,
        monthly_denominator,
        part_from as valid_from,
        part_to as valid_to,
        case when part_to = unpaid_until then 'dunning' end as end_reason,
        'subscription_items' as source_table,
        concat(item_id, '/', {{ instant_text('valid_from_at') }}) as source_key,
        _source_file as source_file,
        _source_row as source_row
    from parts
)

select * from final
