{#-
    Who is who. A driver is a person, not a number; a team is its lineage, not its name of the season. Names are
    compared whole: a new name of an old team, or a second spelling of a driver, is one line here.
-#}

{#- Team of a lineage by its name in any season; a team that is not listed is its own lineage. -#}
{% macro team_lineage(team_name) -%}
    case {{ team_name }}
            when 'AlphaTauri' then 'racing_bulls'
            when 'Scuderia AlphaTauri' then 'racing_bulls'
            when 'RB' then 'racing_bulls'
            when 'RB F1 Team' then 'racing_bulls'
            when 'Visa Cash App RB' then 'racing_bulls'
            when 'Racing Bulls' then 'racing_bulls'
            when 'Alfa Romeo' then 'audi'
            when 'Alfa Romeo F1 Team Stake' then 'audi'
            when 'Stake F1 Team Kick Sauber' then 'audi'
            when 'Stake F1 Team' then 'audi'
            when 'Kick Sauber' then 'audi'
            when 'Sauber' then 'audi'
            when 'Audi' then 'audi'
            when 'Haas' then 'haas'
            when 'Haas F1 Team' then 'haas'
            when 'Red Bull' then 'red_bull'
            when 'Red Bull Racing' then 'red_bull'
            else {{ slug(team_name) }}
        end
{%- endmacro %}

{#- One name for each person whom OpenF1 spells in several ways. -#}
{% macro person_alias(name) -%}
    case {{ name }}
            when 'andrea_kimi_antonelli' then 'kimi_antonelli'
            when 'alex_albon' then 'alexander_albon'
            when 'nicolas_hulkenberg' then 'nico_hulkenberg'
            when 'checo_perez' then 'sergio_perez'
            when 'ollie_bearman' then 'oliver_bearman'
            when 'carlos_sainz_jr' then 'carlos_sainz'
            when 'pato_o_ward' then 'patricio_o_ward'
            else {{ name }}
        end
{%- endmacro %}
