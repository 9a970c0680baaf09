select date
from silver_clean.silver_weather
where date is null
