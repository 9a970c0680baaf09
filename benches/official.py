#!/usr/bin/env python3
"""Compares gold with official results of ten races: qualifying, poles, places, fastest laps, pit lane, penalties.

    python official.py ../../shared/data/replay --program ../target/release/f1lake

The folder has recorded rows of OpenF1, one file per endpoint, as `f1lake simulate --replay` serves them. The official
values are in crates/f1lake-cli/tests/cases/official.json, with their sources, none of which is OpenF1. The program
extracts, loads and builds the ten weekends into a temporary lake. One line per value: verdict, what, `gold | official`,
once where both are the same; `not recorded` where OpenF1's rows cannot tell it.
Exit code 1 if a difference is not in the list of explained ones, or if an explained one no longer exists.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from program import measured, simulated

FACTS = Path(__file__).resolve().parent.parent / "crates/f1lake-cli/tests/cases/official.json"
AGREES, EXPLAINED, DIFFERS, NOT_RECORDED = "agrees", "explained", "DIFFERS", "not recorded"
VERDICTS = (AGREES, EXPLAINED, NOT_RECORDED, DIFFERS)
NOTHING = "nothing"
# Kinds of passages through the pit lane: in the facts, in words, in gold.
PASSAGES = {"": ("", "stop"), "L": (" led", "safety_car"), "R": (" red flag", "red_flag")}
PASSAGES |= {"D": (" drive-through", "drive_through"), "G": (" stop-go", "stop_go")}
# The oldest recordings cut times in the lane to tenths of a second.
LANE_TOLERANCE_S = 0.1

# A row of an answer, and a race of the facts, by name.
Row = dict[str, Any]


class Line(NamedTuple):
    """A compared value."""

    kind: str
    what: str
    gold: str
    official: str
    is_recorded: bool = True

    @property
    def agrees(self) -> bool:
        return self.gold == self.official


class Lake:
    """The tables that the program built."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder

    def rows(self, query: str) -> list[Row]:
        command = [self.program, "sql", query, "--lake", str(self.folder), "--output", "json", "--quiet"]
        answer: list[Row] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return answer


def seconds(text: str) -> float:
    """`1:04.391` in seconds."""
    minutes, _, rest = text.rpartition(":")
    return 60 * int(minutes or 0) + float(rest)


def lap_time(value: float | None) -> str:
    if value is None:
        return "none"
    minutes, milliseconds = divmod(round(1000 * value), 60_000)
    return f"{minutes}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def qualifying(lake: Lake, race: Row) -> Iterator[Line]:
    """Who was fastest and by how much, who started in front, and the best times of all parts."""
    (gold,) = lake.rows(f"select * from qualifying_sessions where session_key = {race['qualifying']}")
    times: dict[str, list[str]] = {driver: text.split() for driver, text in race["times"].items()}
    first, second = list(times)[:2]
    last = len(times[first]) - 1
    margin = seconds(times[second][last]) - seconds(times[first][last])
    found = f"{gold['fastest_name_acronym']} {lap_time(gold['fastest_time'])} +{gold['margin_s']:.3f}"
    yield Line("pole", "fastest of qualifying", found, f"{first} {times[first][last]} +{margin:.3f}")
    found = f"{gold['pole_name_acronym']} {gold['front_row_name_acronym']}"
    yield Line("pole", "first row of the grid", found, race["grid"])

    official = {(driver, part): time for driver, parts in times.items() for part, time in enumerate(parts, 1)}
    rows = lake.rows(
        "select name_acronym, qualifying_phase, best_lap_time from qualifying_summary"
        f" where session_key = {race['qualifying']} and best_lap_time is not null"
    )
    by_part = {(row["name_acronym"], row["qualifying_phase"]): lap_time(row["best_lap_time"]) for row in rows}
    yield from values("times of qualifying", "best times of the parts", by_part, official)
    rows = lake.rows(f"select * from session_leaderboard where session_key = {race['qualifying']}")
    by_laps = {
        (row["name_acronym"], part): lap_time(row[f"best_q{part}"])
        for row in rows
        for part in (1, 2, 3)
        if row[f"best_q{part}"] is not None
    }
    yield from values("times of qualifying", "the same by laps", by_laps, official)


def values(
    kind: str, what: str, gold: dict[tuple[str, int], str], official: dict[tuple[str, int], str]
) -> Iterator[Line]:
    """A line for the values that agree, and one for each other value."""
    if not gold:
        yield Line(kind, what, "no laps", f"{len(official)} times", is_recorded=False)
        return
    different = sorted(key for key in gold.keys() | official.keys() if gold.get(key) != official.get(key))
    agree = len(official.keys() - set(different))
    yield Line(kind, what, f"{agree} times", f"{agree} times")
    for driver, part in different:
        name = f"{what}: {driver} Q{part}"
        yield Line(kind, name, gold.get((driver, part), "none"), official.get((driver, part), "none"))


