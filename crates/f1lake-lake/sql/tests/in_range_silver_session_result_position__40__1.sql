select *
from silver_clean.silver_session_result
where
    position < 1 or
    position > 40
