-- When a line is replaced: a later full line of the same product takes the place of what was there before, from its own
-- beginning; lines of one invoice add up.
{{ config(materialized='table') }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
),

pieces as (
    {%- set columns = [
        'line_key', 'invoice_id', 'customer_id', 'contract_key', 'plan_key', 'product', 'kind', 'period_start_on', 'period_end_on',
    ] %}
    select {{ columns | join(', ') }} from full_lines

    union all

    select {{ columns | join(', ') }} from {{ ref('int_invoice_parts') }}
),

-- Where no product is told, plans of one contract are no alternatives if they stood on one invoice together, or one was renewed
-- while the other ran.
unnamed as (
    select
        *,
        {%- for column in ['period_start_on', 'period_end_on'] %}
        lag({{ column }}) over (partition by contract_key, plan_key order by period_start_on, period_end_on)
            as {{ column }}_before{{ ',' if not loop.last }}
        {%- endfor %}
    from full_lines
    where product = '(none)'
),

beside as (
    select
        one.contract_key,
        one.plan_key,
        other.plan_key as other_plan_key
    from unnamed as one
    inner join unnamed as other
        on one.contract_key = other.contract_key and one.plan_key <> other.plan_key
    where
        one.invoice_id = other.invoice_id
        or (
            one.period_end_on_before = one.period_start_on
            and one.period_start_on_before < other.period_start_on
            and one.period_start_on > other.period_start_on
            and one.period_start_on < other.period_end_on
        )
),

together as (
    select * from beside

    union

    select
        contract_key,
        other_plan_key as plan_key,
        plan_key as other_plan_key
    from beside
),

-- Where items of a subscription have ids, an item has one line at a time, whatever its product. Where one of them is called plan,
-- the others are add-ons, of whatever product.
items as (
    select
        concat(invoice_id, '/', line_id) as line_key,
        item_id,
        max(case when item_id = 'plan' then 1 else 0 end) over (partition by customer_id, subscription_id) = 1 as is_beside_a_plan
    from {{ ref('int_invoice_lines') }}
    where item_id is not null
),

final as (
    select
        pieces.line_key,
        min(full_lines.period_start_on) as replaced_on
    from pieces
    left join items as own
        on pieces.line_key = own.line_key
    inner join full_lines
        on
            pieces.contract_key = full_lines.contract_key
            and pieces.invoice_id <> full_lines.invoice_id
            and pieces.period_start_on < full_lines.period_start_on
            and pieces.period_end_on > full_lines.period_start_on
            -- What ends with an earlier line of its plan is more of the same.
            and (
                full_lines.period_end_on <> pieces.period_end_on
                or (full_lines.is_whole_by_dates and full_lines.plan_key <> pieces.plan_key)
            )
    left join items as later
        on full_lines.line_key = later.line_key
    left join together
        on
            case when pieces.product = '(none)' then pieces.contract_key end = together.contract_key
            and pieces.plan_key = together.plan_key
            and full_lines.plan_key = together.other_plan_key
    where
        pieces.kind = 'recurring'
        and full_lines.kind = 'recurring'
        and together.contract_key is null
        and (
            own.item_id = later.item_id
            or (
                pieces.product = full_lines.product
                and (pieces.product <> '(none)' or not coalesce(own.is_beside_a_plan and later.is_beside_a_plan, false))
            )
        )
    group by pieces.line_key
)

select * from final
