select *
from gold_analytics.driver_overtakes
where not (overtakes = overtakes_on_track + overtakes_pit_lane + overtakes_penalty + overtakes_retirement and overtaken = overtaken_on_track + overtaken_pit_lane + overtaken_penalty + overtaken_retirement)
