-- The MRR of the last day covered by the month in which what is paid for ends.
with

pieces as (
    select * from {{ ref('int_running_pieces') }}
),

numbers as (
    {{ numbers(2) }}
),

months as (
    select
        cast(numbers.n as integer) as months_ahead,
        {{ add_months(period_start('month', after_until()), 'numbers.n') }} as month
    from numbers
    where numbers.n <= 12
),

whole as (
    select coalesce(sum(mrr), 0) as mrr from pieces
),

ending as (
    select
        {{ period_start('month', 'ends_on') }} as month,
        sum(case when has_asked_to_cancel then mrr else 0 end) as mrr_ending,
        count(distinct case when has_asked_to_cancel then customer_id end) as customers_ending,
        sum(case when has_asked_to_cancel then 0 else mrr end) as mrr_renewing,
        count(distinct case when not has_asked_to_cancel then customer_id end) as customers_renewing
    from pieces
    group by {{ period_start('month', 'ends_on') }}
),

final as (
    select
        months.month,
        months.months_ahead,
        {{ money('coalesce(ending.mrr_ending, 0)') }} as mrr_ending,
        cast(coalesce(ending.customers_ending, 0) as integer) as customers_ending,
        {{ money('coalesce(ending.mrr_renewing, 0)') }} as mrr_renewing,
        cast(coalesce(ending.customers_renewing, 0) as integer) as customers_renewing,
        {{ money('whole.mrr - sum(coalesce(ending.mrr_ending, 0)) over so_far') }} as mrr_not_ending,
        {{ money(
            'whole.mrr - sum(coalesce(ending.mrr_ending, 0) + coalesce(ending.mrr_renewing, 0)) over so_far'
        ) }} as mrr_committed
    from months
    cross join whole
    left join ending
        on months.month = ending.month
    window so_far as (order by months.month)
)

select * from final
