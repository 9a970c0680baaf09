{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

-- OpenF1 sends some drivers twice, once with half of the fields; and when another series shares the circuit, its drivers'
-- full names leak onto the numbers of Formula 1, while first name, last name and team stay those of the car.
with marked as (
    select
        *,
        coalesce(
            first_name <> '' and last_name <> ''
            and replace({{ plain_text('full_name') }}, {{ plain_text('last_name') }}, '') = {{ plain_text('full_name') }},
            false
        ) as is_leaked
    from {{ session_rows(source('bronze_raw', 'bronze_drivers')) }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, is_leaked asc, last_name desc nulls last,
                first_name desc nulls last, team_name desc nulls last, full_name desc nulls last,
                broadcast_name desc nulls last, name_acronym desc nulls last, team_colour desc nulls last,
                headshot_url desc nulls last, country_code desc nulls last
        ) as _rn
    from marked
),

-- What the best row lacks comes from the others; where it has a name, only from rows of the same name.
best as (
    select
        session_key,
        driver_number,
        full_name,
        _ingestion_timestamp
    from ranked
    where _rn = 1
),

merged as (
    select
        ranked.session_key,
        ranked.driver_number,
        max(case when ranked._rn = 1 then ranked.meeting_key end) as meeting_key,
        max(case when ranked._rn = 1 then ranked.session_name end) as session_name,
        max(case when ranked._rn = 1 then ranked.batch_day end) as batch_day,
        {% for column in [
            'broadcast_name', 'full_name', 'first_name', 'last_name', 'name_acronym', 'team_name', 'team_colour',
            'headshot_url', 'country_code'
        ] -%}
        coalesce(max(case when ranked._rn = 1 then ranked.{{ column }} end), max(ranked.{{ column }})) as {{ column }},
        {% endfor -%}
        max(case when ranked._rn = 1 and ranked.is_leaked then 1 else 0 end) as is_leaked
    from ranked
    inner join best on ranked.session_key = best.session_key and ranked.driver_number = best.driver_number
    where
        ranked._rn = 1
        or (
            ranked._ingestion_timestamp = best._ingestion_timestamp
            and coalesce(ranked.full_name, best.full_name, '') = coalesce(best.full_name, ranked.full_name, '')
        )
    group by ranked.session_key, ranked.driver_number
),

named as (
    select
        *,
        {{ plain_text('full_name') }} as plain_name,
        -- `G ZHOU` tells which part of `ZHOU Guanyu` is the family name.
        {{ plain_text("substr(broadcast_name, 3)") }} as family_name
    from merged
),

identified as (
    select
        *,
        case
            when first_name is not null and last_name is not null then {{ slug("first_name || ' ' || last_name") }}
            when
                family_name <> '' and plain_name like family_name || ' %' and plain_name not like '% ' || family_name
                then {{ slug("substr(plain_name, length(family_name) + 2) || ' ' || family_name") }}
            else {{ slug('full_name') }}
        end as person
    from named
)

select
    meeting_key,
    session_key,
    driver_number,
    case
        when is_leaked = 1 then upper(substr(first_name, 1, 1) || ' ' || last_name)
        else broadcast_name
    end as broadcast_name,
    case when is_leaked = 1 then first_name || ' ' || upper(last_name) else full_name end as full_name,
    first_name,
    last_name,
    case when is_leaked = 0 then name_acronym end as name_acronym,
    team_name,
    upper(team_colour) as team_colour,
    headshot_url,
    country_code,
    session_name,
    batch_day,
    {{ person_alias('person') }} as driver_id,
    {{ team_lineage('team_name') }} as team_id,
    is_leaked = 1 as is_name_repaired
from identified
