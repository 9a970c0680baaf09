select *
from gold_analytics.steward_messages
where not (verdict not in ('penalty', 'lap_deleted', 'lap_reinstated', 'warning') or driver_number is not null)
