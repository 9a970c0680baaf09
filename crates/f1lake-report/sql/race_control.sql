SELECT
    lap_number,
    category,
    flag,
    message
FROM silver_clean.silver_race_control
WHERE session_key = {session_key} AND (category = 'SafetyCar' OR category = 'Flag')
    AND (scope = 'Track' OR scope IS NULL)
ORDER BY date, category, message
