select *
from silver_clean.silver_session_result
where
    points < 0 or
    points > 60
