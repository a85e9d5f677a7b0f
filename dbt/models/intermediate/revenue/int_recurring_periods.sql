-- The waist: everything recurring is derived from this model and nothing else. Pieces are valued in the
-- reporting currency, not yet rounded (a customer's plan on a day is), and cut where a dated rate changes. An unknown currency keeps its row
-- with no mrr: the test assert_every_currency_has_a_rate names it, nothing vanishes.
{{ may_read('int_bridged_gaps') }}
{{ incremental_by_customer(inputs=['int_invoice_service_lines', 'int_invoice_pieces']) }}

with

as_given as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
    where {{ is_computed('customer_id') }}
),

{% if var('bridge_gap_days') > 0 -%}
gaps as (
    select * from {{ ref('int_bridged_gaps') }}
),

-- In a short gap the customer keeps what held the day before it, and nothing begins before it is over.
bridged as (
    select
        {{ all_but(['valid_from', 'valid_to'], 'as_given') }},
        coalesce(begun.valid_to, as_given.valid_from) as valid_from,
        coalesce(ended.valid_to, as_given.valid_to) as valid_to
    from as_given
    left join gaps as begun
        on
            as_given.customer_id = begun.customer_id
            and as_given.valid_from >= begun.valid_from
            and as_given.valid_from < begun.valid_to
    left join gaps as ended
        on
            as_given.customer_id = ended.customer_id
            and as_given.valid_to >= ended.valid_from
            and as_given.valid_to <= ended.valid_to
),

{% endif -%}
pieces as (
    {%- if var('bridge_gap_days') > 0 %}
    select * from bridged
    where valid_to is null or valid_from < valid_to
    {%- else %}
    select * from as_given
    {%- endif %}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        pieces.customer_id,
        pieces.subscription_id,
        pieces.plan_id,
        pieces.quantity,
        {{ if_it_fits(exact_amount(
            'pieces.monthly_numerator * rates.rate_numerator',
            'pieces.monthly_denominator * rates.rate_denominator'
        )) }} as mrr,
        greatest(pieces.valid_from, rates.valid_from) as valid_from,
        least(pieces.valid_to, rates.valid_to) as valid_to,
        pieces.currency,
        {{ if_it_fits(exact_amount('pieces.monthly_numerator', 'pieces.monthly_denominator')) }} as mrr_in_currency,
        case
            when rates.valid_to is null or pieces.valid_to <= rates.valid_to then pieces.end_reason
        end as end_reason,
        pieces.source_table,
        pieces.source_key,
        pieces.source_file,
        pieces.source_row
    from pieces
    left join rates
        on
            pieces.currency = rates.currency
            and {{ or_never('pieces.valid_to') }} > rates.valid_from
            and pieces.valid_from < {{ or_never('rates.valid_to') }}
)

select * from final
