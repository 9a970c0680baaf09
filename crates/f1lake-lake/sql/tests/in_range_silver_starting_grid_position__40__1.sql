select *
from silver_clean.silver_starting_grid
where
    position < 1 or
    position > 40
