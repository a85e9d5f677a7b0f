-- Rates as fractions of whole numbers, so that converting never passes through a double.
{%- set rates = var('currency_rates') %}

with

given as (
    {%- for entry in rates %}
    {%- set digits = (entry['rate'] | string).split('.') %}
    {%- set decimals = (digits[1] if digits | length > 1 else '').rstrip('0') %}
    select
        '{{ entry["currency"] | upper }}' as currency,
        {{ "cast('" ~ entry["valid_from"] ~ "' as date)" if entry["valid_from"] else 'cast(null as date)' }} as valid_from,
        cast('{{ entry["rate"] }}' as decimal(18, 9)) as rate,
        cast({{ digits[0] ~ decimals }} as bigint) as rate_numerator,
        cast({{ 10 ** (decimals | length) }} as bigint) as rate_denominator
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- The earliest rate of a currency holds for everything before it too.
final as (
    select
        currency,
        case
            when row_number() over (partition by currency order by valid_from nulls first) > 1
                then valid_from
            else cast('0001-01-01' as date)
        end as valid_from,
        lead(valid_from) over (partition by currency order by valid_from nulls first) as valid_to,
        rate,
        rate_numerator,
        rate_denominator
    from given
)

select * from final
