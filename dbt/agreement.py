#!/usr/bin/env python3
"""Compares the leaderboard's order by timing with the official results, and says from the data why a driver differs.

    python agreement.py f1lake.duckdb                     the tables of a dbt run on DuckDB
    python agreement.py ../lake                           the tables that the program built
    python agreement.py ../lake --sessions 9064,9488      only these sessions

One line a session that has timed laps and an official result, then a line for each driver whose place or best lap is not
the official one. Exit code 1 when a difference has no reason in the data.
"""

import argparse
import sys
from pathlib import Path

import duckdb

TABLES = {
    "gold_analytics": ["session_leaderboard", "fact_results", "fact_laps", "data_quality"],
    "silver_clean": ["silver_race_control"],
}

DRIVERS = """
    select
        board.session_key, board.session_name, board.season, board.session_category, board.driver_number,
        board.name_acronym, board.timing_position, board.official_position, board.best_lap_time,
        board.best_q1, board.best_q2, board.best_q3, board.laps_completed, board.deleted_laps, board.status,
        results.duration_seconds, results.duration_q1, results.duration_q2, results.duration_q3,
        results.gap_to_leader_seconds, results.number_of_laps,
        (select max(laps.date_end) from gold_analytics.fact_laps as laps
         where laps.session_key = board.session_key and laps.driver_number = board.driver_number
           and laps.lap_number = board.laps_completed) as last_end
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

# What the timing of laps cannot tell apart from the total time of the result, s: the end of a lap is approximate.
TIMING_TOLERANCE_S = 2.0


def open_tables(place: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the tables needed, from a DuckDB file or from a lake's Delta tables."""
    if place.is_file():
        return duckdb.connect(str(place), read_only=True)
    from deltalake import DeltaTable

    connection = duckdb.connect()
    for schema, tables in TABLES.items():
        connection.execute(f"create schema {schema}")
        for table in tables:
            connection.register(f"_{table}", DeltaTable(str(place / schema / table)).to_pyarrow_table())
            connection.execute(f"create view {schema}.{table} as select * from _{table}")
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None) -> list[dict]:
    result = connection.execute(query, parameters or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, values)) for values in result.fetchall()]


def seconds(value: float | None) -> str:
    return "none" if value is None else f"{int(value // 60)}:{value % 60:06.3f}"


def time_differences(driver: dict) -> list[tuple[str, float | None, float | None]]:
    """Best laps of timing and result that are not the same: name, timing, official."""
    if driver["session_category"] in ("Race", "Sprint"):
        return []
    pairs = [(f"Q{n}", driver[f"best_q{n}"], driver[f"duration_q{n}"]) for n in (1, 2, 3)]
    if all(official is None for _, _, official in pairs) and driver["duration_seconds"] is not None:
        pairs = [("best lap", driver["best_lap_time"], driver["duration_seconds"])]
    return [pair for pair in pairs if pair[1] != pair[2]]