def classification(lake: Lake, race: Row) -> Iterator[Line]:
    rows = lake.rows(
        f"select * from fact_results where session_key = {race['race']} order by position nulls last, driver_number"
    )
    classified = [row["name_acronym"] for row in rows if row["is_classified"]]
    official = race["classified"].split()
    yield Line("places", "winner", classified[0], official[0])
    yield Line("places", f"places of {len(official)} classified", " ".join(classified), " ".join(official))
    others = sorted(row["name_acronym"] for row in rows if not row["is_classified"])
    yield Line("places", "not classified", " ".join(others), " ".join(sorted(race["not_classified"].split())))


def fastest_lap(lake: Lake, race: Row) -> Iterator[Line]:
    rows = lake.rows(
        f"select name_acronym, lap_number, lap_duration from fact_laps where session_key = {race['race']}"
        " and is_timed_lap order by lap_duration, date_end limit 1"
    )
    official = race["fastest_lap"]
    right = f"{official['driver']} {official['time']} lap {official['lap']}"
    if not rows:
        yield Line("fastest lap", "fastest lap", "no laps", right, is_recorded=False)
        return
    found = f"{rows[0]['name_acronym']} {lap_time(rows[0]['lap_duration'])} lap {rows[0]['lap_number']}"
    yield Line("fastest lap", "fastest lap", found, right)


def pit_lane(lake: Lake, race: Row) -> Iterator[Line]:
    """Passages of each driver, with laps and purpose, and all times in the lane."""
    words = {gold: text for text, gold in PASSAGES.values()}
    gold: dict[str, list[tuple[str, float]]] = {}
    for row in lake.rows(
        f"select * from fact_pit_stops where session_key = {race['race']} and pit_type <> 'garage'"
        " order by driver_number, stop_number"
    ):
        text = f"{row['lap_number']}{words[row['pit_type']]}"
        gold.setdefault(row["name_acronym"], []).append((text, row["lane_duration"]))
    official: dict[str, list[tuple[str, float]]] = {}
    for driver, text in race["lane"].items():
        for passage in text.split(", "):
            lap, time, *letter = passage.split()
            official.setdefault(driver, []).append((lap + PASSAGES["".join(letter)][0], seconds(time)))
    differences = []
    for driver in sorted(gold.keys() | official.keys()):
        found, right = gold.get(driver, []), official.get(driver, [])
        yield Line("pit lane", f"{driver} in the lane", listed(found), listed(right))
        differences += [abs(mine - theirs) for (_, mine), (_, theirs) in zip(found, right, strict=False)]
    same = sum(difference <= LANE_TOLERANCE_S for difference in differences)
    what = f"times in the lane, up to {max(differences):.3f} s apart"
    yield Line("pit lane", what, f"{same} times", f"{len(differences)} times")


def listed(passages: list[tuple[str, float]]) -> str:
    return ", ".join(text for text, _ in passages) or NOTHING


def described(kind: str, amount: float | None) -> str:
    """A kind of penalty with its seconds or places."""
    if kind == "time":
        return f"{amount:g} s"
    if kind == "stop_go":
        return f"stop-go of {amount:g} s"
    if kind == "grid":
        return f"{amount:g} grid place" + ("" if amount == 1 else "s")
    return kind.replace("_", "-")


