#!/usr/bin/env python3
"""Runs the long proofs and benches, and writes what they print to docs/proofs/, with the date and the machine.

    python proof.py              all proofs: half a day on two quiet cores
    python proof.py kill decode  only these
    python proof.py --list

Each proof replaces docs/proofs/NAME.txt. A proof that fails leaves its file as it was, and the exit code is 1. The tables of docs/reliability.md
and docs/performance.md quote these files: update them when figures change. Needs cargo-nextest; fuzz, mutants and dependencies need cargo-fuzz,
cargo-mutants, cargo-deny and cargo-audit; the benches need groups of dbt/pyproject.toml and
benches/requirements.txt, which are installed into a separate environment.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.program import simulated

ROOT = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release" / "f1lake"
ENVIRONMENT = os.environ | {"CARGO_TARGET_DIR": str(TARGET)}


class Failed(Exception):
    """A failed proof, with the end of its output."""


def run(*command: str, good: tuple[int, ...] = (0,), **environment: str) -> str:
    """Runs a command, shows and returns its output; raises `Failed` unless the exit code is one of the good ones."""
    print("$", " ".join(f"{name}={value}" for name, value in environment.items()), *command, flush=True)
    process = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    if process.wait() not in good:
        raise Failed("".join(lines[-20:]))
    return "".join(lines)


def lines(text: str, *patterns: str) -> list[str]:
    """The lines that match any pattern; every pattern must match at least one."""
    for pattern in patterns:
        if not re.search(pattern, text, re.MULTILINE):
            raise Failed(f"no output matches {pattern!r}")
    return [line.rstrip() for line in text.splitlines() if any(re.search(pattern, line) for pattern in patterns)]


def python() -> str:
    wanted = ("dbt/pyproject.toml:duckdb", "dbt/pyproject.toml:dev", "benches/requirements.txt")
    folder = run(str(ROOT / ".ci" / "venv"), *wanted).splitlines()[-1]
    return f"{folder}/bin/python"


def release() -> str:
    run("cargo", "build", "--release", "-p", "f1lake-cli", "--locked")
    return str(RELEASE)


def landed(folder: str, *chosen: str) -> Path:
    """A landing zone with chosen sessions of the simulator, all endpoints."""
    with simulated(str(RELEASE), folder) as (_, environment):
        run(str(RELEASE), "extract", "--quiet", *chosen, "--out", f"{folder}/landing", **environment)
    return Path(folder) / "landing"


def proof_test(name: str, **environment: str) -> str:
    return run("cargo", "test", "--workspace", "--locked", "--test", "proof", name, "--", "--nocapture", **environment)


def kill() -> list[str]:
    return lines(proof_test("killed", F1LAKE_KILL_ROUNDS="500"), r"^seed \d+; undisturbed", r"^\d+ rounds, \d+ kills")


def operators() -> list[str]:
    text = proof_test("whatever_operators", OPERATOR_ROUNDS="1000", F1LAKE_PROOF_SECONDS="2400")
    return lines(text, r"^seed \d+$", r"^\d+ sequences, ")


def faults() -> list[str]:
    found = []
    for step in ("extract", "load", "build"):
        text = proof_test("whatever", F1LAKE_FAULT_POINTS="all", F1LAKE_FAULT_STEP=step)
        found += [f"{step}: {line}" for line in lines(text, r"^\d+ of \d+ faults")]
    return lines(text, "^fail-points") + found


def limits() -> list[str]:
    cases = "10000"
    chosen = "test(no_window_is_exceeded) | test(at_least_98_percent) | test(a_burst_costs_one_round_trip)"
    text = run("cargo", "nextest", "run", "--workspace", "--locked", "-E", chosen, PROPTEST_CASES=cases)
    found = [f"{int(cases):,} traces each"] + lines(text, r"PASS.*no_window", r"PASS.*at_least_98", r"PASS.*a_burst_costs", "Summary")
    test = ("cargo", "test", "--workspace", "--locked", "--test", "limits", "the_server_counts", "--", "--nocapture")
    text = run(*test, PROOF_LIMIT_RUNS="200")
    return found + ["", *lines(text, r"^each way", r"^ +\d+ ms", r"^\d+ runs, [\d,]+ requests, 0 violations")]


def truth() -> list[str]:
    chosen = ["--test", "cli", "gold_equals_the_truth", "--", "--nocapture"]
    text = run("cargo", "test", "--workspace", "--locked", *chosen, TRUTH_SEED="2", TRUTH_SEASONS="2023,2024,2026")
    return lines(text, r"^season \d+, seed", r"^weekend", r"^\w+ +\d+ rows .*different$", r"^delta by distance")


def official() -> list[str]:
    # Recorded rows may not be copied into the repository; they are read where they are.
    rows = os.environ.get("F1LAKE_RECORDED_ROWS", str(ROOT.parent / "shared" / "data" / "replay"))
    return run(sys.executable, "benches/official.py", rows, "--program", release()).strip().splitlines()


SUITES = {
    "network": "test(network::) | test(every_fault) | test(under_heavy_faults) | test(limits_hold_while) | test(with_a_clock)",
    "concurrency": "test(together::) | test(at_once) | test(exclude_each_other) | test(two_processes)",
    "hostile input": "test(hostile::) | test(hostile)",
    "upstream changes": "test(upstream::) | test(corrections_land)",
    "secrets": "test(secret) | test(redirect)",
}


def suites() -> list[str]:
    found = []
    for name, chosen in SUITES.items():
        text = run("cargo", "nextest", "run", "--workspace", "--locked", "-E", chosen)
        found += [f"{name:<18}{line.strip()}" for line in lines(text, "Summary")]
    return found


def fuzz() -> list[str]:
    minutes = 10
    found = []
    for target in ("dates", "filters", "guard", "manifest", "configuration", "decoder"):
        text = run(
            "cargo", "fuzz", "run", "--features", "libfuzzer", "--sanitizer", "none", target, "--",
            f"-max_total_time={60 * minutes}", "-max_len=4096", "-print_final_stats=1",
            CARGO_PROFILE_RELEASE_STRIP="none", CARGO_PROFILE_RELEASE_DEBUG="line-tables-only",
        )  # fmt: skip
        found.append(f"{target:<16}" + lines(text, r"^Done \d+ runs")[-1])
    return found


# The mutated files. The unit tests of these modules must catch the mutants.
MUTATED = {
    "limiter": ("openf1-client", "limit::", "crates/openf1-client/src/limit.rs", "crates/openf1-client/src/limit/*.rs"),
    "planner": ("f1lake-extract", "slice::", "crates/f1lake-extract/src/plan/slice.rs"),
    "queue": ("f1lake-extract", "queue::", "crates/f1lake-extract/src/fetch/queue.rs"),
    "recheck": ("f1lake-extract", "recheck::", "crates/f1lake-extract/src/plan/recheck.rs"),
    "staging": ("f1lake-extract", "staging::", "crates/f1lake-extract/src/fetch/staging.rs"),
    "manifest": ("f1lake-zone", "manifest::", "crates/f1lake-zone/src/manifest.rs"),
    "decoder": ("f1lake-bronze", "decode::", "crates/f1lake-bronze/src/decode.rs"),
}
# A separate target folder, so that no normal build reuses artefacts of a mutant.
MUTANTS_TARGET = {"CARGO_TARGET_DIR": str(TARGET / "mutants")}


def mutants() -> list[str]:
    found = []
    for name, (package, tests, *files) in MUTATED.items():
        with tempfile.TemporaryDirectory() as folder:
            chosen = [part for file in files for part in ("--file", file)]
            run(
                "prlimit", f"--as={8 << 30}",  # some mutants would fill the memory before their timeout
                "cargo", "mutants", "--package", package, *chosen, "--test-tool", "nextest", "--output", folder, "--no-shuffle",
                "--minimum-test-timeout", "60", "--cargo-arg=--lib", "--", tests,
                good=(0, 2, 3), PROPTEST_CASES="32", **MUTANTS_TARGET,  # 2: some survived, 3: some timed out; both are listed
            )  # fmt: skip
            outcome = json.loads((Path(folder) / "mutants.out" / "outcomes.json").read_text())
            missed = (Path(folder) / "mutants.out" / "missed.txt").read_text().splitlines()
        found += mutated(name, outcome, missed)
    return found


def mutated(name: str, counts: dict[str, int], missed: list[str]) -> list[str]:
    kinds = ("total_mutants", "caught", "missed", "timeout", "unviable")
    counted = ", ".join(f"{kind.replace('_', ' ')} {counts[kind]}" for kind in kinds)
    return [f"{name:<10} {counted}", *(f"  survived: {line}" for line in missed)]


def dependencies() -> list[str]:
    found = lines(run("cargo", "deny", "check", "bans", "licenses", "sources"), r"ok")
    # A clone of the advisory database, if the real one cannot be reached; cargo-audit prints its size.
    copy = os.environ.get("F1LAKE_ADVISORY_DB")
    instead = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{Path(copy).as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/RustSec/advisory-db",
    } if copy else {}  # fmt: skip
    found += lines(run("cargo", "deny", "check", "advisories", **instead), "advisories ok")
    database = ("--db", copy, "--no-fetch") if copy else ()
    audit = run("cargo", "audit", "--deny", "warnings", *database)
    known, crates = (re.search(pattern, audit) for pattern in (r"Loaded (\d+)", r"\((\d+) crate dependencies"))
    if not (known and crates):
        raise Failed(audit)
    found.append(f"cargo audit: clean, {crates[1]} crates against {known[1]} advisories")
    tree = run("cargo", "tree", "--workspace", "-e", "normal", "--locked")
    if re.search("openssl-sys|native-tls", tree):
        raise Failed("TLS must be rustls only")
    return found + ["cargo tree: rustls only"]


def decode() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        program = release()
        return run(python(), "benches/decode.py", str(landed(folder, "--session-key", "9647")), "--program", program).splitlines()


def shared() -> list[str]:
    """Random groups, refusals, broken responses and stops."""
    name = "under_heavy_faults_shared_requests_land_the_same_files"
    text = run("cargo", "nextest", "run", "--workspace", "--locked", "--no-capture", "-E", f"test({name})", SHARED_ROUNDS="500")
    return lines(text, r"rounds, \d+ runs")


def requests() -> list[str]:
    bench = ("cargo", "run", "--quiet", "--release", "--locked", "-p", "f1lake-extract", "--example", "bench_extract", "--")
    text = run(*bench, "requests") + run(*bench, "seasons") + run(*bench, "throughput")
    return lines(text, r"^one race", r"^requests", r"^  ")


def season() -> list[str]:
    return run(python(), "benches/season.py", "--program", release()).splitlines()


def season_lake(program: str, folder: str) -> str:
    """The lake of a generated season: 118 sessions."""
    lake = f"{folder}/lake"
    # Whole weekends and test days: 25 GB as plain JSON.
    zone = landed(folder, "--mode", "year", "--year", "2024", "--format", "ndjson", "--compression", "zstd")
    run(program, "load", "--quiet", "--out", str(zone), "--lake", lake)
    run(program, "build", "--quiet", "--no-tests", "--lake", lake)
    return lake


def queries() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        program = release()
        lake = season_lake(program, folder)
        counts = "select (select count(*) from fact_lap_telemetry) as samples, (select count(*) from fact_laps) as laps"
        text = run(program, "sql", counts, "--lake", lake, "--output", "csv", "--quiet")
        return [text.strip().replace("\n", ": "), *run(python(), "benches/queries.py", lake, "--program", program).splitlines()]


def explore() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        program = release()
        # A season that is already built, for when only the page changed.
        lake = os.environ.get("F1LAKE_SEASON_LAKE") or season_lake(program, folder)
        return run(python(), "benches/explore.py", lake, "--program", program).splitlines()


def start() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        program = release()
        return run(python(), "benches/start.py", str(landed(folder, "--session-key", "9610")), "--program", program).splitlines()


def spark() -> list[str]:
    """All models on Apache Spark itself; CI builds a part of them."""
    run("cargo", "build", "-p", "f1lake-cli", "--locked")
    return lines(run(".ci/spark", "--all"), r"^Spark \d", r"^dbt: ", r"tables, \d+ rows", r"^ok", r"^\d+ failures")


PROOFS = [truth, official, kill, operators, faults, limits, suites, fuzz, mutants, dependencies, decode, shared, requests, season, queries, start, explore, spark]


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else "")
    return f"{os.cpu_count()} cores" + (f" of {model[1]}" if model else "")


def write(name: str, body: list[str], seconds: float) -> None:
    head = f"{time.strftime('%Y-%m-%d')}, {machine()}, {seconds:,.0f} s. Again: `python proof.py {name}`"
    (ROOT / "docs" / "proofs" / f"{name}.txt").write_text("\n".join([head, "", *(line.rstrip() for line in body), ""]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true", help="list the proofs and exit")
    arguments = parser.parse_args()
    proofs = {proof.__name__: proof for proof in PROOFS}
    if arguments.list:
        print("\n".join(proofs))
        return 0
    if unknown := set(arguments.names) - set(proofs):
        parser.error(f"no proof is named {', '.join(unknown)}; available: {', '.join(proofs)}")
    failed = []
    for name in arguments.names or proofs:
        started = time.monotonic()
        try:
            write(name, proofs[name](), time.monotonic() - started)
        except Failed as error:
            failed.append(name)
            print(f"FAILED {name}:\n{error}", file=sys.stderr)
    print(f"{len(arguments.names or proofs) - len(failed)} proofs hold" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
