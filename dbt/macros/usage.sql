{# Sets as bits, hashes of keys, and what usage is made with. #}

{# A 64-bit hash: groups long keys in little memory where a later step compares the keys themselves. #}
{% macro row_hash(expression) -%}{{ return(adapter.dispatch('row_hash')(expression)) }}{%- endmacro %}
{% macro duckdb__row_hash(expression) -%}hash({{ expression }}){%- endmacro %}
{% macro spark__row_hash(expression) -%}xxhash64({{ expression }}){%- endmacro %}

{#
  A set of features is held as bits: each has a word and a bit of it (stg_usage__features), and the words are columns
  feature_mask_0, feature_mask_1, ... as many as the features need. To unite sets is bit_or, to count them bit_count.
#}
{% macro bits_in_a_word() -%}62{%- endmacro %}

{% macro feature_words() -%}
    {%- set features = load_relation(ref('stg_usage__features')) if execute else none -%}
    {%- set highest = single_value('select max(feature_word) from ' ~ features) if features else none -%}
    {{ return((highest or 0) + 1) }}
{%- endmacro %}

{# Columns feature_mask_0 ...: the union over a group. #}
{% macro united_feature_masks() -%}
    {%- for word in range(feature_words()) -%}
    bit_or(feature_mask_{{ word }}) as feature_mask_{{ word }}
    {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The same columns by name, each after a comma. #}
{% macro feature_mask_columns() -%}
    {%- for word in range(feature_words()) -%}, feature_mask_{{ word }}{%- endfor -%}
{%- endmacro %}

{# How many features the columns feature_mask_0 ... hold together. #}
{% macro features_in_masks() -%}
    (
        {%- for word in range(feature_words()) -%}
        coalesce(cast(bit_count(feature_mask_{{ word }}) as integer), 0)
        {{- ' + ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{# A set of days of one month is held as bits too: 1 for the first, 2 for the second, 4 for the third. #}
{% macro day_bit(day) -%}{{ bit_at('extract(day from ' ~ day ~ ') - 1') }}{%- endmacro %}

{# The last day of such a set; none of an empty one. #}
{% macro newest_day(month, days) -%}
    case when ({{ days }}) > 0 then {{ add_days(month, 'floor(log2(' ~ days ~ '))') }} end
{%- endmacro %}

{# The one value that a query selects, when the model is built; none while the project is only read. #}
{% macro single_value(query) -%}
    {{ return(run_query(query).columns[0].values()[0] if execute else none) }}
{%- endmacro %}

{# Aggregate: the middle value, or the mean of the two in the middle. #}
{% macro middle(expression) -%}{{ return(adapter.dispatch('middle')(expression)) }}{%- endmacro %}
{% macro duckdb__middle(expression) -%}cast(median({{ expression }}) as double){%- endmacro %}
{% macro spark__middle(expression) -%}cast(percentile({{ expression }}, 0.5) as double){%- endmacro %}

{# Condition: the raw row was known at `as_of`. #}
{% macro known_by_as_of(alias) -%}
    {%- if var('as_of') is not none -%}
    {{ alias }}._loaded_at <= {{ instant_literal(var('as_of')) }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# What usage days are made with beside the events themselves. #}
{% macro usage_context() -%}
    '{{ var("timezone") }}{{ "/" ~ local_md5(tojson(var("key_events"))) if var("key_events") }}'
{%- endmacro %}

{# Condition: an event in which a customer meets the product's value: one of the key events, else any that names a feature. #}
{% macro is_key_event(alias) -%}
    {%- if var('key_events') -%}
    {{ alias }}.event_name in (
        {%- for name in var('key_events') %}'{{ name | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor -%}
    )
    {%- else -%}
    {{ alias }}.feature is not null
    {%- endif -%}
{%- endmacro %}

{# Seconds since 1970 of an instant, whole. #}
{% macro epoch_seconds(instant) -%}{{ return(adapter.dispatch('epoch_seconds')(instant)) }}{%- endmacro %}
{% macro duckdb__epoch_seconds(instant) -%}cast(epoch_ms({{ instant }}) // 1000 as bigint){%- endmacro %}
{% macro spark__epoch_seconds(instant) -%}unix_timestamp({{ instant }}){%- endmacro %}

{# What frequency, breadth and recency of use weigh in the happiness of a customer. #}
{% macro health_weights() -%}
    {{ return(var('health_weights', {'frequency': 40, 'breadth': 30, 'recency': 30})) }}
{%- endmacro %}
