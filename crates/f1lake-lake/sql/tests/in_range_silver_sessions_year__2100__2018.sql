select *
from silver_clean.silver_sessions
where
    year < 2018 or
    year > 2100