def added_times(drivers: list[dict]) -> dict[int, float]:
    """Seconds that the result of a race adds to a driver's time on the track, relative to most of those on the lead lap."""
    timed = [d for d in drivers if d["gap_to_leader_seconds"] is not None and d["last_end"] is not None]
    if not timed:
        return {}
    leader = min(timed, key=lambda d: d["gap_to_leader_seconds"])
    offsets = {
        d["driver_number"]: d["gap_to_leader_seconds"] - (d["last_end"] - leader["last_end"]).total_seconds() for d in timed
    }
    middle = sorted(offsets.values())[len(offsets) // 2]
    return {number: offset - middle for number, offset in offsets.items()}


def reasons(driver: dict, drivers: list[dict], added: dict[int, float], messages: list[str]) -> list[str]:
    """Why a driver's place or time differs, as far as the data tells."""
    found = []
    if driver["session_category"] in ("Race", "Sprint"):
        own = added.get(driver["driver_number"], 0.0)
        if abs(own) > TIMING_TOLERANCE_S:
            found.append(f"the result adds {own:.1f} s to the time on the track: a penalty after the race")
        for other in drivers:
            changed = added.get(other["driver_number"], 0.0)
            was_ahead = other["timing_position"] < driver["timing_position"]
            is_ahead = other["official_position"] < driver["official_position"]
            if other is not driver and abs(changed) > TIMING_TOLERANCE_S and was_ahead != is_ahead:
                found.append(f"{other['name_acronym']} got {changed:+.1f} s and is {'ahead' if is_ahead else 'behind'} now")
        if driver["number_of_laps"] is not None and driver["number_of_laps"] != driver["laps_completed"]:
            found.append(f"{driver['laps_completed']} laps recorded of {driver['number_of_laps']}")
    else:
        for name, timing, official in time_differences(driver):
            if official is None and timing is not None and driver["best_lap_time"] is not None:
                fastest = min(d[f"best_{name.lower()}"] or timing for d in drivers) if name.startswith("Q") else timing
                if timing > 1.07 * fastest:
                    found.append(
                        f"{name} {seconds(timing)} is {100 * timing / fastest - 100:.0f} % off the pace, no attempt; "
                        "the result counts none"
                    )
            elif official is not None and (timing is None or timing > official):
                found.append(f"the lap of {name} {seconds(official)} is not among the recorded laps")
            elif any("DELETED" in message for message in messages):
                found.append(f"{name} {seconds(timing)} stands although race control deleted a lap")
    return found + [f"race control: {message}" for message in messages]


def why_missing(connection: duckdb.DuckDBPyConnection, session_key: int) -> str:
    laps, missing = connection.execute(
        "select count(*), (select sum(odd) from gold_analytics.data_quality where session_key = $1 and check_name = "
        "'lap_gaps') from gold_analytics.fact_laps where session_key = $1 and is_timed_lap",
        [session_key],
    ).fetchone()
    (results,) = connection.execute(
        "select count(*) from gold_analytics.fact_results where session_key = $1", [session_key]
    ).fetchone()
    return f"{results} official results, {laps} timed laps, {missing or 0} laps missing between those recorded"


def report(connection: duckdb.DuckDBPyConnection, sessions: set[int]) -> bool:
    """Prints the comparison; whether every difference has a reason."""
    by_session: dict[int, list[dict]] = {}
    for driver in rows(connection, DRIVERS):
        if not sessions or driver["session_key"] in sessions:
            by_session.setdefault(driver["session_key"], []).append(driver)
    for missing in sorted(sessions - by_session.keys()):
        print(f"{missing}: nothing to compare: {why_missing(connection, missing)}")
    explained = True
    for session_key, drivers in by_session.items():
        classified = [d for d in drivers if d["official_position"] is not None]
        agree = [d for d in classified if d["timing_position"] == d["official_position"]]
        different_times = [d for d in drivers if time_differences(d)]
        title = f"{session_key} {drivers[0]['season']} {drivers[0]['session_name']}"
        print(
            f"{title}: {len(agree)} of {len(classified)} places agree, "
            f"{sum(d['deleted_laps'] or 0 for d in drivers)} laps deleted, {len(different_times)} drivers with other times"
        )
        added = added_times(drivers)
        for driver in drivers:
            differs = driver in classified and driver not in agree
            if not differs and driver not in different_times:
                continue
            words = [str(driver["driver_number"]), driver["name_acronym"]]
            messages = [row["message"] for row in rows(connection, MESSAGES, [session_key, *words])]
            why = reasons(driver, classified, added, messages)
            explained = explained and bool(why)
            what = (
                f"place {driver['timing_position']}, officially {driver['official_position']}"
                if differs
                else "; ".join(f"{n} {seconds(t)}, officially {seconds(o)}" for n, t, o in time_differences(driver))
            )
            print(f"    {driver['name_acronym']}: {what}")
            for reason in why or ["no reason in the data"]:
                print(f"        {reason}")
    return explained


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
