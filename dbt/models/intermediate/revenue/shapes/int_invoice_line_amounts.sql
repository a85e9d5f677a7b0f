-- What each line bills without tax and less its discounts, also of tables of their own; what is its price less them already, once.
{{ config(materialized='table') }}
{%- set left_out = "told.duration in ('once', 'repeating')" if var('discounts') == 'lasting_only' else 'false' %}

with

lines as (
    select * from {{ ref('int_invoice_lines') }}
),

discounts as (
    select
        lines.invoice_id,
        lines.line_id,
        {%- set amount = in_major_units('told.amount', 'told', 'lines.currency') %}
        sum({{ amount }}) as amount,
        sum(abs({{ amount }})) as all_told,
        sum(case when {{ left_out }} then {{ amount }} else 0 end) as left_out
    from ({{ with_invoices_of_lines(ref('int_line_discounts')) }}) as told
    inner join lines
        on told.invoice_id = lines.invoice_id and told.line_id = lines.line_id
    group by lines.invoice_id, lines.line_id
),

line_taxes as (
    {{ newest_version('line_taxes', ['invoice_id', 'line_id', 'tax_id']) }}
),

taxes as (
    select
        lines.invoice_id,
        lines.line_id,
        {%- set amount = in_major_units('told.amount', 'told', 'lines.currency', counts=false) %}
        sum({{ amount }}) as all_told,
        sum(case when coalesce(told.is_inclusive, lines.has_taxes_inside, false) then {{ amount }} else 0 end) as amount
    from ({{ with_invoices_of_lines('line_taxes') }}) as told
    inner join lines
        on told.invoice_id = lines.invoice_id and told.line_id = lines.line_id
    group by lines.invoice_id, lines.line_id
),

-- Invoices whose lines add up to the subtotal less the discounts: these are in the lines already.
reduced_invoices as (
    select lines.invoice_id
    from lines
    inner join {{ ref('stg_billing__invoices') }} as invoices
        on lines.invoice_id = invoices.invoice_id
    left join discounts
        on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
    where lines.kind <> 'tax' and lines.invoice_id in (select discounts.invoice_id from discounts)
    group by lines.invoice_id, invoices.subtotal
    having sum(lines.amount) < invoices.subtotal and sum(lines.amount) = invoices.subtotal - sum(discounts.amount)
),

joined as (
    select
        lines.*,
        reduced_invoices.invoice_id is not null as is_reduced,
        discounts.amount as net_discount,
        discounts.all_told as discount_told,
        taxes.all_told as tax_told,
        coalesce(discounts.left_out, 0) as left_out,
        coalesce(taxes.amount, 0) as inclusive_tax,
        abs({{ cents('lines.amount') }}) as amount_cents,
        abs({{ cents('coalesce(discounts.amount, 0)') }}) as discount_cents,
        abs({{ cents('coalesce(taxes.amount, 0)') }}) as tax_cents,
        {{ list_price('plans.unit_amount', 'lines.quantity') }} as list_cents
    from lines
    left join {{ ref('int_plans') }} as plans
        on lines.plan_id = plans.plan_id
    left join discounts
        on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
    left join taxes
        on lines.invoice_id = taxes.invoice_id and lines.line_id = taxes.line_id
    left join reduced_invoices
        on lines.invoice_id = reduced_invoices.invoice_id
),

-- What is still in the amount: nothing, where it is the price less both, or less than what would be taken off.
judged as (
    select
        *,
        case
            when discount_included is not null or is_reduced or amount_cents < discount_cents then 0
            when amount_cents in (list_cents - discount_cents, list_cents - discount_cents - tax_cents) then 0
            else 1
        end as is_discount_apart,
        case when amount_cents in (list_cents - tax_cents, list_cents - discount_cents - tax_cents) then 0 else 1 end
            as is_tax_included
    from joined
),

-- Prices and discounts are with the tax that they include, so that is what parts and credits are compared by.
charged as (
    select
        *,
        abs(amount) - coalesce(abs(net_discount), 0) * is_discount_apart + abs(inclusive_tax) * (1 - is_tax_included) as with_tax,
        {{ permille('tax_cents', 'amount_cents - tax_cents * is_tax_included - discount_cents * is_discount_apart') }} as tax_permille
    from judged
),

final as (
    select
        {{ all_but([
            'amount', 'item_id', 'discount_included', 'has_taxes_inside', 'is_reduced', 'net_discount', 'left_out', 'inclusive_tax',
            'amount_cents', 'discount_cents', 'tax_cents', 'list_cents', 'is_discount_apart', 'is_tax_included', 'with_tax', '_load_id',
        ]) }},
        {%- set sign = 'case when amount < 0 then -1 else 1 end' %}
        {%- set counted = 'with_tax + abs(left_out)' %}
        {%- set tax = 'case when left_out = 0 then abs(inclusive_tax) else ' ~ tax_inside(cents(counted), 'tax_permille') ~ ' * 0.01 end' %}
        amount as amount_given,
        {{ money(sign ~ ' * (with_tax - abs(inclusive_tax))') }} as amount_billed,
        {{ money(sign ~ ' * (' ~ counted ~ ' - ' ~ tax ~ ')') }} as amount,
        {{ money(sign ~ ' * ' ~ tax) }} as inclusive_tax,
        {{ money('greatest(abs(net_discount), abs(discount_included)) - abs(left_out)') }} as discount
    from charged
)

select * from final
