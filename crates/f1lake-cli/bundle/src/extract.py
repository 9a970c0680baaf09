"""Task `extract`: fetches sessions into the volume, and says whether anything there is not yet loaded and built.

Sets the task values `due` ("true" or "false") and `manifests`, a digest of everything that is landed. The last task of
a complete run stores that digest in the volume. Work that failed or was stopped therefore stays due.
"""

import argparse
import hashlib
from pathlib import Path

import f1lake
from databricks.sdk.runtime import dbutils

# `f1lake verify` ignores files that begin with a dot.
BUILT = ".built"


def manifests(volume: Path) -> str:
    """Returns a digest of all manifests: it changes with every session that lands or is corrected."""
    digest = hashlib.sha256()
    for path in sorted((volume / "_manifest").glob("*")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", choices=["latest", "year"], required=True)
    parser.add_argument("--num-sessions", type=int, required=True)
    parser.add_argument("--year", default="")
    parser.add_argument("--volume", required=True)
    given = parser.parse_args()
    # f1lake refuses the number of the other mode; without a year it takes the current season.
    number = {"num_sessions": given.num_sessions} if given.mode == "latest" else {}
    if given.mode == "year" and given.year:
        number = {"year": int(given.year)}
    try:
        report = f1lake.extract_to_databricks(
            mode=given.mode, volume=given.volume, format="parquet", compression="zstd", **number
        )
        print(f"{report.count('landed')} landed, {report.count('updated')} corrected, {report.requests} requests")
    except f1lake.Locked as locked:
        # During a live session only accounts may ask; the next run goes on.
        print(f"not a failure: {locked}")
    finally:
        landed, built = manifests(Path(given.volume)), Path(given.volume, BUILT)
        due = not built.is_file() or built.read_text() != landed
        dbutils.jobs.taskValues.set(key="manifests", value=landed)
        dbutils.jobs.taskValues.set(key="due", value="true" if due else "false")


if __name__ == "__main__":
    main()
