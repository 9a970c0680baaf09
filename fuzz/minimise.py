#!/usr/bin/env python3
"""Keeps, for each target, the few files of the corpus that together reach the most edges; the others are deleted.

    cargo fuzz build --features libfuzzer --sanitizer none
    python fuzz/minimise.py                   all targets, at most 60 files each
    python fuzz/minimise.py decoder dates     these

A file whose name is not a hash was put there by hand and stays. Needs what `cargo fuzz build` built; heed CARGO_TARGET_DIR if you set it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
TARGETS = sorted(folder.name for folder in (FUZZ / "corpus").iterdir())


def program(target: str) -> Path:
    built = Path(os.environ.get("CARGO_TARGET_DIR", FUZZ.parent / "target"))
    found = list(built.glob(f"*/release/{target}"))
    if len(found) != 1:
        sys.exit(f"{target} is not built once under {built}")
    return found[0]


def run(target: str, *arguments: str | Path) -> str:
    done = subprocess.run((program(target), *arguments), stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode:
        sys.exit(done.stderr)
    return done.stderr


def edges(target: str, folder: Path) -> dict[Path, set[int]]:
    """The edges that each file reaches, as libFuzzer writes them down before it merges; without the depth of the stack, which follows them."""
    with tempfile.TemporaryDirectory() as scratch:
        control = Path(scratch) / "control"
        output = Path(scratch) / "output"
        output.mkdir()
        printed = run(target, "-set_cover_merge=1", "-use_counters=0", f"-merge_control_file={control}", output, folder)
        lines = control.read_text().splitlines()
    # libFuzzer leaves eight numbers for each counter.
    end = 8 * int(re.search(r"\((\d+) inline 8-bit counters\)", printed)[1])
    files = [Path(name) for name in lines[2 : 2 + int(lines[0])]]
    reached = {}
    for line in lines[2 + len(files) :]:
        kind, number, *features = line.split()
        if kind == "FT":
            reached[files[int(number)]] = {feature for feature in map(int, features) if feature < end}
    return reached


def chosen(reached: dict[Path, set[int]], most: int) -> list[Path]:
    """The files put there by hand, then always the one that adds most, the smaller of two."""
    kept = sorted(file for file in reached if not re.fullmatch("[0-9a-f]{40}", file.name))
    covered = set().union(*(reached[file] for file in kept))
    while len(kept) < most:
        best = max(reached, key=lambda file: (len(reached[file] - covered), -file.stat().st_size, file.name))
        if reached[best] <= covered:
            break
        kept.append(best)
        covered |= reached[best]
    return kept


def coverage(target: str, folder: Path) -> int:
    return int(re.search(r"DONE +cov: (\d+)", run(target, "-runs=0", "-seed=1", folder))[1])


def minimise(target: str, most: int) -> None:
    folder = FUZZ / "corpus" / target
    before = coverage(target, folder)
    first, second = edges(target, folder), edges(target, folder)
    # Maps are hashed anew in each run: what a file reaches by chance does not count.
    kept = chosen({file: first[file] & second[file] for file in first}, most)
    for file in first.keys() - set(kept):
        file.unlink()
    size = sum(file.stat().st_size for file in kept)
    after = coverage(target, folder)
    print(f"{target:<14} {len(first):>5} files, cov {before}; kept {len(kept)}, {size / 1000:.0f} kB, cov {after}: {after / before:.0%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--most", type=int, default=60, metavar="N", help="files of each target (default: %(default)s)")
    asked = parser.parse_args()
    for target in asked.targets or TARGETS:
        minimise(target, asked.most)


if __name__ == "__main__":
    main()
