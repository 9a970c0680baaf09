select *
from silver_clean.silver_sessions
where
    session_duration_minutes < 10 or
    session_duration_minutes > 720
