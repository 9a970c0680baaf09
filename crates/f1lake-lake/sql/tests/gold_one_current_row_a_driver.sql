-- Every driver and every team has exactly one current version.
select 'driver' as what, driver_id as id, sum(case when is_current then 1 else 0 end) as current_rows
from gold_analytics.dim_drivers
group by driver_id
having sum(case when is_current then 1 else 0 end) <> 1
union all
select 'team' as what, team_id as id, sum(case when is_current then 1 else 0 end) as current_rows
from gold_analytics.dim_teams
group by team_id
having sum(case when is_current then 1 else 0 end) <> 1
