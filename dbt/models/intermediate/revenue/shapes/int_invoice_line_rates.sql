-- The full rate (per whole interval, in cents) of each line that bills a part of one.
-- The billing system rounded the part to the cent: a known full rate whose part rounds to the billed amount is the rate.
with

parts as (
    select * from {{ ref('int_invoice_line_shares') }} where has_interval
),

whole as (
    select
        subscription_id,
        plan_id,
        quantity_millionths,
        amount_cents,
        months_numerator,
        months_denominator,
        min(period_start_at) as first_start_at,
        max(period_end_at) as last_end_at
    from {{ ref('int_invoice_service_lines') }}
    where is_whole and kind = 'recurring' and amount_cents > 0
    group by
        subscription_id, plan_id, quantity_millionths, amount_cents, months_numerator, months_denominator
),

known as (
    select
        line_id,
        1 as preference,
        cast(price_millionths as {{ wide_integer() }}) * coalesce(quantity_millionths, 1000000) as rate_numerator,
        cast(10000000000 as {{ wide_integer() }}) as rate_denominator
    from parts
    where price_millionths > 0 and coalesce(quantity_millionths, 1) > 0

    union all

    -- What full lines of the same subscription and plan say knows the discount; a credit gives back any of its lines.
    select
        parts.line_id,
        2 as preference,
        cast(whole.amount_cents as {{ wide_integer() }}) * case
            when whole.quantity_millionths > 0 then coalesce(parts.quantity_millionths, whole.quantity_millionths)
            else 1
        end as rate_numerator,
        cast(case when whole.quantity_millionths > 0 then whole.quantity_millionths else 1 end as {{ wide_integer() }})
            as rate_denominator
    from parts
    inner join whole
        on
            parts.subscription_id = whole.subscription_id
            and whole.months_numerator * parts.interval_denominator
            = parts.interval_numerator * whole.months_denominator
            and (
                parts.plan_id = whole.plan_id
                or (parts.plan_id is null and whole.plan_id is null)
                or (
                    parts.amount_cents < 0
                    and parts.period_start_at >= whole.first_start_at
                    and parts.period_start_at < whole.last_end_at
                )
            )
    where coalesce(parts.quantity_millionths, 1) > 0
),

fitting as (
    select
        parts.line_id,
        known.rate_numerator,
        known.rate_denominator,
        row_number() over (
            partition by parts.line_id
            order by
                abs(known.rate_numerator * parts.utc_part
                    - abs(parts.amount_cents) * known.rate_denominator * parts.utc_whole)
                / cast(known.rate_denominator as double),
                known.preference,
                known.rate_numerator
        ) as nearness
    from parts
    inner join known
        on parts.line_id = known.line_id
    where
        {%- for clock in ['utc', 'wall', 'day'] %}
        {{ 'or ' if not loop.first -}}
        2 * abs(
            known.rate_numerator * parts.{{ clock }}_part
            - abs(parts.amount_cents) * known.rate_denominator * parts.{{ clock }}_whole
        ) <= known.rate_denominator * parts.{{ clock }}_whole
        {%- endfor %}
),

final as (
    select
        parts.line_id,
        parts.interval_numerator,
        parts.interval_denominator,
        fitting.line_id is not null as is_known_rate,
        sign(parts.amount_cents) * coalesce(
            fitting.rate_numerator,
            cast(abs(parts.amount_cents) as {{ wide_integer() }}) * parts.utc_whole
        ) as rate_numerator,
        coalesce(fitting.rate_denominator, cast(parts.utc_part as {{ wide_integer() }})) as rate_denominator,
        parts.subscription_id,
        parts.plan_id,
        parts.amount_cents,
        parts.period_start_at,
        parts.period_end_at,
        parts.utc_part,
        parts.utc_whole
    from parts
    left join fitting
        on parts.line_id = fitting.line_id and fitting.nearness = 1
)

select * from final
