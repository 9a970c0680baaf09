select is_repaired
from silver_clean.silver_stints
where is_repaired is null
