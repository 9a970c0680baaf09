select team_id
from silver_clean.silver_drivers
where team_id is null
