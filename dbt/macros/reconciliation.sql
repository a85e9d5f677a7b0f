{# Classes of the difference between an invoice's own totals and its lines, the first that fits (int_invoice_differences). #}
{% macro difference_classes() -%}
    {{ return([
        'lines missing', 'rounding', 'discount not in the lines', 'tax in the lines',
        'discount not in the lines, tax in the lines', 'credit note elsewhere', 'other',
    ]) }}
{%- endmacro %}

{# Up to five examples in one text, of rows numbered by `place`. #}
{% macro examples(key, place='place') -%}
    concat_ws(
        ', '
        {%- for number in range(1, 6) -%}
        , max(case when {{ place }} = {{ number }} then {{ key }} end)
        {%- endfor -%}
    )
{%- endmacro %}

{# Whether a day lies in the validity of a row of int_currency_rates. #}
{% macro rate_holds_on(rates, day) -%}
    {{ day }} >= coalesce({{ rates }}.valid_from, cast('0001-01-01' as date))
    and {{ day }} < {{ or_never(rates ~ '.valid_to') }}
{%- endmacro %}

{# The columns that every guard has, in their order; mart_reconciliation puts them together. #}
{% macro guard_columns() -%}
    guard, is_present, rows_checked, rows_differing, amount_checked, amount_differing, mrr_effect, mrr_effect_month,
    warns_above_rows, warns_above_money, refuses_above_rows, refuses_above_money, detail, examples
{%- endmacro %}

{#
  Last query of a guard: of `ranked`, numbered by `place`, how many were checked, how many of them differ and which first.
  All are expressions; the example is NULL of a row that does not differ.
#}
{% macro guard_row(
    guard, checked, differing, example, warns_above_rows, mrr_effect=0,
    amount_checked='null', amount_differing='null', warns_above_money='null', detail='null'
) -%}
    select
        {{ guard }} as guard,
        false as is_present,
        {{ checked }} as rows_checked,
        {{ differing }} as rows_differing,
        {{ amount_checked }} as amount_checked,
        {{ amount_differing }} as amount_differing,
        {{ mrr_effect }} as mrr_effect,
        null as mrr_effect_month,
        {{ warns_above_rows }} as warns_above_rows,
        {{ warns_above_money }} as warns_above_money,
        null as refuses_above_rows,
        null as refuses_above_money,
        {{ detail }} as detail,
        {{ examples(example) }} as examples
    from ranked
{%- endmacro %}

{#
  Last CTEs of a guard over money: of `rows`, one for each `key` with an `amount_checked`, how many differ, by how much and which most.
  causes: the columns that hold what differs, above 0, each with its words; where there is only one it needs none.
#}
{% macro money_guard(guard, rows, key, causes, mrr_effect=0, warns_above_rows=0, warns_above_money=0) -%}
{%- set differing = causes.values() | join(' + ') -%}
{%- set parts = [] -%}
{%- for words, column in causes.items() -%}
{%- do parts.append("'" ~ ('; ' if not loop.first else '') ~ words ~ ": ', coalesce(sum(" ~ column ~ "), 0)") -%}
{%- endfor -%}
ranked as (
    select
        *,
        row_number() over (order by {{ differing }} desc, {{ key }}) as place
    from {{ rows }}
),

final as (
    {{ guard_row(
        guard="'" ~ guard ~ "'",
        checked='count(*)',
        differing='coalesce(sum(case when ' ~ differing ~ ' > 0 then 1 else 0 end), 0)',
        example='case when ' ~ differing ~ ' > 0 then ' ~ key ~ ' end',
        warns_above_rows=warns_above_rows,
        mrr_effect=mrr_effect,
        amount_checked='coalesce(sum(amount_checked), 0)',
        amount_differing='coalesce(sum(' ~ differing ~ '), 0)',
        warns_above_money=warns_above_money,
        detail='concat(' ~ parts | join(', ') ~ ')' if parts | length > 1 else 'null'
    ) }}
)
{%- endmacro %}

{#
  CTEs that end in `credits`: lines that give back what was billed for a time, and may take a piece back. Those of no credit note never
  do, unless they are prorations: where nothing is said of that, they are among them.
#}
{% macro credits_for_a_time() -%}
unsaid as (
    select
        lines.*,
        {{ whole_months('lines.period_start_on', 'lines.period_end_on') }} as months
    from {{ ref('int_invoice_line_periods') }} as lines
    inner join {{ ref('stg_billing__invoice_lines') }} as told
        on lines.invoice_id = told.invoice_id and lines.line_id = told.line_id
    where
        lines.kind = 'credit'
        and lines.amount < 0
        and lines.invoice_status in ('paid', 'open', 'uncollectible')
        and lines.subscription_id is not null
        and lines.period_start_on < lines.period_end_on
        and not told.is_proration_told
        and lines.invoice_id not in (select notes.credit_note_id from {{ ref('stg_billing__credit_notes') }} as notes)
),

credits as (
    {%- set columns = 'line_key, invoice_id, currency, period_start_on, counts_until, given_back_cents, months_numerator, months_denominator' %}
    select {{ columns | replace('given_back_cents', 'tax_cents - amount_cents as given_back_cents') }}
    from {{ ref('int_invoice_service_lines') }}
    where kind = 'credit'

    union all

    select
        concat(invoice_id, '/', line_id) as line_key,
        invoice_id,
        currency,
        period_start_on,
        period_end_on as counts_until,
        -{{ cents('amount') }} as given_back_cents,
        coalesce(months, 12 * {{ days_between('period_start_on', 'period_end_on') }}) as months_numerator,
        case when months is null then 365 else 1 end as months_denominator
    from unsaid
)
{%- endmacro %}

{# What each guard is in words: its unit, what is said of those that differ and what to do. #}
{% macro guard_texts() -%}
    {{ return([
        {
            'guard': 'invoices', 'unit': 'invoices',
            'finding': 'do not add up to their own total without tax',
            'what_to_do': 'mart_invoice_differences names each invoice; export the discounts, taxes or lines that are missing, or correct the mapping of the amount; of an invoice that came again with a line less the old line stays unless the source says whole: [invoice_lines] (docs/reconciliation.md)',
        },
        {
            'guard': 'credits', 'unit': 'credited invoices',
            'finding': 'were credited by more than the credit notes of the export say',
            'what_to_do': 'export the credit notes too: what they take back of a subscription is still counted',
        },
        {
            'guard': 'money_back', 'unit': 'credits of subscriptions',
            'finding': 'take back no piece of one and count as money given back',
            'what_to_do': 'nothing where money was meant. Else export the lines of these credit notes with the time and the units that they take back',
        },
        {
            'guard': 'payments', 'unit': 'paid invoices',
            'finding': 'were paid by another amount than their payments come to',
            'what_to_do': 'export the payments that are missing; collected revenue and lifetime value are too low without them. Bank transfers may have none: raise reconciliation.max_share_of_money',
        },
        {
            'guard': 'refunds', 'unit': 'refunded payments',
            'finding': 'are of no payment that is exported, or were paid back by more than was paid',
            'what_to_do': 'export the payments that are missing: until then collected revenue and lifetime value are too low by these amounts',
        },
        {
            'guard': 'orders', 'unit': 'orders',
            'finding': 'have lines that do not come to their own subtotal',
            'what_to_do': 'export all lines of these orders, or correct the mapping of the amount; what was paid is spread over the lines that are there',
        },
        {
            'guard': 'recurring_revenue', 'unit': 'running subscriptions',
            'finding': 'are worth nothing a month',
            'what_to_do': 'look at raw.invoice_lines: is kind right, are the service periods there, is billing.recurring_from the table that has the prices? Metered revenue counts with billing.usage_is_recurring',
        },
        {
            'guard': 'one_class', 'unit': 'invoice lines',
            'finding': 'stand in a file of which every line is in one class that does not recur',
            'what_to_do': 'look at the column from which the mapping reads kind; metered revenue counts with billing.usage_is_recurring',
        },
        {
            'guard': 'lines', 'unit': 'recurring lines',
            'finding': 'are of no time, bill a time again, or end where a line of another plan begins',
            'what_to_do': 'a line needs the time that it bills; an invoice that comes under two ids counts twice, instalments only as far as they are billed; plans of one subscription replace each other unless their products differ (export plans with product)',
        },
        {
            'guard': 'below_zero', 'unit': 'customers with recurring revenue',
            'finding': 'are worth less than nothing a month on some day, and count as nothing then',
            'what_to_do': 'look at the credits and discounts of these customers: what they take back may be billed in rows that are not exported, or their sign may be turned round',
        },
        {
            'guard': 'prices', 'unit': 'prices that are billed',
            'finding': 'are not known',
            'what_to_do': 'export all prices, also archived ones: without its price nobody knows whether a line is metered, and it counts as recurring. Items of prices in tiers or packages need an amount of their own (unit_amount)',
        },
        {
            'guard': 'customers', 'unit': 'paying customers',
            'finding': 'stand in no export of customers',
            'what_to_do': 'they have no sign-up, name or segment: export all customers, or look whether both exports write ids alike (17 and 17.0)',
        },
        {
            'guard': 'states', 'unit': 'subscriptions',
            'finding': 'are in a state that is not known, or have stopped or not begun while a period of theirs has no end',
            'what_to_do': 'they count as if they ran: map the state to one that is known (docs/reconciliation.md lists them), or give the period its end',
        },
        {
            'guard': 'order_states', 'unit': 'orders',
            'finding': 'are in a state that is not known',
            'what_to_do': 'they count as purchases: map the state to one that is known (docs/reconciliation.md lists them)',
        },
        {
            'guard': 'tickets', 'unit': 'tickets',
            'finding': 'belong to no customer whom billing knows',
            'what_to_do': 'they are in no figure of support: export organizations or users with the id that billing uses, or add customer_aliases',
        },
        {
            'guard': 'ratings', 'unit': 'ratings',
            'finding': 'belong to no customer whom billing knows',
            'what_to_do': 'they are in no figure of customers: export organizations or users with the id that billing uses, or add customer_aliases',
        },
        {
            'guard': 'contacts', 'unit': 'contacts',
            'finding': 'are with nobody whom billing knows',
            'what_to_do': 'who was contacted is taken for silent: use the id that billing uses, or add customer_aliases',
        },
        {
            'guard': 'offers', 'unit': 'offers',
            'finding': 'were made to nobody whom billing knows',
            'what_to_do': 'they are in no figure of offers and campaigns: use the id that billing uses, or add customer_aliases',
        },
        {
            'guard': 'events', 'unit': 'usage events',
            'finding': 'are of nobody whom billing knows',
            'what_to_do': 'it is in no figure of use or risk: send the id that billing uses with each event, or export who each user belongs to',
        },
        {
            'guard': 'sessions', 'unit': 'sessions',
            'finding': 'are of nobody whom billing knows',
            'what_to_do': 'they are in no figure of use or risk: export them with the id that billing uses, or who each user belongs to',
        },
    ]) }}
{%- endmacro %}
