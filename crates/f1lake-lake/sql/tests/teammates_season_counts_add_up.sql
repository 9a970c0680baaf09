select *
from gold_analytics.teammates_season
where not (ahead + not_ahead = sessions_compared and sessions_compared <= sessions)
