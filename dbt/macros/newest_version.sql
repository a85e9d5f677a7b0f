{#
  The newest version of each row of a raw table, as known at `as_of`, without the deleted.
  The latest version wins, whichever file came first (newest_first).
  Nearly every row has one version, and the load knew which: only keys that came again are compared.
  `among`: a condition on the key, where not all are wanted.
#}
{% macro newest_version(table, keys, among='true') -%}
    {%- set key_hash = row_hash(keys | join(', ')) -%}
    select * from {{ source('raw', table) }} as single_versions
    where
        not _deleted
        and {{ known_by_as_of('single_versions') }}
        and {{ key_hash }} not in ({{ keys_that_came_again(table, keys) }})
        and {{ among }}

    union all

    select {{ all_but(['_version_rank']) }}
    from (
        select
            *,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by {{ newest_first() }}
            ) as _version_rank
        from {{ source('raw', table) }} as several_versions
        where
            {{ known_by_as_of('several_versions') }}
            and {{ key_hash }} in ({{ keys_that_came_again(table, keys) }})
            and {{ among }}
    ) as versions
    where _version_rank = 1 and not _deleted
{%- endmacro %}

{# Hashes of the keys of which more than one version may be known at `as_of`. #}
{% macro keys_that_came_again(table, keys) -%}
    select {{ row_hash(keys | join(', ')) }}
    from {{ source('raw', table) }} as came_again
    where coalesce(came_again._may_supersede, true) and {{ known_by_as_of('came_again') }}
{%- endmacro %}

{#
  The order of the versions of one key: by the record's own time, else that of its export, else when it was loaded; of one
  time, the one that was loaded last. contract.py says the same to ingest (NEWEST_FIRST).
#}
{% macro newest_first() -%}
    coalesce(_version_at, _loaded_at) desc, _load_id desc, _source_row desc
{%- endmacro %}
