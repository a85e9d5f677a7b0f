{#
  The newest version of each row of a raw table, as known at `as_of`, without the deleted.
  Greatest (_load_id, _source_row) wins: files are loaded in their natural order, so the order of a directory does not matter.
#}
{% macro newest_version(table, keys) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by _load_id desc, _source_row desc
            ) as _version_rank
        from {{ source('raw', table) }}
        {%- if var('as_of') is not none %}
        where _loaded_at <= {{ instant_literal(var('as_of')) }}
        {%- endif %}
    ) as versions
    where _version_rank = 1 and not _deleted
{%- endmacro %}
