select driver_number
from silver_clean.silver_team_radio
where driver_number is null
