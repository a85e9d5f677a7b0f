-- The discounts that full lines of a contract show, in whole percent where that explains them. Some billing systems round what
-- is taken off and some what is left: half a cent tells which.
with

shown as (
    select distinct
        customer_id,
        contract_key,
        undiscounted_cents,
        full_cents,
        {{ scaled('undiscounted_cents - full_cents', 100, 'undiscounted_cents') }} as percent
    from {{ ref('int_invoice_full_lines') }}
    where full_cents > 0 and undiscounted_cents > full_cents
),

computed as (
    select
        *,
        undiscounted_cents - {{ scaled('undiscounted_cents', 'percent', 100) }} as by_what_is_off,
        {{ scaled('undiscounted_cents', '(100 - percent)', 100) }} as by_what_is_left
    from shown
),

final as (
    select
        customer_id,
        contract_key,
        undiscounted_cents,
        undiscounted_cents - full_cents as off_cents,
        case when full_cents in (by_what_is_off, by_what_is_left) then percent end as percent,
        max(case when full_cents = by_what_is_left and full_cents <> by_what_is_off then 1 else 0 end)
            over (partition by customer_id, contract_key) = 1 as is_rest_rounded
    from computed
)

select * from final
