-- Guard: each invoice's lines add up to what the vendor says. A difference of cents by rounding is shown and counts against no
-- limit. Where MRR is read from another table than the lines, nothing is refused for them.
with

totals as (
    select * from {{ ref('int_invoice_totals') }}
    where exists (select 1 from {{ ref('int_invoice_lines') }})
),

differences as (
    select
        *,
        row_number() over (order by abs(amount) desc, invoice_id) as place
    from {{ ref('int_invoice_differences') }}
    where exists (select 1 from {{ ref('int_invoice_lines') }})
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

checked as (
    select
        count(*) as rows_checked,
        coalesce(sum(abs({{ converted('totals.amount_stated', 'rates.rate') }})), 0) as amount_checked
    from totals
    left join rates
        on totals.currency = rates.currency and {{ rate_holds_on('rates', 'totals.issued_on') }}
),

differing as (
    select
        coalesce(sum(case when difference_class <> 'rounding' then 1 else 0 end), 0) as rows_differing,
        coalesce(sum(case when difference_class <> 'rounding' then abs(amount) else 0 end), 0) as amount_differing,
        concat_ws(
            '; '
            {%- for class in difference_classes() -%}
            , case
                when sum(case when difference_class = '{{ class }}' then 1 else 0 end) > 0
                    then concat(
                        '{{ class }}: ',
                        sum(case when difference_class = '{{ class }}' then 1 else 0 end),
                        ' (',
                        sum(case when difference_class = '{{ class }}' then amount else 0 end),
                        ')'
                    )
            end
            {%- endfor %}
        ) as detail,
        {{ examples('invoice_id') }} as examples
    from differences
),

-- The month at whose end MRR is furthest off.
months as (
    select
        periods.period_start as effect_month,
        sum(differences.mrr_effect) as effect
    from {{ ref('int_periods') }} as periods
    inner join differences
        on
            periods.closing_on > differences.mrr_effect_from
            and (differences.mrr_effect_to is null or periods.closing_on <= differences.mrr_effect_to)
    where periods.grain = 'month' and differences.difference_class <> 'rounding'
    group by periods.period_start
),

ranked as (
    select
        *,
        row_number() over (order by abs(effect) desc, effect_month desc) as place
    from months
    where effect <> 0
),

-- No effect is known of invoices without a line.
unknown as (
    select count(*) as invoice_count
    from differences
    where mrr_effect is null and difference_class <> 'rounding'
),

final as (
    select
        'invoices' as guard,
        exists (select 1 from {{ ref('int_invoice_lines') }}) as is_present,
        checked.rows_checked,
        differing.rows_differing,
        checked.amount_checked,
        differing.amount_differing,
        case when unknown.invoice_count = 0 then coalesce(ranked.effect, 0) else ranked.effect end as mrr_effect,
        ranked.effect_month as mrr_effect_month,
        0 as warns_above_rows,
        0 as warns_above_money,
        {% if var('recurring_from') == 'invoice_lines' -%}
        {{ var('max_share_of_invoices') }} as refuses_above_rows,
        {{ var('max_share_of_money') }} as refuses_above_money,
        {%- else -%}
        null as refuses_above_rows,
        null as refuses_above_money,
        {%- endif %}
        differing.detail,
        differing.examples
    from checked
    cross join differing
    cross join unknown
    left join ranked
        on ranked.place = 1
)

select * from final
