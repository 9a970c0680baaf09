select *
from silver_clean.silver_meetings
where
    year < 2018 or
    year > 2100
