"""Changes of a landing zone by hand: cut short, spoiled, corrected."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# A session's manifest, and what it says of one endpoint.
Manifest = dict[str, Any]
Landed = dict[str, Any]
Row = dict[str, Any]


def change_manifests(landing: Path, change: Callable[[Manifest], None]) -> None:
    for path in sorted((landing / "_manifest").glob("*.json")):
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))


def read_rows(landing: Path, landed: Landed) -> list[Row]:
    path = landing / landed["file"]
    rows: list[Row] = pq.read_table(path).to_pylist() if path.suffix == ".parquet" else json.loads(path.read_text())
    return rows


def write_rows(landing: Path, landed: Landed, rows: list[Row]) -> None:
    path, before = landing / landed["file"], landing / landed.get("replaced", [landed["file"]])[-1]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(before)), path)
    else:
        path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    content = path.read_bytes()
    landed |= {"rows": len(rows), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def shorten(landing: Path, rows: int) -> None:
    """Cuts telemetry: a million rows say no more than some thousands."""

    def cut(manifest: Manifest) -> None:
        for name, landed in manifest["endpoints"].items():
            if name in ("car_data", "location") and landed["rows"] > rows:
                write_rows(landing, landed, read_rows(landing, landed)[:rows])

    change_manifests(landing, cut)


def add_rows_without_key(landing: Path) -> None:
    """Puts one first into each file of laps, where a correction takes it away again."""

    def add(manifest: Manifest) -> None:
        laps = manifest["endpoints"]["laps"]
        if laps["file"]:
            write_rows(landing, laps, [{"lap_number": 1}, *read_rows(landing, laps)])

    change_manifests(landing, add)


def contradict(landing: Path) -> None:
    """Adds a driver with a number that another one of the session has: both are kept."""

    def add(manifest: Manifest) -> None:
        drivers = manifest["endpoints"]["drivers"]
        if drivers["file"]:
            rows = read_rows(landing, drivers)
            write_rows(landing, drivers, [*rows, {**rows[0], "full_name": "Somebody Else"}])

    change_manifests(landing, add)


def correct(landing: Path) -> None:
    """Lands corrections: a changed and a removed lap, an endpoint that lost all rows, an unchanged rest."""

    def land(manifest: Manifest) -> None:
        later = (datetime.fromisoformat(manifest["extracted_at"]) + timedelta(hours=1)).isoformat()
        manifest["extracted_at"] = later.replace("+00:00", "Z")
        for name, landed in manifest["endpoints"].items():
            landed["extracted_at"] = manifest["extracted_at"]
            if name == "laps":
                rows = read_rows(landing, landed)[1:]
                rows[3]["lap_duration"] = 99.999
                landed["replaced"] = [landed["file"]]
                landed["file"] = landed["file"].replace(".", ".v2.", 1)
                landed["version"] = 2
                write_rows(landing, landed, rows)
            if name == "pit":
                landed |= {"file": None, "version": 2, "rows": 0, "bytes": 0, "sha256": None}

    change_manifests(landing, land)
