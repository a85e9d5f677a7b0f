-- Guard: which credits for a time that was billed take back no piece of a subscription, so that they count as money given back
-- and MRR goes on. Those that say that they are money are not among them.
with

{{ credits_for_a_time() }},

pieces as (
    select line_key from {{ ref('int_invoice_credits') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

listed as (
    select distinct concat(invoice_id, '/', line_id) as line_key
    from {{ ref('int_invoice_lines') }}
    where kind = 'credit'
),

judged as (
    select
        credits.invoice_id,
        credits.period_start_on,
        credits.counts_until,
        pieces.line_key is null as is_money,
        listed.line_key is not null as has_lines,
        {{ converted(money('cast(credits.given_back_cents as decimal(18, 0)) * 0.01'), 'rates.rate') }} as amount,
        {{ share('credits.months_denominator', 'credits.months_numerator') }} as per_month
    from credits
    left join pieces
        on credits.line_key = pieces.line_key
    left join listed
        on credits.line_key = listed.line_key
    left join rates
        on credits.currency = rates.currency and {{ rate_holds_on('rates', 'credits.period_start_on') }}
),

notes as (
    select
        invoice_id,
        max(case when has_lines then 1 else 0 end) as has_lines,
        sum(amount) as amount,
        sum(case when is_money then amount else 0 end) as money_back
    from judged
    group by invoice_id
),

ranked as (
    select
        *,
        row_number() over (order by money_back desc, invoice_id) as place
    from notes
),

-- The month at whose end MRR would be lowest, had they taken back what they are of.
months as (
    select
        periods.period_start as effect_month,
        {{ money('sum(judged.amount * judged.per_month)') }} as effect
    from {{ ref('int_periods') }} as periods
    inner join judged
        on periods.closing_on > judged.period_start_on and periods.closing_on <= judged.counts_until
    where periods.grain = 'month' and judged.is_money
    group by periods.period_start
),

largest as (
    select
        *,
        row_number() over (order by effect desc, effect_month desc) as place
    from months
),

checked as (
    select
        count(*) as rows_checked,
        coalesce(sum(case when money_back > 0 then 1 else 0 end), 0) as rows_differing,
        coalesce(sum(amount), 0) as amount_checked,
        coalesce(sum(money_back), 0) as amount_differing,
        concat(
            'of credit notes without lines: ', coalesce(sum(case when has_lines = 0 then money_back else 0 end), 0),
            '; of lines: ', coalesce(sum(case when has_lines = 1 then money_back else 0 end), 0)
        ) as detail,
        {{ examples('case when money_back > 0 then invoice_id end') }} as examples
    from ranked
),

final as (
    select
        'money_back' as guard,
        false as is_present,
        checked.rows_checked,
        checked.rows_differing,
        checked.amount_checked,
        checked.amount_differing,
        {%- if var('recurring_from') == 'invoice_lines' %}
        coalesce(largest.effect, 0) as mrr_effect,
        largest.effect_month as mrr_effect_month,
        {%- else %}
        0 as mrr_effect,
        null as mrr_effect_month,
        {%- endif %}
        null as warns_above_rows,
        null as warns_above_money,
        null as refuses_above_rows,
        null as refuses_above_money,
        checked.detail,
        checked.examples
    from checked
    left join largest
        on largest.place = 1
)

select * from final
