{#-
    Numbers the rows of one key: 1 is the row to keep. The newest load wins; rows that contradict each other within one
    load are decided by their values, present before null, so that every engine keeps the same row.
-#}
{% macro newest_first(key, ties=[]) -%}
    row_number() over (
            partition by {{ key | join(', ') }}
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last
                {%- for column in ties %}, {{ column }} desc nulls last{% endfor %}
        )
{%- endmacro %}
