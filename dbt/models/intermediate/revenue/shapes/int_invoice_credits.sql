-- A credit takes back the piece that it names: same contract, plan and end, the latest that had begun. Of what a
-- credit note takes back only a piece counts; other credits give back money. Few credits say which tax is in them.
{{ config(materialized='table') }}

with

credits as (
    select
        *,
        -amount_cents as credit_cents
    from {{ ref('int_invoice_service_lines') }}
    where amount_cents < 0 and kind <> 'usage'
),

pieces as (
    select * from {{ ref('int_invoice_pieces') }}
    where full_cents > 0 and kind = 'recurring'
),

pairs as (
    select
        credits.line_key,
        credits.kind,
        credits.credit_cents,
        cast(case when credits.tax_cents = 0 then pieces.full_cents else pieces.taxed_cents end as double) as compared,
        credits.utc_part,
        credits.wall_part,
        credits.day_part,
        pieces.utc_whole,
        pieces.wall_whole,
        pieces.day_whole,
        pieces.line_key as piece_key,
        {%- for amount in ['full', 'taxed'] %}
        pieces.{{ amount }}_cents,
        case
            when pieces.quantity > 0 and credits.quantity > 0 and credits.quantity <> pieces.quantity
                then {{ scaled('pieces.' ~ amount ~ '_cents', millionths('credits.quantity'), millionths('pieces.quantity')) }}
        end as {{ amount }}_share_cents,
        {%- endfor %}
        pieces.months_numerator,
        pieces.months_denominator,
        pieces.counts_until,
        pieces.period_start_at,
        pieces.period_end_on = credits.period_end_on as is_same_end,
        coalesce(pieces.quantity, 1) = coalesce(credits.quantity, 1) as is_same_quantity,
        -- A piece of no known rate was rounded itself, on a part of another length.
        case when pieces.may_be_discounted or credits.discount_cents > 0 then 3 else 1 end
        * case when pieces.is_known then 1 else 1 + cast(credits.utc_part as double) / pieces.utc_part end as roundings
    from credits
    inner join pieces
        on
            credits.contract_key = pieces.contract_key
            and coalesce(credits.plan_id, pieces.plan_key) = pieces.plan_key
            and credits.period_start_at >= pieces.period_start_at
            and credits.period_start_on < pieces.period_end_on
            and credits.period_end_on <= pieces.period_end_on
),

judged as (
    select
        *,
        {%- for amounts in ['', 'share_'] %}
        coalesce({%- for amount in ['taxed', 'full'] %}
            {{ 'or' if not loop.first }} {{ fits(amount ~ '_' ~ amounts ~ 'cents', 'credit_cents', 'pairs', 'roundings') }}
        {%- endfor %}, false) as {{ 'takes_share' if amounts else 'takes_all' }},
        {%- endfor %}
        -- Billing systems differ in where a day begins.
        is_same_end and is_same_quantity and abs(compared * day_part / day_whole - credit_cents) <= compared / day_whole
            as takes_about_all
    from pairs
),

ranked as (
    select
        *,
        row_number() over (
            partition by line_key
            order by
                case when takes_all then 1 when takes_share then 2 when takes_about_all then 3 else 4 end,
                is_same_end desc,
                is_same_quantity desc,
                period_start_at desc,
                piece_key
        ) as place
    from judged
),

final as (
    select
        credits.line_key,
        credits.customer_id,
        case
            when ranked.takes_all or ranked.takes_about_all then -ranked.full_cents
            when ranked.takes_share then -ranked.full_share_cents
            {%- set guess = if_it_fits(roundest_full('ranked.credit_cents', 'ranked.utc_part', 'ranked.utc_whole')) %}
            when ranked.line_key is not null then -({{ guess }} - {{ tax_inside(guess, 'credits.tax_permille') }})
            else credits.amount_cents - credits.tax_cents
        end as full_cents,
        coalesce(ranked.months_numerator, credits.months_numerator) as months_numerator,
        coalesce(ranked.months_denominator, credits.months_denominator) as months_denominator,
        least(credits.counts_until, ranked.counts_until) as counts_until,
        cast(null as {{ dbt.type_string() }}) as end_reason
    from credits
    left join ranked
        on credits.line_key = ranked.line_key and ranked.place = 1
    where credits.kind = 'recurring' or ranked.takes_all or ranked.takes_share or ranked.takes_about_all
)

select * from final
