select *
from silver_clean.silver_sessions
where not (date_end >= date_start)
