select has_fix
from silver_clean.silver_locations
where has_fix is null
