select *
from silver_clean.silver_overtakes
where
    position < 1 or
    position > 40
