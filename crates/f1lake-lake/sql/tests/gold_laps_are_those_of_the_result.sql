-- Drivers of a race completed as many laps as the official result says.

select board.session_key, board.driver_number, board.laps_completed, results.number_of_laps
from gold_analytics.session_leaderboard as board
inner join gold_analytics.fact_results as results
    on board.session_key = results.session_key and board.driver_number = results.driver_number
where
    board.session_category in ('Race', 'Sprint')
    and board.laps_completed <> results.number_of_laps
