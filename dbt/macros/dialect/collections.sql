{#- Number of elements of an array, null for null. -#}
{% macro array_length(array) -%}
    {{ return(adapter.dispatch('array_length', 'f1lake')(array)) }}
{%- endmacro %}

{% macro default__array_length(array) -%}
    case when {{ array }} is not null then cast(size({{ array }}) as bigint) end
{%- endmacro %}

{% macro duckdb__array_length(array) -%}
    cast({{ 'array_length' if target.name == 'datafusion' else 'len' }}({{ array }}) as bigint)
{%- endmacro %}

{#- Last value that is not null within a window: `last_value_of('x', 'partition by a order by b')`. -#}
{% macro last_value_of(expression, window) -%}
    {{ return(adapter.dispatch('last_value_of', 'f1lake')(expression, window)) }}
{%- endmacro %}

{% macro default__last_value_of(expression, window) -%}
    last_value({{ expression }}) ignore nulls over ({{ window }})
{%- endmacro %}

{% macro duckdb__last_value_of(expression, window) -%}
    {%- if target.name == 'datafusion' -%}
        last_value({{ expression }}) ignore nulls over ({{ window }})
    {%- else -%}
        last_value({{ expression }} ignore nulls) over ({{ window }})
    {%- endif -%}
{%- endmacro %}

{#- First value that is not null within a window. -#}
{% macro first_value_of(expression, window) -%}
    {{ return(adapter.dispatch('first_value_of', 'f1lake')(expression, window)) }}
{%- endmacro %}

{% macro default__first_value_of(expression, window) -%}
    first_value({{ expression }}) ignore nulls over ({{ window }})
{%- endmacro %}

{% macro duckdb__first_value_of(expression, window) -%}
    {%- if target.name == 'datafusion' -%}
        first_value({{ expression }}) ignore nulls over ({{ window }})
    {%- else -%}
        first_value({{ expression }} ignore nulls) over ({{ window }})
    {%- endif -%}
{%- endmacro %}

{#- A quotient as a float, null when the divisor is 0. Plain `/` of whole numbers cuts on DataFusion. -#}
{% macro ratio(dividend, divisor) -%}
    (cast({{ dividend }} as double) / nullif(cast({{ divisor }} as double), 0))
{%- endmacro %}

{#- Element of an array by its place from 1, null where there is none. -#}
{% macro element_of(array, place) -%}
    {{ return(adapter.dispatch('element_of', 'f1lake')(array, place)) }}
{%- endmacro %}

{% macro default__element_of(array, place) -%}
    get({{ array }}, cast({{ place }} - 1 as int))
{%- endmacro %}

{% macro duckdb__element_of(array, place) -%}
    {{ array }}[{{ place }}]
{%- endmacro %}
