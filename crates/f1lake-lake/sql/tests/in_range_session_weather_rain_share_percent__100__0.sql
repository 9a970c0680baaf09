select *
from gold_analytics.session_weather
where
    rain_share_percent < 0 or
    rain_share_percent > 100
