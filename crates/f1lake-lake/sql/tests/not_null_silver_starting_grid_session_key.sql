select session_key
from silver_clean.silver_starting_grid
where session_key is null
