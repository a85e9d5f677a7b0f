-- Lines that bill a part of an interval, or may: each with the interval it is a part of and how long that is. A
-- full line around the part tells where its interval began (also after a 31st), else one that follows it or
-- goes before it.
{{ incremental_by_customer(inputs=['int_invoice_service_lines', 'int_invoice_full_lines']) }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where full_cents > 0 and {{ is_computed('customer_id') }}
),

lines as (
    select
        lines.*,
        coalesce(lines.plan_id, '') as plan_key,
        case
            when lines.plan_months is not null then lines.plan_months
            when lines.plan_days is not null then {{ days_numerator('lines.plan_days') }}
        end as plan_numerator,
        case
            when lines.plan_months is not null then 1
            when lines.plan_days is not null then {{ days_denominator('lines.plan_days') }}
        end as plan_denominator
    from {{ ref('int_invoice_service_lines') }} as lines
    left join {{ ref('int_invoice_full_lines') }} as known
        on lines.line_key = known.line_key
    where
        known.line_key is null
        and lines.amount_cents >= 0
        and lines.kind <> 'credit'
        and {{ is_computed('lines.customer_id') }}
),

-- 3: around it, 2: after it, 1: before it.
neighbours as (
    select
        lines.line_key,
        full_lines.utc_whole,
        full_lines.wall_whole,
        full_lines.day_whole,
        full_lines.months_numerator,
        full_lines.months_denominator,
        full_lines.period_start_at,
        case
            when full_lines.period_start_at <= lines.period_start_at and full_lines.period_end_at >= lines.period_end_at then 3
            when full_lines.period_start_on = lines.period_end_on then 2
            when full_lines.period_end_on = lines.period_start_on then 1
            else 0
        end as place,
        full_lines.plan_key = lines.plan_key as is_same_plan
    from lines
    inner join full_lines
        on
            lines.contract_key = full_lines.contract_key
            and coalesce(lines.plan_numerator, full_lines.months_numerator) * full_lines.months_denominator
            = full_lines.months_numerator * coalesce(lines.plan_denominator, full_lines.months_denominator)
),

nearest as (
    select
        *,
        row_number() over (
            partition by line_key
            order by place desc, is_same_plan desc, period_start_at desc, utc_whole
        ) as nearness
    from neighbours
),

placed as (
    {%- set numerator = 'coalesce(lines.plan_numerator, nearest.months_numerator)' %}
    {%- set denominator = 'coalesce(lines.plan_denominator, nearest.months_denominator)' %}
    select
        lines.*,
        coalesce(nearest.place, 0) as place,
        cast({{ numerator }} as bigint) as interval_numerator,
        cast({{ denominator }} as bigint) as interval_denominator,
        nearest.utc_whole as utc_around,
        nearest.wall_whole as wall_around,
        nearest.day_whole as day_around,
        {{ whole_intervals(wall_clock('lines.period_start_at'), wall_clock('lines.period_end_at'), numerator, denominator) }} as intervals
    from lines
    left join nearest
        on lines.line_key = nearest.line_key and nearest.nearness = 1
),

{%- set start, end = wall_clock('period_start_at'), wall_clock('period_end_at') %}
{%- set interval_before = interval_later(end, 'interval_numerator', 'interval_denominator', -1) %}
{%- set last_whole = interval_later(end, 'interval_numerator * intervals', 'interval_denominator', -1) %}
{%- set one_before = interval_later(end, 'interval_numerator * (intervals + 1)', 'interval_denominator', -1) %}
{%- set is_longer = 'place in (0, 2) and intervals >= 1 and ' ~ start ~ ' < ' ~ interval_before %}
{%- set longer_whole, rest = whole_days_between(one_before, last_whole), whole_days_between(start, last_whole) %}
{%- set longer_part = 'intervals * ' ~ longer_whole ~ ' + ' ~ rest %}
-- What is longer than an interval is one or several, and by the day a part of the one before them.
final as (
    select
        {{ all_but(['utc_part', 'wall_part', 'day_part', 'intervals']) }},
        interval_numerator is not null as has_interval,
        {%- for clock, reading in {'utc': utc_clock, 'wall': wall_clock}.items() %}
        {%- set start, end = reading('period_start_at'), reading('period_end_at') %}
        case when {{ is_longer }} and intervals > 1 then 86400 * ({{ longer_part }}) else {{ clock }}_part end as {{ clock }}_part,
        case
            when {{ is_longer }} and intervals > 1 then 86400 * {{ longer_whole }}
            when place = 3 then {{ clock }}_around
            when place = 1 then {{ seconds_between(start, interval_later(start, 'interval_numerator', 'interval_denominator')) }}
            else {{ seconds_between(interval_later(end, 'interval_numerator', 'interval_denominator', -1), end) }}
        end as {{ clock }}_whole,
        {%- endfor %}
        case
            when place = 3 then day_around
            when place = 1 then {{ whole_days_between(start, interval_later(start, 'interval_numerator', 'interval_denominator')) }}
            when {{ is_longer }} then {{ longer_whole }}
            else {{ whole_days_between(interval_before, end) }}
        end as day_whole,
        case when {{ is_longer }} then {{ longer_part }} else day_part end as day_part
    from placed
)

select * from final
