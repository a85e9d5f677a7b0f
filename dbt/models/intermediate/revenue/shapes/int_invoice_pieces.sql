-- What each line that is no credit is worth in full, and until when. A later full line of the same product
-- replaces what was there before, from its own beginning; lines of one invoice add up.
{{ incremental_by_customer(inputs=['int_invoice_lines', 'int_invoice_full_lines', 'int_invoice_debits']) }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where {{ is_computed('customer_id') }}
),

pieces as (
    select * from {{ ref('int_invoice_debits') }}
    where {{ is_computed('customer_id') }}
),

{{ plans_that_run_together('full_lines') }},

-- Where items of a subscription have ids, an item has one line at a time, whatever its product. Where one of them is called plan,
-- the others are add-ons, of whatever product.
items as (
    select
        concat(invoice_id, '/', line_id) as line_key,
        item_id,
        max(case when item_id = 'plan' then 1 else 0 end) over (partition by customer_id, subscription_id) = 1 as is_beside_a_plan
    from {{ ref('int_invoice_lines') }}
    where item_id is not null and {{ is_computed('customer_id') }}
),

replaced as (
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
),

{% if var('discounts') == 'lasting_only' -%}
-- A discount of unknown duration that a later line of the same plan and quantity no longer has did not last.
outlived as (
    select distinct
        pieces.line_key,
        later.full_cents as taxed_cents,
        later.full_cents - later.tax_cents as full_cents
    from pieces
    inner join full_lines as later
        on
            pieces.contract_key = later.contract_key
            and pieces.plan_key = later.plan_key
            and coalesce(pieces.quantity, 1) = coalesce(later.quantity, 1)
            and pieces.period_start_on < later.period_start_on
            and pieces.taxed_cents < later.full_cents
            and later.full_cents = later.list_cents
    where pieces.may_be_discounted
),

{% endif -%}
final as (
    select
        {{ all_but(['taxed_cents', 'full_cents', 'counts_until', 'end_reason'], 'pieces') }},
        {%- for amount in ['taxed_cents', 'full_cents'] %}
        {{ 'coalesce(outlived.' ~ amount ~ ', pieces.' ~ amount ~ ')' if var('discounts') == 'lasting_only' else 'pieces.' ~ amount }}
            as {{ amount }},
        {%- endfor %}
        least(pieces.counts_until, replaced.replaced_on) as counts_until,
        case when coalesce(replaced.replaced_on >= pieces.counts_until, true) then pieces.end_reason end as end_reason
    from pieces
    left join replaced
        on pieces.line_key = replaced.line_key
    {%- if var('discounts') == 'lasting_only' %}
    left join outlived
        on pieces.line_key = outlived.line_key
    {%- endif %}
)

select * from final
