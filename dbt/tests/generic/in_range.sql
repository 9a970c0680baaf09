{#- Values lie between two bounds, both included; null passes. -#}
{% test in_range(model, column_name, min=none, max=none) %}

select *
from {{ model }}
where
    {%- if min is not none %}
    {{ column_name }} < {{ min }}
    {%- endif %}
    {%- if min is not none and max is not none %} or {% endif %}
    {%- if max is not none %}
    {{ column_name }} > {{ max }}
    {%- endif %}

{% endtest %}
