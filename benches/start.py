#!/usr/bin/env python3
"""Startup time of f1lake: `--help`, and `status` of a landing zone. The bound is 50 ms.

    python start.py LANDING --program ../target/release/f1lake
"""

import argparse
import os
import subprocess
import sys
import time


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing")
    parser.add_argument("--program", required=True)
    arguments = parser.parse_args()
    print(f"{os.path.getsize(arguments.program) / 1e6:.0f} MB, {arguments.program.rsplit('/', 2)[-2]}")
    slow = 0
    for command in (["--help"], ["status", "--out", arguments.landing], ["sql", "select 1", "--lake", arguments.landing]):
        times = []
        for _ in range(20):
            started = time.monotonic()
            subprocess.run([arguments.program, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            times.append(1000 * (time.monotonic() - started))
        times.sort()
        print(f"{command[0]:<8} best {times[0]:.0f} ms, median {times[10]:.0f} ms")
        slow += command[0] != "sql" and times[0] > 50
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
