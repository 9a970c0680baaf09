-- What landed of a session: rows of each table, those with fields that had no place, and those without a key.
-- params: session_key integer
SELECT table_name, rows, rescued_rows, quarantined_rows, file_version, extracted_at, source_file
FROM bronze_raw.bronze_loads
WHERE session_key = {session_key}
ORDER BY table_name
