#!/usr/bin/env python3
"""Generated weekends with all their telemetry, from the simulator to gold: rows a second, peak memory, and whether both stay as they are
when a whole season is taken instead of one weekend.

    python season.py --program ../target/release/f1lake [--weekends 1,4,12,24]

Each number of weekends begins with nothing. A step is a process of its own. The simulator runs on the same cores without limits; its share of processor time is
told apart. Exit code 1 when memory grows by more than 10 % from the fewest to the most weekends, or cost is not linear (R² below 0.99).
"""

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = {
    "extract": ["extract"],
    "load": ["load"],
    "build": ["build", "--no-tests"],
    "checks": ["test"],
    "build again": ["build", "--no-tests"],
}
LAYERS = {"bronze": "bronze_raw", "silver": "silver_clean", "gold": "gold_analytics"}
GROWTH, LINEAR = 1.10, 0.99


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float, float, str]:
    """Wall time, s; processor time, s; largest resident memory, MB; output."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=error)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        output.seek(0), error.seek(0)
        if status != 0:
            sys.exit(f"{' '.join(command)[:200]}: {error.read().decode()[-1000:]}")
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode()


def processor_time(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def fit(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Intercept, slope and R² of the straight line with the least squares."""
    n, xs, ys = len(points), [x for x, _ in points], [y for _, y in points]
    x, y = sum(xs) / n, sum(ys) / n
    slope = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a in xs)
    intercept = y - slope * x
    unexplained = sum((b - intercept - slope * a) ** 2 for a, b in points)
    return intercept, slope, 1 - unexplained / max(sum((b - y) ** 2 for b in ys), 1e-9)


def weekends(count: int, program: str, folder: Path, options: list[str]) -> dict[str, tuple[float, float, int]]:
    """Seconds, MB and rows of each step."""
    simulator = subprocess.Popen(
        [program, "simulate", "--limits", "none", "--seasons", "2024"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    environment = {
        "F1LAKE_BASE_URL": simulator.stdout.readline().strip(),
        "F1LAKE_RATE_PER_SECOND": "1000",
        "F1LAKE_RATE_PER_MINUTE": "100000",
        "F1LAKE_LIMITER_STATE": str(folder / "limits.json"),
        "F1LAKE_LANDING_PATH": str(folder / "landing"),
        "F1LAKE_LAKE_PATH": str(folder / "lake"),
    }
    try:
        command = [program, "sessions", "--year", "2024", "--order", "oldest", "--output", "csv", "--quiet"]
        listed = list(csv.DictReader(io.StringIO(run(command, environment)[3])))
        meetings = list(dict.fromkeys(row["meeting_key"] for row in listed if row["session_name"] == "Race"))[:count]
        if len(meetings) < count:
            sys.exit(f"the season has {len(meetings)} weekends only")
        measured = {}
        for step, arguments in STEPS.items():
            served = processor_time(simulator.pid)
            more = ["--meeting-key", ",".join(meetings), *options] if step == "extract" else []
            seconds, processor, memory, _ = run([program, *arguments, *more, "--quiet"], environment)
            served = processor_time(simulator.pid) - served
            sizes = {name: size(folder / "lake" / schema) for name, schema in LAYERS.items()}
            tables = csv.DictReader(io.StringIO(run([program, "tables", "--output", "csv", "--quiet"], environment)[3])) if step != "extract" else []
            rows = {name: 0 for name in LAYERS}
            for table in tables:
                for name, schema in LAYERS.items():
                    rows[name] += int(table["rows"]) if table["table"].startswith(schema) else 0
            done = rows["bronze"] if step == "load" else rows["silver"] + rows["gold"] if step in ("build", "checks") else 0
            if step == "extract":
                status = csv.DictReader(io.StringIO(run([program, "status", "--output", "csv", "--quiet"], environment)[3]))
                done = sum(int(row["rows"]) for row in status)
            measured[step] = (seconds, memory, done)
            share = f"; the simulator took {served:.1f} s of processor beside its {processor:.1f} s" if step == "extract" else ""
            print(f"{count:>3} {step:<12}{done:>12,} rows{seconds:>8.1f} s{done / seconds:>12,.0f} rows/s{memory:>7.0f} MB{share}", flush=True)
        json_size = size(folder / "landing")
        print(f"    on disk: landing {json_size / 1e6:,.0f} MB, " + ", ".join(f"{name} {bytes / 1e6:,.0f} MB" for name, bytes in sizes.items()), flush=True)
        return measured
    finally:
        simulator.kill()
        simulator.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--weekends", default="1,4,12,24")
    parser.add_argument("--folder", type=Path, help="where it works [default: a temporary folder]")
    parser.add_argument("--compression", default="none", help="of landing files: a season takes 23 GB without")
    arguments = parser.parse_args()
    counts = sorted(int(count) for count in arguments.weekends.split(","))
    results = {}
    for count in counts:
        folder = Path(tempfile.mkdtemp(prefix="f1lake-season-", dir=arguments.folder))
        try:
            results[count] = weekends(count, arguments.program, folder, ["--compression", arguments.compression])
        finally:
            shutil.rmtree(folder)
    if len(counts) < 3:
        return 0
    broken = 0
    print(f"\n{'':<12}{'seconds = a + b × weekends':>28}{'R²':>8}   memory from {counts[0]} to {counts[-1]} weekends")
    for step in STEPS:
        a, b, r2 = fit([(count, results[count][step][0]) for count in counts])
        first, last = results[counts[0]][step][1], results[counts[-1]][step][1]
        bad = last > GROWTH * first or (r2 < LINEAR and step != "build again")
        broken += bad
        print(f"{step:<12}{f'{a:.1f} + {b:.2f} × n':>28}{r2:>8.4f}   {first:.0f} to {last:.0f} MB ({last / first:.2f}){'  BOUND BROKEN' if bad else ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
