-- Versions of a driver or team neither overlap nor leave a gap: each ends where the next one begins.
with versions as (
    select 'driver' as what, driver_id as id, version, valid_from, valid_to
    from gold_analytics.dim_drivers
    union all
    select 'team' as what, team_id as id, version, valid_from, valid_to
    from gold_analytics.dim_teams
),

overlapping as (
    select one.what, one.id, one.version, other.version as other_version
    from versions as one
    inner join versions as other
        on one.what = other.what and one.id = other.id and one.version <> other.version
    where
        one.valid_from <= other.valid_from
        and (one.valid_to is null or one.valid_to > other.valid_from)
),

gaps as (
    select one.what, one.id, one.version, other.version as other_version
    from versions as one
    inner join versions as other
        on one.what = other.what and one.id = other.id and one.version + 1 = other.version
    where one.valid_to is null or one.valid_to <> other.valid_from
)

select * from overlapping
union all
select * from gaps
