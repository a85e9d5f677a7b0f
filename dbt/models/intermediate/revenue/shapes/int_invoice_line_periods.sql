-- The service period that each line is about. A line of a credit note that names none takes back a line of its invoice: the
-- one that it names, else the only one of its amount, else the only one. It takes back the whole of it, some of its
-- units, or what was left of it on the day of the credit note.
with

lines as (
    select
        {{ all_but(['discount_told', 'tax_told']) }},
        false as is_spread
    from {{ ref('int_invoice_line_amounts') }}

    union all

    select * from {{ ref('int_invoice_unlisted_credits') }}
),

-- The amounts of a line and of its credit are both before discounts, or both after.
pairs as (
    select
        credits.invoice_id,
        credits.line_id,
        credits.amount as credit_amount,
        credits.quantity as credit_quantity,
        credits.is_spread,
        credits.issued_at as credited_at,
        credited.line_id as credited_line_id,
        credited.subscription_id,
        credited.plan_id,
        credited.kind,
        credited.quantity,
        credited.amount,
        -- Both are also with the tax that a price includes, or both without: few credits name their tax.
        cast(credited.amount_billed as double)
        * case when credits.tax_permille = 0 then 1 + cast(credited.tax_permille as double) / 1000 else 1 end as billed,
        credited.period_start_at,
        credited.period_end_at,
        credited.tax_permille,
        credited.inclusive_tax,
        -credits.amount_billed in (credited.amount_billed, credited.amount_given)
        or -credits.amount_billed + coalesce(credits.discount, 0) in (
            credited.amount_given, credited.amount_billed + coalesce(credited.discount, 0)
        ) as is_whole,
        case when credits.credited_line_id = credited.line_id then 1 else 2 end as nearness,
        count(*) over (partition by credits.invoice_id, credits.line_id) as line_count
    from lines as credits
    inner join {{ ref('stg_billing__credit_notes') }} as notes
        on credits.invoice_id = notes.credit_note_id
    inner join lines as credited
        on notes.invoice_id = credited.invoice_id
    where credits.kind = 'credit' and credits.period_start_at is null and credited.amount_billed > 0
),

ranked as (
    select
        *,
        sum(case when is_whole then 1 else 0 end) over (partition by invoice_id, line_id) as whole_count,
        row_number() over (
            partition by invoice_id, line_id order by nearness, case when is_whole then 1 else 2 end, credited_line_id
        ) as place
    from pairs
),

-- What a credit is of its line, and of the line's time on the day of the credit note.
measured as (
    select
        *,
        cast(-credit_amount as double) / billed as share,
        greatest(credited_at, period_start_at) as rest_from_at,
        abs(
            {{ days_between(local_date('greatest(credited_at, period_start_at)'), local_date('period_end_at')) }}
            + cast(credit_amount as double) / billed
            * {{ days_between(local_date('period_start_at'), local_date('period_end_at')) }}
        ) <= 1 as is_the_rest
    from ranked
    where place = 1 and (nearness = 1 or line_count = 1 or (is_whole and whole_count = 1)) and kind = 'recurring'
),

taken_back as (
    select
        *,
        case
            when is_whole then quantity
            when credit_quantity < quantity then credit_quantity
            -- A share of all lines is no number of units of each.
            when is_the_rest or is_spread then quantity
            when abs(share * quantity - round(share * quantity)) < 0.000001 then round(share * quantity)
            else quantity
        end as units
    from measured
),

final as (
    select
        {{ all_but([
            'subscription_id', 'plan_id', 'quantity', 'amount', 'inclusive_tax', 'tax_permille', 'period_start_at', 'period_end_at',
            'period_start_on', 'period_end_on', 'amount_given', 'credited_line_id', 'is_spread',
        ], 'lines') }},
        coalesce(lines.subscription_id, taken_back.subscription_id) as subscription_id,
        coalesce(lines.plan_id, taken_back.plan_id) as plan_id,
        coalesce(taken_back.units, lines.quantity) as quantity,
        {%- for amount in ['amount', 'inclusive_tax'] %}
        case
            when taken_back.is_whole then -taken_back.{{ amount }}
            when taken_back.line_id is not null then {{ money('-taken_back.share * cast(taken_back.' ~ amount ~ ' as double)') }}
            else lines.{{ amount }}
        end as {{ amount }},
        {%- endfor %}
        coalesce(taken_back.tax_permille, lines.tax_permille) as tax_permille,
        {%- set first = 'case when taken_back.is_whole or taken_back.units < taken_back.quantity or not taken_back.is_the_rest'
            ~ ' then taken_back.period_start_at else coalesce(lines.period_start_at, taken_back.rest_from_at) end' %}
        {{ first }} as period_start_at,
        coalesce(lines.period_end_at, taken_back.period_end_at) as period_end_at,
        coalesce(lines.period_start_on, {{ local_date(first) }}) as period_start_on,
        coalesce(lines.period_end_on, {{ local_date('taken_back.period_end_at') }}) as period_end_on
    from lines
    left join taken_back
        on lines.invoice_id = taken_back.invoice_id and lines.line_id = taken_back.line_id
)

select * from final
