-- OpenF1 sends some drivers twice, once with half of the fields; and when another series shares the circuit, its drivers'
-- full names leak onto the numbers of Formula 1, while first name, last name and team stay those of the car.
with marked as (
    select
        *,
        coalesce(
            first_name <> '' and last_name <> ''
            and replace(translate(
        lower(full_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), translate(
        lower(last_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '') = translate(
        lower(full_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ),
            false
        ) as is_leaked
    from bronze_raw.bronze_drivers
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
        coalesce(max(case when ranked._rn = 1 then ranked.broadcast_name end), max(ranked.broadcast_name)) as broadcast_name,
        coalesce(max(case when ranked._rn = 1 then ranked.full_name end), max(ranked.full_name)) as full_name,
        coalesce(max(case when ranked._rn = 1 then ranked.first_name end), max(ranked.first_name)) as first_name,
        coalesce(max(case when ranked._rn = 1 then ranked.last_name end), max(ranked.last_name)) as last_name,
        coalesce(max(case when ranked._rn = 1 then ranked.name_acronym end), max(ranked.name_acronym)) as name_acronym,
        coalesce(max(case when ranked._rn = 1 then ranked.team_name end), max(ranked.team_name)) as team_name,
        coalesce(max(case when ranked._rn = 1 then ranked.team_colour end), max(ranked.team_colour)) as team_colour,
        coalesce(max(case when ranked._rn = 1 then ranked.headshot_url end), max(ranked.headshot_url)) as headshot_url,
        coalesce(max(case when ranked._rn = 1 then ranked.country_code end), max(ranked.country_code)) as country_code,
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
        translate(
        lower(full_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ) as plain_name,
        -- `G ZHOU` tells which part of `ZHOU Guanyu` is the family name.
        translate(
        lower(substr(broadcast_name, 3)),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ) as family_name
    from merged
),

identified as (
    select
        *,
        case
            when first_name is not null and last_name is not null then nullif(trim(both '_' from regexp_replace(translate(
        lower(first_name || ' ' || last_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
            when
                family_name <> '' and plain_name like family_name || ' %' and plain_name not like '% ' || family_name
                then nullif(trim(both '_' from regexp_replace(translate(
        lower(substr(plain_name, length(family_name) + 2) || ' ' || family_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(full_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
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
    case person
            when 'andrea_kimi_antonelli' then 'kimi_antonelli'
            when 'alex_albon' then 'alexander_albon'
            when 'nicolas_hulkenberg' then 'nico_hulkenberg'
            when 'checo_perez' then 'sergio_perez'
            when 'ollie_bearman' then 'oliver_bearman'
            when 'carlos_sainz_jr' then 'carlos_sainz'
            when 'pato_o_ward' then 'patricio_o_ward'
            else person
        end as driver_id,
    case team_name
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
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(team_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
        end as team_id,
    is_leaked = 1 as is_name_repaired
from identified
