select date_start
from silver_clean.silver_sessions
where date_start is null
