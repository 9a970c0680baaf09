"""Compares the order by timing and the best times with the official results.

    python -m checks.agreement f1lake.duckdb                     the tables of a dbt run on DuckDB
    python -m checks.agreement ../lake                           the tables that the program built
    python -m checks.agreement ../lake --sessions 9064,9488      only these sessions

One line a session that has timed laps and an official result, then a line for each driver whose place or best time is
not the official one, with its reason from agreement.json. Exit code 1 when a difference is not in that list.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

TABLES = {
    "gold_analytics": ["session_leaderboard", "fact_results", "fact_laps", "data_quality"],
    "silver_clean": ["silver_race_control"],
}

KNOWN = Path(__file__).with_name("agreement.json")
UNKNOWN = "NOT KNOWN: find the reason, then mend the rule or add it to agreement.json"

# A row of a query, by column.
Row = dict[str, Any]

DRIVERS = """
    select
        board.session_key, board.session_name, board.season, board.session_category, board.driver_number,
        board.name_acronym, board.timing_position, board.official_position, board.best_lap_time,
        board.best_q1, board.best_q2, board.best_q3, board.deleted_laps,
        results.duration_seconds, results.duration_q1, results.duration_q2, results.duration_q3
    from gold_analytics.session_leaderboard as board
    inner join gold_analytics.fact_results as results using (session_key, driver_number)
    where board.timing_position is not null
    order by board.session_key, board.official_position nulls last, board.driver_number
"""

MESSAGES = """
    select message
    from silver_clean.silver_race_control
    where session_key = ? and message like '%CAR%' || ? || ' (' || ? || ')%'
      and (message like '%DELETED%' or message like '%REINSTATED%' or message like '%PENALTY%')
    order by date
"""

MISSING = """
    select
        (select count(*) from gold_analytics.fact_results where session_key = $1) as results,
        (select count(*) from gold_analytics.fact_laps where session_key = $1 and is_timed_lap) as laps,
        (
            select sum(odd) from gold_analytics.data_quality where session_key = $1 and check_name = 'lap_gaps'
        ) as missing
"""


def open_tables(place: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the tables needed, from a DuckDB file or from a lake's Delta tables."""
    if place.is_file():
        return duckdb.connect(str(place), read_only=True)
    connection = duckdb.connect()
    for schema, tables in TABLES.items():
        connection.execute(f"create schema {schema}")
        for table in tables:
            connection.register(f"_{table}", DeltaTable(place / schema / table).to_pyarrow_table())
            connection.execute(f"create view {schema}.{table} as select * from _{table}")
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[Row]:
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def seconds(value: float | None) -> str:
    return "none" if value is None else f"{int(value // 60)}:{value % 60:06.3f}"


def time_differences(driver: Row) -> list[tuple[str, float | None, float | None]]:
    """Best laps of timing and result that are not the same: name, timing, official."""
    if driver["session_category"] in ("Race", "Sprint"):
        return []
    pairs = [(f"Q{n}", driver[f"best_q{n}"], driver[f"duration_q{n}"]) for n in (1, 2, 3)]
    if all(official is None for _, _, official in pairs) and driver["duration_seconds"] is not None:
        pairs = [("best lap", driver["best_lap_time"], driver["duration_seconds"])]
    return [pair for pair in pairs if pair[1] != pair[2]]


def known_reasons() -> dict[tuple[int, str, str], str]:
    """Reasons of the differences that are known, by session, driver and what differs."""
    known = json.loads(KNOWN.read_text())
    return {(entry["session_key"], entry["driver"], entry["what"]): entry["reason"] for entry in known}


def differences(driver: Row) -> list[tuple[str, str]]:
    """What of a driver is not as officially: what, and both values in words."""
    found = []
    official, timing = driver["official_position"], driver["timing_position"]
    if official is not None and official != timing:
        found.append(("place", f"place {timing}, officially {official}"))
    return found + [(name, f"{name} {seconds(t)}, officially {seconds(o)}") for name, t, o in time_differences(driver)]


def why_missing(connection: duckdb.DuckDBPyConnection, session_key: int) -> str:
    (counts,) = rows(connection, MISSING, session_key)
    return (
        f"{counts['results']} official results, {counts['laps']} timed laps,"
        f" {counts['missing'] or 0} laps missing between those recorded"
    )


def report(connection: duckdb.DuckDBPyConnection, sessions: set[int]) -> bool:
    """Prints the comparison; whether every difference is known."""
    by_session: dict[int, list[Row]] = {}
    for driver in rows(connection, DRIVERS):
        if not sessions or driver["session_key"] in sessions:
            by_session.setdefault(driver["session_key"], []).append(driver)
    for missing in sorted(sessions - by_session.keys()):
        print(f"{missing}: nothing to compare: {why_missing(connection, missing)}")
    reasons = known_reasons()
    all_known = True
    for session_key, drivers in by_session.items():
        classified = [d for d in drivers if d["official_position"] is not None]
        agree = [d for d in classified if d["timing_position"] == d["official_position"]]
        different_times = [d for d in drivers if time_differences(d)]
        title = f"{session_key} {drivers[0]['season']} {drivers[0]['session_name']}"
        deleted = sum(d["deleted_laps"] or 0 for d in drivers)
        print(
            f"{title}: {len(agree)} of {len(classified)} places agree, "
            f"{deleted} laps deleted, {len(different_times)} drivers with other times"
        )
        for driver in drivers:
            acronym = driver["name_acronym"]
            for what, words in differences(driver):
                print(f"    {acronym}: {words}")
                reason = reasons.get((session_key, acronym, what))
                print(f"        {reason or UNKNOWN}")
                if reason is None:
                    all_known = False
                    for row in rows(connection, MESSAGES, session_key, str(driver["driver_number"]), acronym):
                        print(f"        race control: {row['message']}")
    return all_known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path, help="a DuckDB file or the folder of a lake")
    parser.add_argument("--sessions", default="", help="session keys, joined by commas (default: all)")
    arguments = parser.parse_args()
    if not arguments.place.exists():
        sys.exit(f"{arguments.place}: no such file or folder")
    try:
        sessions = {int(key) for key in arguments.sessions.split(",") if key}
    except ValueError:
        sys.exit(f"--sessions: {arguments.sessions!r} is not a list of numbers")
    return 0 if report(open_tables(arguments.place), sessions) else 1


if __name__ == "__main__":
    sys.exit(main())
