select sector
from gold_analytics.minisectors
where sector is null
