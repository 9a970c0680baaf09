-- Tables with rows without a key, which are in the folder _quarantine of the landing zone and not in the lake.
-- params: session_key integer
WITH compared AS (
    SELECT table_name, quarantined_rows, rows AS loaded_rows, source_file, quarantined_rows > 0 AS is_odd
    FROM bronze_raw.bronze_loads
    WHERE session_key = {session_key}
)

SELECT table_name, quarantined_rows, loaded_rows, source_file
FROM compared
WHERE compared.is_odd
ORDER BY table_name
