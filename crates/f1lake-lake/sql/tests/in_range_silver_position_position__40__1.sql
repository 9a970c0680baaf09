select *
from silver_clean.silver_position
where
    position < 1 or
    position > 40
