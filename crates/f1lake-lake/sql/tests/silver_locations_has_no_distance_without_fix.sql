select *
from silver_clean.silver_locations
where not (has_fix or distance_from_origin is null)
