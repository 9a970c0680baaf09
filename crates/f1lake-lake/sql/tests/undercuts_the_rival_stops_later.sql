select *
from gold_analytics.undercuts
where not (rival_lap_number between lap_number + 1 and lap_number + 4)
