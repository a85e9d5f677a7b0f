-- Guard: not every line of a file is in one class that does not recur, where there are subscriptions to bill: then the column
-- that tells the class may not have been understood. A few lines of one night may well be alike.
{%- set fewest_lines = 10 %}

with

lines as (
    select
        lines._source_file as file_name,
        lines.kind,
        lines.subscription_id is not null or lines.period_end_on > {{ add_days('lines.period_start_on', 1) }} as may_recur
    from {{ ref('int_invoice_lines') }} as lines
    left join {{ ref('stg_billing__credit_notes') }} as credit_notes
        on lines.invoice_id = credit_notes.credit_note_id
    where
        credit_notes.credit_note_id is null
        and (
            exists (select 1 from {{ ref('stg_billing__subscriptions') }})
            or exists (select 1 from {{ ref('int_plans') }} where billing_interval is not null)
            or lines.subscription_id is not null
        )
),

files as (
    select
        file_name,
        min(kind) as kind,
        count(*) as line_count,
        min(kind) = max(kind) and min(kind) <> 'recurring' and max(case when may_recur then 1 else 0 end) = 1 as is_alike
    from lines
    group by file_name
),

judged as (
    select
        *,
        is_alike and line_count > 1 and (
            line_count >= {{ fewest_lines }} or not exists (select 1 from lines where kind = 'recurring')
        ) as is_odd
    from files
),

ranked as (
    select
        *,
        row_number() over (order by is_odd desc, line_count desc, file_name) as place
    from judged
),

final as (
    {{ guard_row(
        guard="'one_class'",
        checked='coalesce(sum(line_count), 0)',
        differing='coalesce(sum(case when is_odd then line_count else 0 end), 0)',
        example="case when is_odd then concat(file_name, ' (all ', kind, ')') end",
        warns_above_rows=0,
        mrr_effect='null'
    ) }}
)

select * from final
