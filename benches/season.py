#!/usr/bin/env python3
"""Generated weekends with all their telemetry, from the simulator to gold: rows per second, peak memory, and whether both stay constant
for a whole season instead of one weekend.

    python season.py --program ../target/release/f1lake [--weekends 1,4,23]

Each number of weekends starts from nothing, and each step is a separate process. The simulator runs on the same cores without limits; its share of processor time
is reported separately. The season of 2024 has 23 weekends. The smallest number of weekends runs five times, because peak memory depends on which tables happen to
be in work together, and a season has many more chances for a high peak than a weekend. Exit code 1 when memory grows by more than 10% from the highest of these
to the largest number of weekends, or when the cost is not linear (R² below 0.99).
"""

import argparse
import csv
import io
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from program import Run, measured, simulated

STEPS = {
    "extract": ["extract"],
    "load": ["load"],
    "build": ["build", "--no-tests"],
    "checks": ["test"],
    "build again": ["build", "--no-tests"],
}
LAYERS = {"bronze": "bronze_raw", "silver": "silver_clean", "gold": "gold_analytics"}
GROWTH, LINEAR = 1.10, 0.99
TIMES = 5


def processor_time(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def weekends(count: int, program: str, folder: Path, compression: str) -> dict[str, Run]:
    """The run of each step."""
    with simulated(program, str(folder)) as (simulator, environment):
        environment |= {"F1LAKE_LANDING_PATH": str(folder / "landing"), "F1LAKE_LAKE_PATH": str(folder / "lake")}

        def listed(*arguments: str) -> list[dict[str, str]]:
            return list(csv.DictReader(io.StringIO(measured([program, *arguments, "--output", "csv", "--quiet"], environment).output)))

        def in_layers(*layers: str) -> int:
            schemas = tuple(LAYERS[layer] for layer in layers)
            return sum(int(table["rows"]) for table in listed("tables") if table["table"].startswith(schemas))

        races = [row for row in listed("sessions", "--year", "2024", "--order", "oldest") if row["session_name"] == "Race"]
        meetings = [row["meeting_key"] for row in races][:count]
        if len(meetings) < count:
            sys.exit(f"the season has {len(meetings)} weekends only")
        chosen = ["--meeting-key", ",".join(meetings), "--compression", compression]
        rows = {
            "extract": lambda: sum(int(session["rows"]) for session in listed("status")),
            "load": lambda: in_layers("bronze"),
            "build": lambda: in_layers("silver", "gold"),
            "checks": lambda: in_layers("silver", "gold"),
            "build again": lambda: 0,
        }
        runs = {}
        for step, arguments in STEPS.items():
            served = processor_time(simulator)
            run = measured([program, *arguments, *(chosen if step == "extract" else []), "--quiet"], environment)
            served = processor_time(simulator) - served
            runs[step] = run
            done = rows[step]()
            share = f"; the simulator took {served:.1f} s of processor beside its {run.processor:.1f} s" if step == "extract" else ""
            print(
                f"{count:>3} {step:<12}{done:>12,} rows{run.seconds:>8.1f} s{done / run.seconds:>12,.0f} rows/s{run.memory:>7.0f} MB{share}",
                flush=True,
            )
        folders = {"landing": folder / "landing"} | {layer: folder / "lake" / schema for layer, schema in LAYERS.items()}
        print("    on disk: " + ", ".join(f"{name} {size(path) / 1e6:,.0f} MB" for name, path in folders.items()), flush=True)
        return runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--weekends", default="1,4,23")
    parser.add_argument("--folder", type=Path, help="working folder [default: a temporary folder]")
    parser.add_argument("--compression", default="none", help="compression of landing files; a season takes 23 GB without it")
    arguments = parser.parse_args()
    counts = sorted(int(count) for count in arguments.weekends.split(","))
    results: dict[int, list[dict[str, Run]]] = {count: [] for count in counts}
    again = counts[:1] * (TIMES - 1) if len(counts) > 2 else []
    for count in again + counts:
        folder = Path(tempfile.mkdtemp(prefix="f1lake-season-", dir=arguments.folder))
        try:
            results[count].append(weekends(count, arguments.program, folder, arguments.compression))
        finally:
            shutil.rmtree(folder)
    if len(counts) < 3:
        return 0
    broken = 0
    print(f"\n{'':<12}{'seconds = a + b × weekends':>28}{'R²':>8}   memory from {counts[0]} to {counts[-1]} weekends")
    for step in STEPS:
        seconds = [statistics.median(run[step].seconds for run in results[count]) for count in counts]
        b, a = statistics.linear_regression(counts, seconds)
        r2 = statistics.correlation(counts, seconds) ** 2
        first, last = (max(run[step].memory for run in results[count]) for count in (counts[0], counts[-1]))
        bad = last > GROWTH * first or (r2 < LINEAR and step != "build again")
        broken += bad
        print(f"{step:<12}{f'{a:.1f} + {b:.2f} × n':>28}{r2:>8.4f}   {first:.0f} to {last:.0f} MB ({last / first:.2f}){'  BOUND BROKEN' if bad else ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
