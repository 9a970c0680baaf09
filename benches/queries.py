#!/usr/bin/env python3
"""Ten questions of an analyst, answered by f1lake's own engine (DataFusion) and by DuckDB on the same Delta tables.

    python queries.py LAKE --program ../target/release/f1lake

Needs duckdb and duckdb-extension-delta. Each question is a separate process, including its startup; the best of several runs counts. The
answers must be equal; otherwise the exit code is 1.
"""

import argparse
import csv
import io
import math
import subprocess
import sys
import time
from pathlib import Path

QUESTIONS = {
    "Nothing (start alone)": "select 1 as one",
    "Who won most races?": """
        select full_name, count(*) as wins from fact_results
        where session_category = 'Race' and position = 1 group by full_name order by wins desc, full_name limit 10""",
    "Points by driver after each round": """
        select round, competitor_name, points from championship_progress
        where competitor_type = 'driver' order by round, points desc, competitor_name""",
    "Fastest race lap at each circuit": """
        select s.circuit_short_name, min(l.lap_duration) as fastest from fact_laps l
        join dim_sessions s on s.session_key = l.session_key
        where l.session_category = 'Race' and l.is_valid_lap group by s.circuit_short_name order by s.circuit_short_name""",
    "Median race pace of each team": """
        select team_name, median(lap_duration) as pace, count(*) as laps from fact_laps
        where session_category = 'Race' and is_timed_lap and not is_neutralised group by team_name order by pace, team_name""",
    "How laps slow down with the tyre's age": """
        select compound, tyre_age, avg(delta_to_personal_best) as loss, count(*) as laps from fact_laps
        where session_category = 'Race' and is_timed_lap and compound is not null and tyre_age between 0 and 30
        group by compound, tyre_age order by compound, tyre_age""",
    "Shortest pit stops": """
        select name_acronym, session_key, lap_number, stop_duration from fact_pit_stops
        where stop_duration is not null order by stop_duration, session_key, name_acronym, lap_number limit 20""",
    "Places gained from the grid": """
        select name_acronym, sum(positions_gained) as gained, avg(positions_gained) as mean from fact_results
        where session_category = 'Race' and is_classified group by name_acronym order by gained desc, name_acronym""",
    "Undercuts: places around a stop": """
        select compound_before, compound_after, count(*) as stops, avg(position_after - position_before) as lost
        from fact_pit_stops where not is_under_neutralisation group by compound_before, compound_after
        order by compound_before nulls first, compound_after nulls first""",
    "Top speed of each driver, from telemetry": """
        select driver_number, max(speed) as top, avg(throttle) as throttle, count(*) as samples from fact_lap_telemetry
        where is_reading group by driver_number order by driver_number""",
    "Speed trace of a lap": """
        select lap_distance_m, speed, throttle, brake, n_gear from fact_lap_telemetry
        where session_key = (select min(session_key) from fact_lap_telemetry) and driver_number = 1 and lap_number = 2
        order by date""",
}
DUCKDB = """
import csv, sys
from pathlib import Path
import duckdb, duckdb_extension_delta
connection = duckdb.connect()
folder = Path(duckdb_extension_delta.__file__).parent / 'extensions' / f'v{{duckdb.__version__}}'
connection.execute(f"load '{{folder}}/delta.duckdb_extension'")
for path in Path({lake!r}).glob('gold_analytics/*'):
    if path.name in {sql!r}:
        connection.execute(f"create view {{path.name}} as select * from delta_scan('{{path}}')")
result = connection.execute({sql!r})
writer = csv.writer(sys.stdout)
writer.writerow(column[0] for column in result.description)
writer.writerows(result.fetchall())
"""


def run(command: list[str], runs: int) -> tuple[float, str]:
    best, output = math.inf, ""
    for _ in range(runs):
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        best = min(best, time.monotonic() - started)
        if done.returncode != 0:
            sys.exit(f"{command[0]}: {done.stderr}")
        output = done.stdout
    return best, output


def equal(ours: str, theirs: str) -> bool:
    def values(text: str) -> list[list]:
        def value(cell: str):
            try:
                return float(cell)
            except ValueError:
                return cell

        return [[value(cell) for cell in row] for row in csv.reader(io.StringIO(text))][1:]

    left, right = values(ours), values(theirs)
    same = lambda a, b: math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
    return len(left) == len(right) > 0 and all(
        len(a) == len(b) and all(map(same, a, b)) for a, b in zip(left, right)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    lake, failures, total = str(arguments.lake.resolve()), 0, [0.0, 0.0]
    print(f"{'':<42}{'f1lake, s':>10}{'DuckDB, s':>11}{'ratio':>7}{'rows':>7}")
    for question, sql in QUESTIONS.items():
        ours, answer = run([arguments.program, "sql", sql, "--lake", lake, "--output", "csv", "--quiet"], arguments.runs)
        theirs, expected = run([sys.executable, "-c", DUCKDB.format(lake=lake, sql=sql)], arguments.runs)
        failures += not equal(answer, expected)
        total = [total[0] + ours, total[1] + theirs]
        remark = "" if equal(answer, expected) else "  ANSWERS DIFFER"
        print(f"{question:<42}{ours:>10.2f}{theirs:>11.2f}{ours / theirs:>7.2f}{answer.count(chr(10)) - 1:>7}{remark}")
    print(f"{'all':<42}{total[0]:>10.2f}{total[1]:>11.2f}{total[0] / total[1]:>7.2f}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
