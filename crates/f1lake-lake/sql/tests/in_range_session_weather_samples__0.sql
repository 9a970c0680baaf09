select *
from gold_analytics.session_weather
where
    samples < 0