def penalties(lake: Lake, race: Row) -> Iterator[Line]:
    """Each penalty and how it was served, then the time that the stewards added to each result."""
    gold: dict[str, list[Row]] = {}
    added: Counter[str] = Counter()
    for row in lake.rows(
        f"select * from penalties where session_key in ({race['qualifying']}, {race['race']})"
        " and penalty_kind is distinct from 'lap_deletion' order by date"
    ):
        gold.setdefault(row["name_acronym"], []).append(row)
        if row["served_by"] == "race_time":
            added[row["name_acronym"]] += row["penalty_seconds"]
    after: Counter[str] = Counter()
    for penalty in race["penalties"]:
        driver, kind = penalty["driver"], penalty["kind"]
        amount = penalty.get("seconds", penalty.get("places"))
        what, right = f"penalty of {driver}", described(kind, amount)
        if penalty.get("after") and kind == "time":
            after[driver] += amount
        found = taken(gold.get(driver, []), kind, amount)
        if found:
            yield Line("penalties", what, right + how(served(found)), right + how(penalty.get("served")))
        elif penalty.get("after"):
            yield Line("penalties", what, NOTHING, f"{right}, decided after the session", is_recorded=False)
        else:
            yield Line("penalties", what, NOTHING, right)
    for driver, rows in sorted(gold.items()):
        for row in rows:
            text = described(row["penalty_kind"] or "unknown", row["penalty_seconds"] or row["grid_places"])
            yield Line("penalties", f"penalty of {driver}", text, NOTHING)
    if "deleted_lap_times" in race:
        (row,) = lake.rows(
            f"select count(*) as laps from penalties where session_key = {race['race']}"
            " and penalty_kind = 'lap_deletion' and not coalesce(is_reinstated, false)"
        )
        yield Line("penalties", "deleted lap times", str(row["laps"]), str(race["deleted_lap_times"]))
    for driver in sorted(added.keys() | race["added"].keys()):
        # Gold knows what race control announced; the rest was decided afterwards.
        late = f", {after[driver]:g} s after the session" if after[driver] else ""
        official = race["added"].get(driver, 0) - after[driver]
        yield Line("time added", f"time added to {driver}", f"{added[driver]:g} s{late}", f"{official:g} s{late}")


def taken(rows: list[Row], kind: str, amount: float | None) -> Row | None:
    """The first of the penalties that is of this kind and amount; it is removed from them."""
    for row in rows:
        if row["penalty_kind"] == kind and (row["penalty_seconds"] or row["grid_places"]) == amount:
            rows.remove(row)
            return row
    return None


def served(row: Row) -> int | str | None:
    """How a penalty of gold was served, in the words of the facts."""
    lap: int | None = row["served_lap_number"]
    return lap or {"race_time": "added"}.get(row["served_by"], row["served_by"])


def how(served_by: int | str | None) -> str:
    if isinstance(served_by, int):
        return f", served at the end of lap {served_by}"
    words = {None: "", "added": ", added to the race time", "not_served": ", not served"}
    return words.get(served_by, f", {served_by}")


def compare(lake: Lake, facts: Row) -> bool:
    """Prints the comparison; whether every difference is explained, and every explanation needed."""
    reasons = {(entry["race"], entry["what"]): entry["reason"] for entry in facts["explained"]}
    counts: dict[str, Counter[str]] = {}
    for race in facts["races"]:
        print(f"\n{race['name']}: {race['why']} (sessions {race['qualifying']} and {race['race']})")
        for part in (qualifying, classification, fastest_lap, pit_lane, penalties):
            for line in part(lake, race):
                reason = None
                if not line.is_recorded:
                    verdict = NOT_RECORDED
                elif line.agrees:
                    verdict = AGREES
                else:
                    reason = reasons.pop((race["name"], line.what), None)
                    verdict = EXPLAINED if reason else DIFFERS
                counts.setdefault(line.kind, Counter())[verdict] += 1
                shown = line.gold if line.agrees else f"{line.gold} | {line.official}"
                print(f"  {verdict:<13}{line.what:<42}{shown}")
                if reason:
                    print(f"  {'':<13}{reason}")
    print("\n" + " " * 20 + "".join(f"{verdict:>14}" for verdict in VERDICTS))
    total: Counter[str] = Counter()
    for kind, count in counts.items():
        total += count
        print_counts(kind, count)
    print_counts("all", total)
    for race_name, what in reasons:
        print(f"explained, but it agrees or does not exist: {race_name}, {what}")
    return not reasons and not total[DIFFERS]


def print_counts(kind: str, count: Counter[str]) -> None:
    print(f"{kind:<20}" + "".join(f"{count[verdict]:>14}" for verdict in VERDICTS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path, help="folder of recorded rows")
    parser.add_argument("--program", required=True)
    parser.add_argument("--lake", type=Path, help="compare this lake instead of building one")
    arguments = parser.parse_args()
    facts = json.loads(FACTS.read_text())
    if arguments.lake:
        return 0 if compare(Lake(arguments.program, arguments.lake), facts) else 1
    if not arguments.rows.is_dir():
        sys.exit(f"{arguments.rows}: no such folder")
    keys = ",".join(str(race[name]) for race in facts["races"] for name in ("qualifying", "race"))
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        with simulated(arguments.program, folder, "--replay", str(arguments.rows)) as (_, environment):
            chosen = ["--session-key", keys, "--out", f"{folder}/landing", "--lake", str(lake)]
            measured([arguments.program, "run", "--quiet", *chosen], environment)
        return 0 if compare(Lake(arguments.program, lake), facts) else 1


if __name__ == "__main__":
    sys.exit(main())
