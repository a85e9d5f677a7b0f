-- Lines that bill a part of an interval, each with the interval it is a part of and its share of it,
-- measured the three ways billing systems do: seconds in UTC, seconds on the wall, whole days.
{{ kept_by_customer(reads=['int_invoice_service_lines']) }}

with

lines as (
    select * from {{ ref('int_invoice_service_lines') }}
    where {{ is_computed('customer_id') }}
),

parts as (
    select * from lines where not is_whole
),

whole as (
    select * from lines where is_whole and kind = 'recurring' and amount_cents > 0
),

-- The full line of the same subscription around the part tells where its interval began (also after a 31st).
surroundings as (
    select
        parts.line_id,
        whole.period_start_at,
        whole.period_end_at,
        whole.months_numerator,
        whole.months_denominator,
        row_number() over (
            partition by parts.line_id
            order by whole.period_start_at desc, whole.line_id
        ) as nearness
    from parts
    inner join whole
        on
            parts.subscription_id = whole.subscription_id
            and parts.period_start_at >= whole.period_start_at
            and parts.period_end_at <= whole.period_end_at
            and whole.months_numerator = coalesce(parts.plan_months, whole.months_numerator)
            and (parts.plan_days is null or whole.plan_days = parts.plan_days)
),

placed as (
    select
        parts.*,
        surroundings.line_id is not null or parts.plan_months is not null or parts.plan_days is not null
            as has_interval,
        case
            when parts.plan_months is not null then parts.plan_months
            when parts.plan_days % 7 = 0 then 12 * {{ whole_part('parts.plan_days', 7) }}
            when parts.plan_days is not null then 12 * parts.plan_days
            else surroundings.months_numerator
        end as interval_numerator,
        case
            when parts.plan_months is not null then 1
            when parts.plan_days % 7 = 0 then 52
            when parts.plan_days is not null then 365
            else surroundings.months_denominator
        end as interval_denominator,
        {{ utc_clock('parts.period_start_at') }} as utc_start,
        {{ utc_clock('parts.period_end_at') }} as utc_end,
        {{ wall_clock('parts.period_start_at') }} as wall_start,
        {{ wall_clock('parts.period_end_at') }} as wall_end,
        {%- for clock in ['utc', 'wall'] %}
        {%- set reading = utc_clock if clock == 'utc' else wall_clock %}
        coalesce(
            {{ reading('surroundings.period_start_at') }},
            {{ clock_months_earlier(reading('parts.period_end_at'), 'parts.plan_months') }},
            {{ clock_days_earlier(reading('parts.period_end_at'), 'parts.plan_days') }}
        ) as {{ clock }}_interval_start,
        coalesce({{ reading('surroundings.period_end_at') }}, {{ reading('parts.period_end_at') }})
            as {{ clock }}_interval_end{{ ',' if not loop.last }}
        {%- endfor %}
    from parts
    left join surroundings
        on parts.line_id = surroundings.line_id and surroundings.nearness = 1
),

final as (
    select
        line_id,
        customer_id,
        subscription_id,
        plan_id,
        quantity_millionths,
        amount_cents,
        price_millionths,
        period_start_at,
        period_end_at,
        has_interval,
        cast(interval_numerator as bigint) as interval_numerator,
        cast(interval_denominator as bigint) as interval_denominator,
        {{ seconds_between('utc_start', 'utc_end') }} as utc_part,
        {{ seconds_between('utc_interval_start', 'utc_interval_end') }} as utc_whole,
        {{ seconds_between('wall_start', 'wall_end') }} as wall_part,
        {{ seconds_between('wall_interval_start', 'wall_interval_end') }} as wall_whole,
        {{ days_between('cast(wall_start as date)', 'cast(wall_end as date)') }} as day_part,
        {{ days_between('cast(wall_interval_start as date)', 'cast(wall_interval_end as date)') }} as day_whole
    from placed
)

select * from final
