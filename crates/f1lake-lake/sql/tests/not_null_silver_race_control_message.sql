select message
from silver_clean.silver_race_control
where message is null
