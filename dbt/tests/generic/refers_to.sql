{#- Every row has its row in another table, by several columns of the same name; rows with a null among them pass. -#}
{% test refers_to(model, to, columns) %}

select child.*
from {{ model }} as child
left join (
    select distinct {{ columns | join(', ') }}
    from {{ to }}
) as parent
    on
        {% for column in columns -%}
            {{ 'and ' if not loop.first }}child.{{ column }} = parent.{{ column }}
        {% endfor %}
where
    parent.{{ columns[0] }} is null
    {%- for column in columns %}
    and child.{{ column }} is not null
    {%- endfor %}

{% endtest %}
