-- Each guard judged: above the limits of the settings it warns or refuses; what differs below them is tolerated and said.
with

guards as (
    {%- for model in [
        'int_reconciled_invoices', 'int_reconciled_credits', 'int_reconciled_money_back', 'int_reconciled_payments',
        'int_reconciled_refunds', 'int_reconciled_orders', 'int_reconciled_recurring', 'int_lines_of_one_class', 'int_strangers',
        'int_unknown_prices', 'int_unknown_customers', 'int_unknown_states', 'int_doubtful_lines',
        'int_customers_below_zero',
    ] %}
    select {{ guard_columns() }} from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

texts as (
    {%- for guard in guard_texts() %}
    select
        '{{ guard.guard }}' as guard,
        '{{ guard.unit }}' as unit,
        '{{ guard.finding }}' as finding,
        '{{ guard.what_to_do }}' as what_to_do
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A guard without rows (no tickets, no payments) is there too: nothing to check.
complete as (
    select
        texts.guard,
        texts.unit,
        texts.finding,
        texts.what_to_do,
        coalesce(guards.is_present, false) as is_present,
        cast(coalesce(guards.rows_checked, 0) as bigint) as rows_checked,
        cast(coalesce(guards.rows_differing, 0) as bigint) as rows_differing,
        {{ share('guards.rows_differing', 'guards.rows_checked') }} as share_of_rows,
        {{ money('guards.amount_checked') }} as amount_checked,
        {{ money('guards.amount_differing') }} as amount_differing,
        {{ share('guards.amount_differing', 'guards.amount_checked') }} as share_of_money,
        {{ money('guards.mrr_effect') }} as mrr_effect,
        cast(guards.mrr_effect_month as date) as mrr_effect_month,
        coalesce(
            {{ share('guards.rows_differing', 'guards.rows_checked') }} > guards.warns_above_rows, false
        ) as warns_for_rows,
        coalesce(
            {{ share('guards.amount_differing', 'guards.amount_checked') }} > guards.warns_above_money, false
        ) as warns_for_money,
        coalesce(
            {{ share('guards.rows_differing', 'guards.rows_checked') }} > guards.refuses_above_rows, false
        ) as refuses_for_rows,
        coalesce(
            {{ share('guards.amount_differing', 'guards.amount_checked') }} > guards.refuses_above_money, false
        ) as refuses_for_money,
        nullif(guards.detail, '') as detail,
        nullif(guards.examples, '') as examples
    from texts
    left join guards
        on texts.guard = guards.guard
),

final as (
    select
        cast(guard as {{ dbt.type_string() }}) as guard,
        cast(
            case
                when rows_checked = 0 and is_present then 'cannot be reconciled'
                when rows_checked = 0 then 'nothing to check'
                when refuses_for_rows or refuses_for_money then 'refused'
                when rows_differing = 0 then 'clean'
                when warns_for_rows or warns_for_money then 'warned'
                else 'tolerated'
            end as {{ dbt.type_string() }}
        ) as status,
        cast(finding as {{ dbt.type_string() }}) as finding,
        cast(unit as {{ dbt.type_string() }}) as unit,
        rows_checked,
        rows_differing,
        share_of_rows,
        amount_checked,
        amount_differing,
        share_of_money,
        mrr_effect,
        mrr_effect_month,
        cast(case when rows_differing > 0 then detail end as {{ dbt.type_string() }}) as detail,
        cast(case when rows_differing > 0 then examples end as {{ dbt.type_string() }}) as examples,
        cast(what_to_do as {{ dbt.type_string() }}) as what_to_do
    from complete
)

select * from final
