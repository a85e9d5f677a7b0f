-- Credit notes that come without lines, as lines, with the columns of the lines of int_invoice_line_periods in their order. One for
-- all that its invoice billed takes all of it back. One for a part is of the only line of its amount, else of all lines in
-- proportion, to the cent; whether such a line is a piece or money is judged as that of any credit note.
with

lines as (
    select * from {{ ref('int_invoice_line_amounts') }}
),

notes as (
    select
        notes.credit_note_id,
        notes.invoice_id,
        notes.status,
        notes.issued_at,
        notes.issued_on,
        notes.total,
        invoices.total as invoice_total
    from {{ ref('stg_billing__credit_notes') }} as notes
    inner join {{ ref('stg_billing__invoices') }} as invoices
        on notes.invoice_id = invoices.invoice_id
    where
        notes.total between cast(0.01 as decimal(18, 2)) and invoices.total
        and notes.credit_note_id not in (select lines.invoice_id from lines)
),

-- Amounts of lines are without tax, totals with it: both in proportion.
pairs as (
    select
        notes.*,
        lines.line_id,
        lines.kind,
        {{ cents('lines.amount_billed') }} as line_cents,
        sum({{ cents('lines.amount_billed') }}) over (partition by notes.credit_note_id) as net_cents
    from notes
    inner join lines
        on notes.invoice_id = lines.invoice_id
    where lines.kind <> 'tax'
),

named as (
    select
        *,
        {{ scaled('line_cents', cents('invoice_total'), 'net_cents') }} = {{ cents('total') }} as has_its_amount,
        {{ scaled(cents('total'), 'net_cents', cents('invoice_total')) }} as note_cents,
        sum(line_cents) over (partition by credit_note_id) as billed_cents,
        count(*) over (partition by credit_note_id) as line_count
    from pairs
    where line_cents > 0 and net_cents > 0
),

shared as (
    select
        *,
        sum(case when has_its_amount then 1 else 0 end) over (partition by credit_note_id) = 1 as is_of_one,
        {%- set product = 'cast(note_cents as ' ~ wide_integer() ~ ') * line_cents' %}
        {{ product }} % billed_cents as remainder,
        cast({{ whole_quotient(product, 'billed_cents') }} as bigint) as floor_cents
    from named
),

ranked as (
    select
        *,
        row_number() over (partition by credit_note_id order by remainder desc, line_id)
        <= note_cents - sum(floor_cents) over (partition by credit_note_id) as has_a_cent_more
    from shared
),

final as (
    select
        lines.line_id,
        ranked.credit_note_id as invoice_id,
        case when ranked.status in ('void', 'voided') then 'void' else 'paid' end as invoice_status,
        lines.customer_id,
        lines.subscription_id,
        lines.plan_id,
        lines.line_id as credited_line_id,
        'credit' as kind,
        lines.quantity,
        lines.currency,
        {%- set share = 'cast(-(ranked.floor_cents + case when ranked.has_a_cent_more then 1 else 0 end) as decimal(18, 0)) * 0.01' %}
        {%- set is_all = 'ranked.total = ranked.invoice_total or ranked.is_of_one' %}
        {%- for column in ['period_start_at', 'period_end_at', 'period_start_on', 'period_end_on'] %}
        case when {{ is_all }} then lines.{{ column }} end as {{ column }},
        {%- endfor %}
        lines.is_proration,
        ranked.issued_at,
        ranked.issued_on,
        lines.paid_at,
        lines.paid_on,
        lines._source_file,
        lines._source_row,
        lines.tax_permille,
        lines.amount_given,
        {{ money('case when ' ~ is_all ~ ' then -lines.amount_billed else ' ~ share ~ ' end') }} as amount_billed,
        {{ money('case when ' ~ is_all ~ ' then -lines.amount else ' ~ share ~ ' end') }} as amount,
        case when {{ is_all }} then -lines.inclusive_tax else 0 end as inclusive_tax,
        case when {{ is_all }} then lines.discount end as discount,
        ranked.line_count > 1 and not ({{ is_all }}) as is_spread
    from lines
    inner join ranked
        on lines.invoice_id = ranked.invoice_id and lines.line_id = ranked.line_id
    where
        lines.kind = 'recurring'
        and lines.amount > 0
        and (ranked.total = ranked.invoice_total or ranked.has_its_amount or not ranked.is_of_one)
)

select * from final
